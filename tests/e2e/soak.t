#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# long
# Two thousand users come and go on one boot, and nothing has grown from the hundredth
# to the last. As many as fit into GPUPM_SOAK_SECONDS are real VMs: QEMUs that have the
# GPU, and end, all without running a guest. The others open and close it the same way,
# and take a tenth of the time. GPUPM_SOAK is how many there are of both.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

TIMES=${GPUPM_SOAK:-2000}
BUDGET=${GPUPM_SOAK_SECONDS:-1500}
STEP=100
vms=0

# Objects in each of the kernel's slab caches, without those that nobody uses.
slabs()
{
	local shrink
	sync
	echo 2 >/proc/sys/vm/drop_caches
	for shrink in /sys/kernel/slab/*/shrink; do
		echo 1 >"$shrink"
	done
	awk 'NR > 2 { print $1, $2 }' /proc/slabinfo | sort
}

# Caches of $1 that have one object or more for every fourth of the users in $2.
grown()
{
	join "$1" "$2" |
		awk -v most=$(((TIMES - STEP) / 4)) '$3 - $2 > most { print $1 ": " $2 " -> " $3 }'
}

ended()
{
	! kill -0 "$1" 2>/dev/null
}

# one_vm SIGNAL: no more than it takes to be a VM that has the GPU, until SIGNAL ends it.
# Its process lets go of the GPU, then of its group, and then it ends.
one_vm()
{
	local pid
	qemu-system-x86_64 -name soak -machine pc,usb=off -accel kvm -cpu host -m 16 -nodefaults \
		-no-user-config -display none -S -pidfile /run/lab/soak.pid -daemonize \
		"${DEVICES[@]}" >/run/lab/said 2>&1 || return 1
	read -r pid </run/lab/soak.pid
	within "$PATIENCE" state_is in-use || return 1
	kill "-$1" "$pid"
	within "$PATIENCE" ended "$pid" && within "$PATIENCE" truly_off
}

# STEP users: VMs until it is $1 ms since boot, at least one, and then others.
some()
{
	local i
	for ((i = 0; i < STEP; i++)); do
		now_ms
		[ "$i" -eq 0 ] || [ "$NOW" -lt "$1" ] || break
		one_vm "$( ((i % 2)) && echo TERM || echo KILL)" || return 1
		vms=$((vms + 1))
	done
	# shellcheck disable=SC2086 # addresses
	[ "$i" -eq "$STEP" ] || vfio-user -n $((STEP - i)) $FUNCTIONS0
}

lab-kvm
DEVICES=()
for function in $FUNCTIONS0; do
	DEVICES+=(-device "vfio-pci,host=$function,addr=4.${function##*.},multifunction=on,rombar=0")
done
load_off
now_ms
ok "the first $STEP come and go" some $((NOW + BUDGET * 1000 * STEP / TIMES))
before=$(census)
slabs >/run/lab/slabs.before
failed=0
for ((done = STEP; done < TIMES; done += STEP)); do
	now_ms
	some $((NOW + BUDGET * 1000 * STEP / TIMES)) || { failed=$((failed + 1)); diag "after $done: $(cat /run/lab/said)"; }
	now_ms
	diag "$((done + STEP)) after $((NOW / 1000)) s, $vms of them VMs: $(census)"
done
is "all $TIMES come and go, $vms of them VMs" "$failed" 0
is_off "off after the last"
slabs >/run/lab/slabs.after
is "as many opens" "$(field .opens)" "$done"
is "as many power cuts, and the first" "$(field .power_cuts)" $((done + 1))
is "no wakes" "$(field .wakes)" 0
is "no failures" "$(field .failures)" 0
is "references, links and users are what they were after $STEP" "$(census)" "$before"
is "no slab cache has grown" "$(grown /run/lab/slabs.before /run/lab/slabs.after)" ""
diag "those that have, a little: $(join /run/lab/slabs.before /run/lab/slabs.after |
	awk '$3 - $2 > 50 { printf "%s %d -> %d, ", $1, $2, $3 }')"
diag "slab: $(awk '/^SUnreclaim/ { print $2, $3 }' /proc/meminfo) unreclaimable"

unload
done_testing
