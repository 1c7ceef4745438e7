# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For suites in which the laptop goes to sleep. A suite sources it after lib.sh.

[ -e /sys/module/lab_sleepless ] || insmod "$BUILT/$(uname -r)/lab_sleepless.ko"
# The power button, which wakes it up; some kernels have it built in.
modprobe -q button || true

# Counters that no sleep of the laptop may change, in this order.
counters()
{
	gpupm status --json | jq -r '.gpus[0] |
		"opens \(.opens) wakes \(.wakes) failures \(.failures) holds \(.holds) policy \(.policy)"'
}

census_is()
{
	[ "$(census)" = "$1" ]
}

# What the kernel had to say of the GPU, the module or a failed sleep.
trouble()
{
	log_since | grep -E "gpupm|vfio|${GPU0%.*}|$ROOT0|PM: .*(fail|abort|error|refus)|Freezing .* failed" |
		grep -v "enabling device" || true
}

# sleeps NAME STATE HOW...: the laptop sleeps and wakes up (HOW: see lab-sleep), and
# nothing has changed: the GPU is in STATE as it was.
sleeps()
{
	local name=$1 state=$2 counters census settings cuts story
	shift 2
	counters=$(counters)
	census=$(census)
	settings=$(settings)
	cuts=$(field .power_cuts)
	log_mark
	power_mark
	ok "$name: the laptop sleeps ($*)" lab-sleep "$@"
	soon "$name: the GPU is $state" state_is "$state"
	soon "$name: references and links are as they were" census_is "$census"
	is "$name: opens, wakes, failures, holds, policy" "$(counters)" "$counters"
	is "$name: settings" "$(settings)" "$settings"
	is "$name: the kernel has nothing to say" "$(trouble)" ""
	story=$(power_story GPU0)
	diag "$name: its power meanwhile: $story"
	# What the kernel cuts while all is frozen, in S3, is between two of ours.
	cuts=$(($(field .power_cuts) - cuts))
	story=${story//ON/}
	# shellcheck disable=SC2086 # words
	set -- $story
	ok "$name: $cuts power cuts were counted of $#" \
		test "$cuts" -le $# -a "$cuts" -ge $(($# > 0))
}

# After the states that keep it awake: a VM comes and goes.
off_and_used()
{
	is_off "$1: off"
	open_gpu
	soon "$1: a VM can have it" state_is in-use
	close_gpu
	is_off "$1: and it is off again"
}

# In each state that needs no real VM and no failure.
every_state()
{
	local how="$*" census holder
	load_off
	census=$(census)
	sleeps "off" off "$@"
	is_off "off, $how: its power is cut"
	stays "off, $how: and stays so" truly_off

	gpupm policy warm >/dev/null
	soon "warm" state_is idle
	# A wake is counted a little after it.
	soon "warm: who set it has woken it" field_is 1 .wakes
	sleeps "warm" idle "$@"
	is "warm: its power was not cut" "$(power_story GPU0)" ""
	ok "warm: the port is on" d_state_is D0 "$ROOT0"

	gpupm policy on >/dev/null
	soon "policy on: a wake" field_is 2 .wakes
	sleeps "policy on" awake "$@"
	soon "policy on: in D0" truly_on
	gpupm policy auto >/dev/null
	is_off "auto again"

	gpupm hold 2>/dev/null &
	holder=$!
	soon "held" state_is awake
	soon "held: a wake" field_is 3 .wakes
	sleeps "held" awake "$@"
	soon "held: in D0" truly_on
	kill "$holder"
	wait "$holder" 2>/dev/null || true
	is_off "the hold is over"

	open_gpu
	soon "open" state_is in-use
	sleeps "open" in-use "$@"
	is "open: by whom is still known" "$(field .user.pid)" "$OPENER"
	close_gpu
	off_and_used "closed after $how"
	soon "references and links are what they were at first" census_is "$census"
	unload
}
