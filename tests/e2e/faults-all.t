#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# debug
# long
# Memory runs out at every single allocation that the module makes, itself or in what
# it calls, while VMs come and go, drivers change, it is loaded and unloaded, and
# workers work: no crash, no leak, and afterwards everything works.
#
# For debug-6.12, whose failslab knows whose allocation it is: a wake takes thousands of
# them, and the kernel does not survive all of its own. A method of ACPI whose
# allocation fails may keep its mutex for ever, so that nothing is ever powered up
# again (and when one fails while VFIO enables a device, KASAN finds a use after free in
# 6.1's acpi_rs_get_prt_method_data()). The driver core warns that a device link's
# symlinks stay when it has no memory to make up their names.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/power-lib.sh
. "$E2E/power-lib.sh"
# shellcheck source=tests/e2e/works-lib.sh
. "$E2E/works-lib.sh"

supplies_are()
{
	[ "$(gpupm power --json | jq '.supplies | length')" = "$1" ]
}

# What calls these addresses, and ends not far from there, may fail. That is how deep a
# stack is looked at, failslab's own five functions included: deep enough for whatever
# a driver calls to have an object made.
DEPTH=16

fails_below()
{
	set_failslab require-start "$1"
	set_failslab require-end "$2"
	set_failslab stacktrace-depth "$DEPTH"
}

# What the kernel does not survive: from ACPICA's first function to the one that removes
# those symlinks. In between are drivers of which this laptop has none below the GPU.
spare_the_kernel()
{
	local first last
	first=$(awk '$2 ~ /[tT]/ && $3 ~ /^acpi_(ds|ev|ex|hw|ns|ps|rs|tb|ut)_/ { print $1 }' \
		/proc/kallsyms | sort | head -n 1)
	last=$(awk '$2 ~ /[tT]/ { print $1, $3 }' /proc/kallsyms | sort |
		awk 'found { print $1; exit } $2 == "devlink_remove_symlinks" { found = 1 }')
	ok "ACPICA is before the driver core" test $((0x$first)) -lt $((0x$last))
	set_failslab reject-start "0x$first"
	set_failslab reject-end "0x$last"
}

# The module, which is loaded.
fails_below_ours()
{
	local first last
	first=$(awk '$4 == "[gpupm]" && $2 ~ /[tT]/ { print $1 }' /proc/kallsyms | sort)
	last=${first##*$'\n'}
	first=${first%%$'\n'*}
	fails_below "0x$first" "$(printf '0x%x' $((0x$last + 4096)))"
}

# Any module: while one is loaded nobody knows yet where it will be.
fails_below_modules()
{
	fails_below 0xffffffffa0000000 0xffffffffff000000
}

ok "failslab knows whose allocation it is" test -e "$FAILSLAB/require-start"
[ -e "$FAILSLAB/require-start" ] || { done_testing; exit; }
power_supplies
prepare_failslab
spare_the_kernel
load_off
fails_below_ours

# Somebody listens, or an open makes the module allocate nothing.
monitor_to /run/faults.monitor
each "open" "$ANYBODYS" open "$GPU0"
kill "$MONITOR"
works "after opens"

DRIVER=/sys/bus/pci/drivers/vfio-pci
echo "$GPU0" >"$DRIVER/unbind"
each "bind" "$ANYBODYS" write "$DRIVER/bind" "$GPU0" "$DRIVER/unbind" "$GPU0"
echo "$GPU0" >"$DRIVER/bind"
works "after binds"

unload
before=$(settings)
fails_below_modules
each "unload" "$ANYBODYS" unload "$MODULE"
each "load" "$ANYBODYS" load "$MODULE"
is "after loads: settings are the same" "$(settings)" "$before"
load
works "after loads"
fails_below_ours

# ---- what kernel threads do -----------------------------------------------------

# One in four allocations that the module makes in any worker fails.
workers_fail()
{
	local dir name
	for dir in /proc/[0-9]*; do
		name=
		{ read -r name <"$dir/comm"; } 2>/dev/null || true
		[[ $name != kworker* ]] || echo 1 2>/dev/null >"$dir/make-it-fail" || true
	done
	set_failslab times -1
	set_failslab task-filter Y
	set_failslab probability 25
}

workers_work()
{
	set_failslab probability 0
	set_failslab task-filter N
}

monitor_to /run/faults.monitor
for round in 1 2 3 4 5; do
	workers_fail
	! open_gpu || close_gpu
	gpupm policy warm >/dev/null 2>&1 || true
	gpupm policy auto >/dev/null 2>&1 || true
	gpupm hold -- true >/dev/null 2>&1 || true
	lab-power battery $((90 - round)) 10000
	gpupm power >/dev/null 2>&1 || true
	workers_work
	[ -d "/sys/class/gpupm/$GPU0" ] || diag "round $round: the GPU is not managed"
done
ok "who listens still does" kill -0 "$MONITOR"
kill "$MONITOR"
# A platform that had no memory to give power back made it lost, and warm.
gpupm policy auto >/dev/null
works "after workers"
soon "host power is known" supplies_are 2
unload

set_failslab ignore-gfp-wait Y
done_testing
