#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# long
# laptop: --variant two-gpus --cpus 1
# Two thousand VMs come and go on one boot, and nothing has grown from the hundredth
# to the last. They are real QEMUs that have all functions of a GPU, and end without
# running a guest. There are two GPUs: one is reset while the other's VM begins.
# GPUPM_SOAK is how many VMs there are.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

TIMES=${GPUPM_SOAK:-2000}
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
	awk 'NR > 2 { print $1, $2 }' /proc/slabinfo | sort
}

# Caches of $1 that have one object or more for every fourth of the VMs in $2.
grown()
{
	join "$1" "$2" |
		awk -v most=$(((TIMES - STEP) / 4)) '$3 - $2 > most { print $1 ": " $2 " -> " $3 }'
}

ended()
{
	! kill -0 "$1" 2>/dev/null
}

# one_vm GPU0|GPU1 ADDRESS SIGNAL DEVICE...: no more than it takes to be a VM that has
# the GPU, until SIGNAL ends it. Its process lets go of the GPU, then of its group, and
# then it ends.
one_vm()
{
	local gpu=$1 address=$2 signal=$3 pid
	shift 3
	qemu-system-x86_64 -name soak -machine pc,usb=off -accel kvm -cpu host -m 16 -nodefaults \
		-no-user-config -display none -S -pidfile "/run/lab/soak.$gpu" -daemonize "$@" \
		>"/run/lab/said.$gpu" 2>&1 || return 1
	read -r pid <"/run/lab/soak.$gpu"
	within "$PATIENCE" state_is in-use "$address" || return 1
	kill "-$signal" "$pid"
	within "$PATIENCE" ended "$pid" && within "$PATIENCE" truly_off "$gpu" "$address"
}

# vms GPU0|GPU1 FUNCTION...: half of STEP, one after the other.
vms()
{
	local gpu=$1 address=$2 function i devices=()
	shift
	for function; do
		devices+=(-device "vfio-pci,host=$function,addr=4.${function##*.},multifunction=on,rombar=0")
	done
	for ((i = 0; i < STEP / 2; i++)); do
		one_vm "$gpu" "$address" "$( ((i % 2)) && echo TERM || echo KILL)" "${devices[@]}" || {
			diag "VM $i of $gpu: $(cat "/run/lab/said.$gpu")"
			return 1
		}
	done
}

# STEP of them.
some()
{
	local first second
	# shellcheck disable=SC2086 # addresses
	{
		vms GPU0 $FUNCTIONS0 &
		first=$!
		vms GPU1 $FUNCTIONS1 &
		second=$!
	}
	wait "$first" && wait "$second"
}

lab-kvm
load
is_off "the first GPU is off"
is_off "the second GPU is off" GPU1 "$GPU1"
ok "the first $STEP come and go" some
before=$(census)
slabs >/run/lab/slabs.before
failed=0
for ((done = STEP; done < TIMES; done += STEP)); do
	some || failed=$((failed + 1))
	now_ms
	diag "$((done + STEP)) after $((NOW / 1000)) s: $(census)"
done
is "all $TIMES come and go" "$failed" 0
slabs >/run/lab/slabs.after
for gpu in "$GPU0" "$GPU1"; do
	is "$gpu: as many opens" "$(field .opens "$gpu")" $((done / 2))
	is "$gpu: as many power cuts, and the first" "$(field .power_cuts "$gpu")" $((done / 2 + 1))
	is "$gpu: no wakes" "$(field .wakes "$gpu")" 0
	is "$gpu: no failures" "$(field .failures "$gpu")" 0
done
is "references, links and users are what they were after $STEP" "$(census)" "$before"
is "no slab cache has grown" "$(grown /run/lab/slabs.before /run/lab/slabs.after)" ""
diag "those that have, a little: $(join /run/lab/slabs.before /run/lab/slabs.after |
	awk '$3 - $2 > 50 { printf "%s %d -> %d, ", $1, $2, $3 }')"
diag "slab: $(awk '/^SUnreclaim/ { print $2, $3 }' /proc/meminfo) unreclaimable"

unload
done_testing
