#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --cpus 1
# core
# A VM that boots takes the GPU, and leaves it in every way there is.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

opens()
{
	field .opens
}

in_use_by()
{
	is "$1: in-use names the process" "$(field '.user | "\(.comm) \(.pid)"')" \
		"qemu-system-x86 $2"
	is "$1: both functions are open, in D0" \
		"$(field '[.functions[] | .d_state] | join(" ")')" "D0 D0"
	ok "$1: power is on" truly_on
}

load_off
power_mark

# Not in $(): what reads the console holds the pipe open.
lab-vm start one >/run/lab/said 2>&1 || diag "$(cat /run/lab/said)"
like "the guest finds the GPU" "$(cat /run/lab/said)" 'GUEST: found display'
ok "booted: in-use" state_is in-use
in_use_by booted "$(vm_pid one)"
is "power came on once" "$(power_story GPU0)" ON
like "status says so to people" "$(gpupm status | tr '\n' ' ')" "in-use for .*qemu-system-x86 \(pid $(vm_pid one)\)"

lab-vm reboot one
is "reboot keeps the power on" "$(power_story GPU0)" ON
ok "reboot keeps it in-use" state_is in-use
is "reboot is no second open" "$(opens)" 1

lab-vm send one d3hot
lab-vm expect one "is in D3" || diag "$(lab-vm log one | tail -n 3)"
stays "a guest that sleeps keeps the power on" power_says GPU0 ON
ok "a guest that sleeps is in-use" state_is in-use
lab-vm send one d0
lab-vm expect one "is in D0"

lab-vm stop one shutdown
is_off "shut down by its power button: power is cut"
is "and was not before" "$(power_story GPU0)" "ON OFF"
is "nobody uses it" "$(field .user)" null

power_mark
for how in quit kill; do
	lab-vm start two --no-boot >/run/lab/said 2>&1 || diag "$(cat /run/lab/said)"
	soon "$how: in-use" state_is in-use
	in_use_by "$how" "$(vm_pid two)"
	lab-vm stop two "$how"
	is_off "$how: power is cut"
done
is "each time once" "$(power_story GPU0)" "ON OFF ON OFF"
is "three opens" "$(opens)" 3
is "no wakes" "$(field .wakes)" 0
is "no failures" "$(field .failures)" 0

unload
done_testing
