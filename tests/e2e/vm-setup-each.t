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
	ok "$machine: enable" gpupm vm enable game --rom "$ROM"
	is "$machine: it has every feature" "$(has)" "$ALL"
	xml >/run/lab/enabled
	ok "$machine: enable, once more" gpupm vm enable game --rom "$ROM"
	is "$machine: that changes nothing" "$(xml)" "$(cat /run/lab/enabled)"
	ok "$machine: disable" gpupm vm disable game
	is "$machine: the XML is what it was" "$(xml | diff /run/lab/before -)" ""
	# The ROM goes with the GPU, which comes before it in the alphabet.
	for feature in $ALL; do
		ok "$machine: enable $feature" gpupm vm enable game "$feature" --rom "$ROM"
	done
	is "$machine: one by one: it has every feature" "$(has)" "$ALL"
	for feature in $ALL; do
		ok "$machine: disable $feature" gpupm vm disable game "$feature"
	done
	is "$machine: one by one: the XML is what it was" "$(xml | diff /run/lab/before -)" ""
	virsh --quiet undefine game
done

# ---- Secure Boot, which the owner or libvirt has chosen ---------------------------------

# what is put into <os>, and its attributes
secure_domain()
{
	plain_domain q35 | sed -e "/<serial/,/<\/serial>/d" -e "s|^<os>|<os $2>|" -e "s|^<cmdline>.*|&$1|" \
		-e "s|<features><acpi/>|<features><acpi/><smm state='on'/>|"
}

while IFS='|' read -r who attributes inside; do
	secure_domain "$inside" "$attributes" >/run/lab/game.xml
	virsh --quiet define /run/lab/game.xml || diag "$(cat /run/lab/game.xml)"
	xml >/run/lab/before
	ok "Secure Boot by $who: enable firmware" gpupm vm enable game firmware
	unlike "Secure Boot by $who: there is none" "$(xml | grep -v gpupm)" "ms.fd|secure='yes'|enabled='yes'"
	like "Secure Boot by $who: a varstore of its own" "$(xml)" "without-secure-boot.fd</nvram>"
	diag "$(xml | diff -u /run/lab/before -)"
	virsh --quiet start game --paused 2>/run/lab/said || diag "$(cat /run/lab/said)"
	is "Secure Boot by $who: without, it starts" "$(virsh domstate game)" paused
	like "Secure Boot by $who: with that firmware" "$(tr '\0' ' ' <"/proc/$(cat /run/libvirt/qemu/game.pid)/cmdline")" \
		'OVMF_CODE(_4M)?\.fd'
	gpupm vm stop game --timeout 1 >/dev/null
	ok "Secure Boot by $who: disable firmware" gpupm vm disable game firmware
	is "Secure Boot by $who: the XML is what it was" "$(xml | diff /run/lab/before -)" ""
	virsh --quiet undefine --nvram game
done <<-END
	the owner||<loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.ms.fd</loader><nvram template='/usr/share/OVMF/OVMF_VARS_4M.ms.fd'>/var/lib/libvirt/qemu/nvram/game_VARS.fd</nvram>
	libvirt|firmware='efi'|
END
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
