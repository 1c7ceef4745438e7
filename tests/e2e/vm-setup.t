#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# daemon
# laptop: --cpus 1
# A VM that knows nothing of a GPU gets it, and all that it takes, from "gpupm vm
# enable", with a real libvirtd; it finds the GPU and the laptop's battery; and "gpupm
# vm disable" makes of it what it was. Then it is stopped in each way.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/power-lib.sh
. "$(dirname "$0")/power-lib.sh"
# shellcheck source=tests/e2e/vm-lib.sh
. "$(dirname "$0")/vm-lib.sh"

enabled()
{
	gpupm vm list --json | jq -r '.vms[] | select(.name == "game") | .enabled | sort | join(" ")'
}

# Bus and slot that the guest sees the GPU's functions in, a line for each.
guest_slot()
{
	xml | tr -d '\n' | grep -o "<hostdev[^>]*>.*</hostdev>" | grep -o "<address type='pci'[^>]*>" |
		sed "s/.* bus='\([^']*\)' slot='\([^']*\)'.*/\1 \2/" | sort -u
}

# What the doctor says of the VM, "NAME RESULT", without what is ok.
doctor_says()
{
	gpupm doctor game --json >/run/lab/doctor || true
	jq -r '.checks[] | select(.group == "vm" and .result != "ok") | "\(.name) \(.result)"' /run/lab/doctor
}

power_supplies
load_off
rm -rf /var/lib/gpupm
daemon_ready
lab-libvirt start || diag "libvirtd does not run: $(cat /run/lab/libvirt/log)"

# ---- enable ----------------------------------------------------------------------------

plain_domain q35 >/run/lab/game.xml
virsh --quiet define /run/lab/game.xml || diag "$(cat /run/lab/game.xml)"
xml >/run/lab/before
like "the doctor misses the GPU" "$(doctor_says)" '^gpu-function '
gpupm vm enable game --rom "$ROM" --dry-run >/run/lab/said 2>&1 || diag "$(cat /run/lab/said)"
like "--dry-run says what would change" "$(cat /run/lab/said)" '^\+ *<hostdev '
is "and changes nothing" "$(xml)" "$(cat /run/lab/before)"
ok "enable" gpupm vm enable game --rom "$ROM"
is "it has every feature" "$(has)" "$ALL"
is "both functions in one slot" "$(guest_slot | grep -c .)" 1
power_mark
lab-power battery 80
lab-libvirt boot game >/run/lab/said 2>&1 || diag "$(cat /run/lab/said; cat /var/log/libvirt/qemu/game.log)"
like "the guest finds the GPU" "$(lab-vm log game)" 'GUEST: found display'
ok "started: in-use" state_is in-use
soon "it is told the laptop's power" guest_field_is game .backend channel
soon "it knows the laptop's battery" guest_shows game "ADP0 online=0*" \
	"BAT0 *status=Discharging capacity=80 *"
is "the doctor finds nothing wrong with it, but that nobody answers for the guest" "$(doctor_says)" \
	"agent warning"
like "a change says when it takes effect" "$(gpupm vm disable game agent)" \
	'^VM game runs: this takes effect when it has been shut down'
gpupm vm enable game agent >/dev/null
like "list: it runs and has the GPU" "$(gpupm vm list)" "^game +running +$GPU0 +gpu"

# ---- stop ------------------------------------------------------------------------------

gpupm vm stop game --timeout 120 >/run/lab/said 2>&1 || diag "$(cat /run/lab/said)"
like "stop: the agent is asked first" "$(sed -n 1p /run/lab/said)" '^game: asks its guest agent to shut down'
like "stop: there is none in this guest" "$(sed -n 2p /run/lab/said)" '^game: the agent does not: '
like "stop: then the button" "$(sed -n 3p /run/lab/said)" '^game: presses its power button'
like "stop: which does it" "$(tail -n 1 /run/lab/said)" '^game: has ended, after '
is "stop: no force" "$(grep -c force /run/lab/said)" 0
is_off "stopped: power is cut"
is "stop: one that does not run" "$(gpupm vm stop game)" "game: does not run"

gpupm vm disable game >/run/lab/said 2>&1 || diag "$(cat /run/lab/said)"
is "disable: the XML is what it was" "$(xml | diff /run/lab/before -)" ""
is "disable: nothing is enabled" "$(enabled)" ""

# A guest that does not listen.
virsh --quiet start game --paused
ok "stop --all: a guest that stands still" sh -c 'gpupm vm stop --all --timeout 2 >/run/lab/said 2>&1'
like "stop --all: force is the last" "$(tail -n 2 /run/lab/said | head -n 1)" '^game: force: '
is "stop --all: it does not run" "$(virsh domstate game)" "shut off"
is "stop --all: nothing more to do" "$(gpupm vm stop --all)" "No VM runs."

# ---- what does not go -----------------------------------------------------------------------

fails "no such VM, for the doctor" 1 "no VM 'gane'; there are:" gpupm doctor gane
fails "no such VM" 1 "no VM 'gane'; there are:" gpupm vm enable gane
fails "a ROM that is a directory" 1 'cannot be read: Is a directory' gpupm vm enable game gpu rom --rom /usr
is "and nothing has changed" "$(xml | diff /run/lab/before -)" ""
mkdir -p /var/backups
rm -rf /var/backups/gpupm
mkdir /var/backups/gpupm
mount -t tmpfs -o size=4k full /var/backups/gpupm
head -c 4096 /dev/zero >/var/backups/gpupm/full
fails "a full disk" 1 'VM game was not changed, .*: No space left on device' gpupm vm enable game gpu
is "nothing has changed" "$(xml | diff /run/lab/before -)" ""
is "and nothing is left there" "$(ls /var/backups/gpupm)" full
umount /var/backups/gpupm
lab-libvirt stop
fails "without libvirtd" 1 'libvirt \(qemu:///system\) cannot be reached' gpupm vm list
daemon_stop TERM
done_testing
