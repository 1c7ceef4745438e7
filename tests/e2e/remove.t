#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The GPU, or a part of it, is taken out of the system in every state.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

remove()
{
	local device
	for device; do
		echo 1 >"$PCI/$device/remove"
	done
}

come_back()
{
	echo 1 >/sys/bus/pci/rescan
	lab-bind
}

gone()
{
	! [ -e "/sys/class/gpupm/$GPU0" ] && ! [ -e "$PCI/$GPU0" ]
}

ended()
{
	! kill -0 "$1" 2>/dev/null
}

round()
{
	# shellcheck disable=SC2086 # addresses
	remove $FUNCTIONS0
	ok "$1: removed" gone
	is "$1: status knows of none" "$(gpupm status --json | jq '.gpus | length')" 0
	come_back
	is_off "$1: it comes back, and power is cut"
}

load_off
round off

gpupm policy warm >/dev/null
within "$PATIENCE" state_is idle
round idle

gpupm policy on >/dev/null
round "awake by policy"

gpupm hold 2>/dev/null &
holder=$!
within "$PATIENCE" state_is awake
round "awake by a hold"
soon "the holder ends" ended "$holder"

lab-fail-on --late GPU0 2
! gpupm hold -- true 2>/dev/null || diag "the hold was not refused"
soon "lost, and lost again" power_is GPU0 FAIL
lab-fail-on --late GPU0 0
round lost

# The kernel waits for the VM.
open_gpu
within "$PATIENCE" state_is in-use
power_mark
# shellcheck disable=SC2086 # addresses
remove $FUNCTIONS0 &
remover=$!
stays "in-use: removal waits" kill -0 "$remover"
ok "in-use: the VM has its power" power_is GPU0 ON
close_gpu
soon "in-use: removal ends with the VM" ended "$remover"
wait "$remover" || true
ok "in-use: removed" gone
come_back
is_off "in-use: it comes back, and power is cut"

# ---- the second function alone -------------------------------------------------

for state in off awake in-use; do
	case $state in
	awake) gpupm policy on >/dev/null ;;
	in-use) open_functions "$GPU0" ;;
	esac
	within "$PATIENCE" state_is $state || diag "not $state"
	remove "$AUDIO0"
	is "$state: without its second function" "$(field '.functions | length')" 1
	ok "$state: stays so" state_is $state
	echo 1 >/sys/bus/pci/rescan
	lab-bind "$AUDIO0"
	soon "$state: the function is back" test "$(field '.functions | length')" = 2
	case $state in
	awake) gpupm policy auto >/dev/null ;;
	in-use) close_gpu ;;
	esac
	is_off "$state: power is cut with it"
done

remove "$AUDIO0"
power_mark
gpupm hold -- true
is_off "the display function alone: power is cut"
is "the display function alone: power came once" "$(power_story GPU0)" "ON OFF"
come_back
is_off "whole again: power is cut"

# ---- the port ----------------------------------------------------------------

remove "$ROOT0"
ok "the port removed: detached" gone
come_back
is_off "the port is back: power is cut"
unload

done_testing
