#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --variant two-gpus
# Two GPUs with a port each have nothing to do with each other.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

load
is_off "the first is off" GPU0 "$GPU0"
is_off "the second is off" GPU1 "$GPU1"
is "status shows both" "$(gpupm status --json | jq -r '[.gpus[].address] | join(" ")')" "$GPU0 $GPU1"

was_woken()
{
	[ "$(field .wakes)" -gt 0 ]
}
setpci -s "$GPU0" 0.w >/dev/null
soon "a wake of the first, or more on a slow machine" was_woken
is "is none of the second" "$(field .wakes "$GPU1")" 0
is "wakes of the second: none" "$(gpupm wakes "$GPU1" --json | jq '.wakes | length')" 0
is_off "the first falls back" GPU0 "$GPU0"

power_mark
# shellcheck disable=SC2086 # addresses
open_functions $FUNCTIONS1
soon "the second in use" state_is in-use "$GPU1"
stays "the first is off" truly_off GPU0 "$GPU0"
gpupm hold "$GPU0" -- true
is_off "the first held and let go: off" GPU0 "$GPU0"
ok "the second in use all the while" truly_on GPU1 "$GPU1"
close_gpu
is_off "the second left: off" GPU1 "$GPU1"
is "power of the first" "$(power_story GPU0)" "ON OFF"
is "power of the second" "$(power_story GPU1)" "ON OFF"

ok "policy of one" gpupm policy "$GPU0" warm
soon "is that one's" state_is idle "$GPU0"
is "and not the other's" "$(field .policy "$GPU1")" auto
fails "which one? hold" 2 'say which GPU' gpupm hold -- true
fails "which one? test" 2 'say which GPU' gpupm test
fails "a part that fits both" 2 "'00.0' is part of more than one address" gpupm policy 00.0 on
like "and which they are" "$(gpupm policy 00.0 on 2>&1)" "^ *$GPU1$"
ok "a part that fits one" gpupm policy "${GPU1#0000:}" on
soon "is that one" state_is awake "$GPU1"
is "policies of both" "$(gpupm policy | tr -s ' \n' ' ')" "$GPU0 warm $GPU1 on "
like "why explains both" "$(gpupm why | tr '\n' ' ')" "$GPU0 is idle.*$GPU1 is awake"

# One goes, one stays.
lab-bind --unbind GPU1
is "one unbound: one left" "$(gpupm status --json | jq -r '.gpus[].address')" "$GPU0"
lab-bind
is_off "bound again: off" GPU1 "$GPU1"
before=$(settings)
unload
load
within "$PATIENCE" truly_off GPU1 "$GPU1"
is "settings while loaded are the same" "$(settings)" "$before"

# A VM with both.
power_mark
# shellcheck disable=SC2086 # addresses
open_functions $FUNCTIONS0 $FUNCTIONS1
soon "a VM with both: the first in use" state_is in-use "$GPU0"
soon "a VM with both: the second in use" state_is in-use "$GPU1"
close_gpu
is_off "a VM with both leaves: the first is off" GPU0 "$GPU0"
is_off "a VM with both leaves: the second is off" GPU1 "$GPU1"
is "once each" "$(power_story GPU0), $(power_story GPU1)" "ON OFF, ON OFF"

# ---- a GPU that is not for VMs ---------------------------------------------------

unload
only_first()
{
	[ -e "/sys/class/gpupm/$GPU0" ] && [ ! -e "/sys/class/gpupm/$GPU1" ]
}
for driver in virtio-pci ''; do
	name=${driver:-no driver}
	lab-bind --driver "$driver" "$GPU1"
	# shellcheck disable=SC2086 # addresses
	before=$(settings_of $FUNCTIONS1 $PORTS1)
	power_mark
	load
	open_gpu
	soon "$name: the other GPU in use" state_is in-use "$GPU0"
	close_gpu
	is_off "$name: the other GPU is off" GPU0 "$GPU0"
	ok "$name: not attached" only_first
	is "$name: its power is not touched" "$(power_story GPU1)" ""
	fails "$name: it cannot be named" 4 "no GPU '$GPU1'" gpupm why "$GPU1"
	unload
	# shellcheck disable=SC2086 # addresses
	is "$name: its settings are not touched" "$(settings_of $FUNCTIONS1 $PORTS1)" "$before"
done

load_off
lab-bind --driver vfio-pci "$GPU1"
is_off "bound to vfio-pci: it is off" GPU1 "$GPU1"
lab-bind --driver virtio-pci "$GPU1"
ok "taken back by the host: detached" only_first
ok "taken back by the host: it is on" d_state_is D0 "$GPU1"
ok "the other GPU slept through it all" truly_off GPU0 "$GPU0"

done_testing
