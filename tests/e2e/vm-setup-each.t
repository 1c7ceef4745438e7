#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# long
# laptop: --cpus 1
# Each feature of "gpupm vm" by itself, with a real libvirtd; and the same features for a
# QEMU without libvirt, whose guest then has the GPU, its ROM and the laptop's battery.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/power-lib.sh
. "$(dirname "$0")/power-lib.sh"
# shellcheck source=tests/e2e/vm-lib.sh
. "$(dirname "$0")/vm-lib.sh"

power_supplies
load_off
rm -rf /var/lib/gpupm
daemon_ready
lab-libvirt start || diag "libvirtd does not run: $(cat /run/lab/libvirt/log)"

for machine in pc q35; do
	plain_domain "$machine" >/run/lab/game.xml
	virsh --quiet define /run/lab/game.xml
	xml >/run/lab/before
	# The ROM goes with the GPU, which comes before it in the alphabet.
	for feature in $ALL; do
		ok "$machine: enable $feature" gpupm vm enable game "$feature" --rom "$ROM"
	done
	is "$machine: it has every feature" "$(has)" "$ALL"
	for feature in $ALL; do
		ok "$machine: disable $feature" gpupm vm disable game "$feature"
	done
	is "$machine: the XML is what it was" "$(xml | diff /run/lab/before -)" ""
	virsh --quiet undefine game
done
lab-libvirt stop

# ---- without libvirt ------------------------------------------------------------------

ok "qemu-args" sh -c "gpupm qemu-args gpu rom power mmio64 disguise agent --lines --qemu lab-qemu \
	--rom '$ROM' --agent /run/lab/agent.sock >/run/lab/args"
mapfile -t args </run/lab/args
power_mark
lab-power battery 70
vm_start raw --no-gpu --machine q35 -- "${args[@]}"
like "the guest finds the GPU" "$(lab-vm log raw)" 'GUEST: found display'
like "and the other function, in its slot" "$(lab-vm log raw)" 'GUEST: found other function 8086:293e at .*\.1,'
ok "in-use" state_is in-use
soon "it knows the laptop's battery" guest_shows raw "ADP0 online=0*" \
	"BAT0 *status=Discharging capacity=70 *"
ok "there is a socket for its agent" test -S /run/lab/agent.sock
lab-vm stop raw
is_off "stopped: power is cut"
daemon_stop TERM
done_testing
