#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --cpus 1
# core
# Who wakes it is named; who only looks wakes nothing.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

LOOKS=${GPUPM_LOOKS:-10}

wakes()
{
	field .wakes
}

last_wake()
{
	gpupm wakes --json | jq -r ".wakes[-1] | $1"
}

wakes_are()
{
	[ "$(wakes)" = "$1" ]
}

load_off
is "no wakes at the beginning" "$(wakes)" 0

# ---- looking ---------------------------------------------------------------

power_mark
is "a thousand looks" "$(nl-look 1000)" "1000 looks, 1000 GPUs"
for ((i = 0; i < LOOKS; i++)); do
	gpupm status >/dev/null
	gpupm status --json >/dev/null
done
for ((i = 0; i < 1000; i++)); do
	read -r _ <"/sys/class/gpupm/$GPU0/state"
	read -r _ <"/sys/class/gpupm/$GPU0/blocker"
	read -r _ <"/sys/class/gpupm/$GPU0/policy"
done
for command in why wakes policy; do
	gpupm "$command" >/dev/null
done
timeout 3 gpupm status -w >/dev/null || true
timeout 3 gpupm monitor >/dev/null || true
is "looking wakes nothing, says the power log" "$(power_story GPU0)" ""
is "looking wakes nothing, says the module" "$(wakes)" 0
ok "it is off all the while" truly_off

# ---- lspci -----------------------------------------------------------------

# A reader that takes its time is let down in between, and may be a wake each time
# that power comes back: at least one, and no more than the power log has.
wakes_are_told()
{
	local story told
	truly_off GPU0 "$GPU0" || return 1
	told=$(($(wakes) - before))
	story=$(power_story GPU0)
	story=${story//OFF/}
	# shellcheck disable=SC2086 # words
	set -- $story
	[ "$told" -ge 1 ] && [ "$told" -le $# ]
}

woken()
{
	local name=$1 comm=$2
	soon "$name: falls back, and is counted" wakes_are_told
	is "$name: named" "$(last_wake .comm)" "$comm"
	is "$name: from off" "$(last_wake .from)" off
	before=$(wakes)
	power_mark
}

before=0
power_mark
lspci -vv -s "$GPU0" >/dev/null
woken "lspci -vv" lspci
# The PCI core wakes the port for it, and then the function.
like "lspci -vv: what it touched" "$(last_wake .device)" "^($GPU0|$ROOT0)$"
like "lspci -vv: people see it" "$(gpupm wakes)" '^ *lspci +[1-9]'
lspci -vv >/dev/null
woken "lspci -vv of everything" lspci
setpci -s "$AUDIO0" 0.w >/dev/null
woken setpci setpci
like "setpci: what it touched" "$(last_wake .device)" "^($AUDIO0|$ROOT0)$"

at=$(($(last_wake .at_ms) / 1000))
now=$(date +%s)
ok "the time of a wake is the time of day" test $((now - at)) -ge 0 -a $((now - at)) -lt 300

# ---- who is not told of ------------------------------------------------------

before=$(wakes)
open_gpu
within "$PATIENCE" state_is in-use
lspci -vv -s "$GPU0" >/dev/null
close_gpu
is_off "a VM, and lspci while it runs: power is cut after"
is "neither is a wake" "$(wakes)" "$before"

gpupm policy warm >/dev/null
soon "warm: idle" state_is idle
before=$((before + 1))
soon "who sets the policy wakes it" wakes_are "$before"
is "and is named" "$(last_wake .comm)" gpupm
power_mark
lspci -vv -s "$GPU0" >/dev/null
stays "lspci reads from D3hot and wakes nothing" wakes_are "$before"
gpupm hold -- true
soon "from idle: a wake" wakes_are $((before + 1))
is "from idle: named" "$(last_wake .comm)" gpupm
is "from idle: it says so" "$(last_wake .from)" idle
soon "from idle: falls back to idle" state_is idle
is "from idle: power was on all the time" "$(power_story GPU0)" ""

done_testing
