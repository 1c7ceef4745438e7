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

has_functions()
{
	[ "$(field '.functions | length')" = "$1" ]
}

devlinks()
{
	find /sys/class/devlink -name '*gpupm*' 2>/dev/null | wc -l
}

# What is left of a GPU that is gone: nothing.
nothing_left()
{
	is "$1: status knows of none" "$(gpupm status --json | jq '.gpus | length')" 0
	is "$1: settings of the port are put back" "$(settings_of "$ROOT0")" "$port_before"
	is "$1: no device links are left" "$(devlinks)" 0
	is "$1: the log has one line" "$(log_since | grep -c "$GPU0: gpupm: detached")" 1
}

# It begins anew: by the default policy, held by nobody.
comes_back()
{
	come_back
	is_off "$1: it comes back, and power is cut"
	is "$1: it begins anew" \
		"$(field '"\(.policy), \(.holds) holds, \(.functions | length) functions"')" \
		"auto, 0 holds, 2 functions"
}

round()
{
	state_is "$2" || fail "$1: it is $2 before" "$(value "/sys/class/gpupm/$GPU0/state")"
	log_mark
	# shellcheck disable=SC2086 # addresses
	remove $FUNCTIONS0
	ok "$1: removed" gone
	nothing_left "$1"
	comes_back "$1"
}

port_before=$(settings_of "$ROOT0")
load_off
round off off

gpupm policy warm >/dev/null
within "$PATIENCE" state_is idle
round "idle by policy" idle

gpupm policy on >/dev/null
round "awake by policy" awake

gpupm hold 2>/dev/null &
holder=$!
within "$PATIENCE" state_is awake
round "awake by a hold" awake
soon "the holder ends" ended "$holder"

# A port that is not allowed to sleep is in the way of the recovery.
echo N >/sys/module/gpupm/parameters/insist
lab-fail-on --late GPU0 1
echo on >"$PCI/$ROOT0/power/control"
fails "it does not come up" 1 'did not come up, or did not answer' gpupm hold -- true
state_is lost || fail "lost before" "$(value "/sys/class/gpupm/$GPU0/state")"
log_mark
# shellcheck disable=SC2086 # addresses
remove $FUNCTIONS0
ok "lost: removed" gone
echo auto >"$PCI/$ROOT0/power/control"
nothing_left lost
# Nothing answers a scan before its power has been off.
echo 1 >"$PCI/$ROOT0/d3cold_allowed"
soon "lost: power is cut" power_is GPU0 OFF
comes_back lost
unload
echo 0 >"$PCI/$ROOT0/d3cold_allowed"
load_off

# ---- in use: the kernel waits for the VM --------------------------------------

lab-vm start vm --no-boot >/run/lab/said 2>&1 || diag "$(cat /run/lab/said)"
soon "a VM has it: in-use" state_is in-use
power_mark
log_mark
# shellcheck disable=SC2086 # addresses
remove $FUNCTIONS0 &
remover=$!
stays "in-use: removal waits" kill -0 "$remover"
ok "in-use: the VM runs" vm_pid vm
ok "in-use: it is in D0" d_state_is D0 "$GPU0"
is "in-use: it keeps its power" "$(power_story GPU0)" ""
lab-vm stop vm kill
soon "in-use: removal ends with the VM" ended "$remover"
wait "$remover" || true
ok "in-use: removed" gone
nothing_left in-use
comes_back in-use

# ---- the second function alone -------------------------------------------------

for state in off awake in-use; do
	case $state in
	awake) gpupm policy on >/dev/null ;;
	in-use) open_functions "$GPU0" ;;
	esac
	within "$PATIENCE" state_is $state || diag "not $state"
	remove "$AUDIO0"
	is "$state: without its second function" "$(field '.functions | length')" 1
	# Who sleeps may wake for it, and falls back.
	if [ $state = off ]; then
		soon "$state: stays so" state_is $state
	else
		ok "$state: stays so" state_is $state
	fi
	echo 1 >/sys/bus/pci/rescan
	lab-bind "$AUDIO0"
	soon "$state: the function is back" has_functions 2
	case $state in
	awake) gpupm policy auto >/dev/null ;;
	in-use) close_gpu ;;
	esac
	is_off "$state: power is cut with it"
done

remove "$AUDIO0"
gpupm hold -- true
is_off "without its second function: power is cut"
power_mark
gpupm hold -- true
is_off "the display function alone: power is cut"
is "the display function alone: power came once" "$(power_story GPU0)" "ON OFF"
come_back
is_off "whole again: power is cut"

# ---- the display function alone -------------------------------------------------

log_mark
remove "$GPU0"
ok "the display function removed: detached" gone
nothing_left "the display function removed"
comes_back "the display function"

# ---- the port ----------------------------------------------------------------

log_mark
remove "$ROOT0"
ok "the port removed: detached" gone
is "the port removed: no device links are left" "$(devlinks)" 0
comes_back "the port"

# ---- unload while it is gone -----------------------------------------------------

# shellcheck disable=SC2086 # addresses
remove $FUNCTIONS0
unload
is "unloaded without a GPU: the port is as it was" "$(settings_of "$ROOT0")" "$port_before"
is "unloaded without a GPU: no device links are left" "$(devlinks)" 0
come_back
never "and nothing attaches it" test -e "/sys/class/gpupm/$GPU0"

done_testing
