#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --append slub_debug=A;-,Acpi-*
# debug
# long
# Memory runs out at every single allocation while VMs come and go, drivers change,
# the module is loaded and unloaded, and workers work: no crash, no leak, and
# afterwards everything works.
#
# Most of these allocations are not the module's, and ACPICA of 6.1 does not survive all
# of them: when there is no memory to count the references of a package, which is what
# acpi_ut_update_object_reference() needs some for, a later use finds the package freed
# (KASAN: acpi_rs_get_prt_method_data(), when VFIO enables a device). So in this laptop
# everything fails but for the caches that ACPICA has for itself.
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

power_supplies
prepare_failslab
set_failslab cache-filter Y
load_off

each "open" "$ANYBODYS" open "$GPU0"
each "close" "$ANYBODYS" close "$GPU0"
works "after opens"

DRIVER=/sys/bus/pci/drivers/vfio-pci
each "unbind" "$ANYBODYS" write "$DRIVER/unbind" "$GPU0" "$DRIVER/bind" "$GPU0"
works "after unbinds"
echo "$GPU0" >"$DRIVER/unbind"
each "bind" "$ANYBODYS" write "$DRIVER/bind" "$GPU0" "$DRIVER/unbind" "$GPU0"
echo "$GPU0" >"$DRIVER/bind"
works "after binds"

before=$(settings)
unload
each "unload" "$ANYBODYS" unload "$MODULE"
each "load" "$ANYBODYS" load "$MODULE"
load
works "after loads"
is "after loads: settings are the same" "$(settings)" "$before"

# ---- what kernel threads do -----------------------------------------------------

# One in four allocations of every worker that there is fails.
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
