#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --cpus 1
# What keeps a GPU from being off, and that what "why" says to do about it helps.
# More blockers are in hold.t, meddle.t, lost.t, shared.t, nopower.t and bridge.t.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# Does what why says, as a person would who pastes it.
follow_why()
{
	gpupm why --json | jq -r '.gpus[0].commands[]' | sed 's/sudo //g' >/run/lab/fix
	[ -s /run/lab/fix ] && sh -e /run/lab/fix
}

reload_vfio()
{
	lab-bind --unbind GPU0
	rmmod vfio-pci
	modprobe vfio-pci "$@"
	lab-bind
}

load_off

# ---- d3cold ----------------------------------------------------------------

for device in "$GPU0" "$AUDIO0" "$ROOT0"; do
	gpupm policy on >/dev/null
	echo 0 >"$PCI/$device/d3cold_allowed"
	gpupm policy auto >/dev/null
	soon "d3cold_allowed=0 on $device: the blocker" blocker_is "d3cold $device"
	soon "d3cold_allowed=0 on $device: idle" state_is idle
	ok "d3cold_allowed=0 on $device: power is on" power_is GPU0 ON
	like "d3cold_allowed=0 on $device: why shows it" "$(gpupm why)" "$device/d3cold_allowed is 0"
	ok "d3cold_allowed=0 on $device: why helps" follow_why
	# A device that sleeps does not learn of it before it wakes.
	is_off "d3cold_allowed=0 on $device: power is cut"
done

# ---- another driver ----------------------------------------------------------

# It lets only some makers' functions sleep, and this is none of them.
modprobe snd_hda_intel
lab-bind --driver snd_hda_intel "$AUDIO0"
gpupm hold -- true
soon "snd_hda_intel active: the blocker" blocker_is "driver $AUDIO0"
ok "snd_hda_intel active: power is on" power_is GPU0 ON
like "snd_hda_intel active: why names it" "$(gpupm why)" "$AUDIO0 is active under snd_hda_intel"
is "snd_hda_intel: status names it" "$(field '.functions[1].driver')" snd_hda_intel

ok "snd_hda_intel active: why helps" follow_why
is "it is vfio-pci's now" "$(field '.functions[1].driver')" vfio-pci
is_off "snd_hda_intel gone: power is cut"

# ---- busy ------------------------------------------------------------------

reload_vfio disable_idle_d3=1
soon "disable_idle_d3: the blocker" blocker_is "busy $GPU0"
ok "disable_idle_d3: awake" state_is awake
ok "disable_idle_d3: power is on" truly_on
like "disable_idle_d3: why names it" "$(gpupm why)" 'disable_idle_d3 is Y'
open_gpu
soon "disable_idle_d3: a VM is seen all the same" state_is in-use
close_gpu
soon "disable_idle_d3: and seen to go" state_is awake
ok "disable_idle_d3: why helps" follow_why
reload_vfio
is_off "disable_idle_d3 gone: power is cut"
rm -f /etc/modprobe.d/vfio-idle.conf

done_testing
