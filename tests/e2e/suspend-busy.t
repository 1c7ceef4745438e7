#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# long
# The laptop sleeps and wakes up: with a real VM, many times, while the GPU is opened
# and closed, is lost or recovers, and while the module and its functions come and go.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/suspend-lib.sh
. "$E2E/suspend-lib.sh"

DRIVER=/sys/bus/pci/drivers/vfio-pci

# No look is due any more that might count a wake.
settled()
{
	local before
	before=$(counters)
	read -r -t 7 -u 7 || true
	[ "$(counters)" = "$before" ]
}

has_failed()
{
	[[ $(power_story GPU0) == *FAIL* ]]
}

# ---- a real VM ------------------------------------------------------------------

load_off
lab-vm start one >/run/lab/said 2>&1 || diag "$(cat /run/lab/said)"
ok "a VM runs" state_is in-use
for how in "freeze platform" "mem processors" "mem core" freeze; do
	# shellcheck disable=SC2086 # words
	sleeps "with a VM" in-use $how
	lab-vm send one "echo after $how"
	ok "with a VM: it runs on after $how" lab-vm expect one "GUEST: after $how"
done
is "one open" "$(field .opens)" 1
is "the VM's process is known" "$(field .user.pid)" "$(vm_pid one)"
lab-vm stop one kill
off_and_used "the VM has ended"

# ---- many times -------------------------------------------------------------------

before=$(census)
counters=$(counters)
failed=0
for ((i = 0; i < 30; i++)); do
	lab-sleep freeze platform || failed=$((failed + 1))
done
is "30 times in a row" "$failed" 0
is_off "30 times: off"
soon "30 times: nothing grew" census_is "$before"
is "30 times: nothing was counted" "$(counters)" "$counters"

# ---- a process asks for it at that moment -------------------------------------------

# Whoever opens and closes is frozen in the middle of it.
for ((i = 0; i < 10; i++)); do
	# shellcheck disable=SC2086 # addresses
	vfio-user -n 3 $FUNCTIONS0 &
	user=$!
	read -r -t "0.$((RANDOM % 900 + 100))" -u 7 || true
	lab-sleep freeze platform || diag "sleep $i: it did not"
	wait "$user" || fail "opens and closes while the laptop falls asleep, $i"
done
is_off "opened and closed while the laptop fell asleep: off"
soon "nothing grew" census_is "$before"
is "and all opens were counted" "$(field .opens)" $((2 + 30))
is "none as a wake" "$(field .wakes)" 0

# ---- lost ------------------------------------------------------------------------

lab-fail-on --late GPU0 1
gpupm hold -- true >/dev/null 2>&1 || true
soon "recovered from a wake that failed" state_is idle
within "$PATIENCE" settled || diag "no end of wakes"
sleeps "recovered" idle freeze platform
sleeps "recovered" idle mem core
is "one failure" "$(field .failures)" 1

gpupm policy auto >/dev/null
is_off "off again"
power_mark
lab-fail-on --late GPU0 1
gpupm hold -- true >/dev/null 2>&1 &
holder=$!
soon "fails once more" has_failed
# In the middle of the loss or the recovery, or after: all of them end well.
lab-sleep freeze platform || diag "it did not sleep while it recovered"
wait "$holder" || true
soon "slept while it recovered: idle" state_is idle
is "two failures" "$(field .failures)" 2
gpupm policy auto >/dev/null
off_and_used "after that"

lab-fail-on --late GPU0 2
gpupm hold -- true >/dev/null 2>&1 || true
soon "lost for good" state_is lost
lab-sleep freeze platform || diag "it did not sleep with a lost GPU"
ok "lost: still, or back by the sleep" eval "state_is lost || state_is idle"
gpupm policy auto >/dev/null
off_and_used "a new chance"
unload

# ---- while things change -----------------------------------------------------------

# meanwhile NAME COMMAND...: COMMAND runs again and again while the laptop sleeps.
meanwhile()
{
	local name=$1 i slept=0 worker
	shift
	rm -f /run/lab/enough
	while [ ! -e /run/lab/enough ]; do
		"$@" >/dev/null 2>&1 || true
	done &
	worker=$!
	for ((i = 0; i < 10; i++)); do
		read -r -t "0.$((RANDOM % 900 + 100))" -u 7 || true
		lab-sleep freeze platform && slept=$((slept + 1))
	done
	: >/run/lab/enough
	wait "$worker"
	ok "$name: slept $slept times of 10" test "$slept" -gt 0
	loaded || load
	lab-bind
	off_and_used "$name"
	unload
}

comes_and_goes()
{
	insmod "$MODULE"
	rmmod gpupm
}

rebinds()
{
	echo "$GPU0" >"$DRIVER/unbind"
	echo "$GPU0" >"$DRIVER/bind"
}

audio_rebinds()
{
	echo "$AUDIO0" >"$DRIVER/unbind"
	echo "$AUDIO0" >"$DRIVER/bind"
}

changes_policy()
{
	gpupm policy warm
	gpupm policy on
	gpupm policy auto
}

meanwhile "loading and unloading" comes_and_goes
load
meanwhile "unbinding the display function" rebinds
load
meanwhile "unbinding the audio function" audio_rebinds
load
meanwhile "changing the policy" changes_policy

done_testing
