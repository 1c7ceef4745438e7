#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# long
# Two thousand users come and go on one boot, VMs among them, and nothing has grown
# from the hundredth to the last. GPUPM_SOAK says how many.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

TIMES=${GPUPM_SOAK:-2000}
BEGIN=100
# A real VM now and then.
STEP=100

# Objects in each of the kernel's slab caches, without those that nobody uses.
slabs()
{
	local shrink
	sync
	echo 2 >/proc/sys/vm/drop_caches
	for shrink in /sys/kernel/slab/*/shrink; do
		echo 1 >"$shrink"
	done
	awk 'NR > 2 { print $1, $2 }' /proc/slabinfo
}

# Caches of $1 that have one object or more for every other user in $2.
grown()
{
	join <(sort "$1") <(sort "$2") |
		awk -v most=$(((TIMES - BEGIN) / 2)) '$3 - $2 > most { print $1 ": " $2 " -> " $3 }'
}

# What a leaked reference, link or file would change.
census()
{
	local links device usage=()
	links=(/sys/class/devlink/*)
	for device in "$ROOT0" "$GPU0" "$AUDIO0"; do
		usage+=("$(value "$PCI/$device/power/runtime_usage")")
	done
	echo "links ${#links[@]} usage ${usage[*]} module $(value /sys/module/gpupm/refcnt)"
}

come_and_go()
{
	# shellcheck disable=SC2086 # addresses
	vfio-user -n "$1" $FUNCTIONS0
}

one_vm()
{
	lab-vm start soak --no-boot >/run/lab/said 2>&1 && within "$PATIENCE" state_is in-use &&
		lab-vm stop soak kill && within "$PATIENCE" truly_off
}

# A VM, and STEP - 1 others.
some()
{
	one_vm && come_and_go $((STEP - 1))
}

load_off
ok "the first $BEGIN come and go" some
before=$(census)
slabs >/run/lab/slabs.before
failed=0
for ((done = BEGIN; done < TIMES; done += STEP)); do
	some || { failed=$((failed + 1)); diag "after $done: $(cat /run/lab/said)"; }
done
is "all $TIMES come and go" "$failed" 0
is_off "off after the last"
slabs >/run/lab/slabs.after
is "as many opens" "$(field .opens)" "$done"
is "as many power cuts, and the first" "$(field .power_cuts)" $((done + 1))
is "no wakes" "$(field .wakes)" 0
is "no failures" "$(field .failures)" 0
is "references, links and users are what they were after $BEGIN" "$(census)" "$before"
is "no slab cache has grown" "$(grown /run/lab/slabs.before /run/lab/slabs.after)" ""
diag "slab: $(awk '/^SUnreclaim/ { print $2, $3 }' /proc/meminfo) unreclaimable"

unload
done_testing
