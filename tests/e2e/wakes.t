#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
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

power_mark
lspci -vv -s "$GPU0" >/dev/null
soon "lspci -vv: one wake" wakes_are 1
is_off "lspci -vv: falls back"
is "lspci -vv: power came once" "$(power_story GPU0)" "ON OFF"
is "lspci -vv: named" "$(last_wake .comm)" lspci
is "lspci -vv: what it touched" "$(last_wake .device)" "$GPU0"
is "lspci -vv: from off" "$(last_wake .from)" off
like "lspci -vv: people see it" "$(gpupm wakes)" '^ *lspci +1 '

power_mark
lspci -vv >/dev/null
soon "lspci -vv of everything: one wake more" wakes_are 2
is_off "lspci -vv of everything: falls back"
is "lspci -vv of everything: power came once" "$(power_story GPU0)" "ON OFF"
like "lspci twice is counted twice" "$(gpupm wakes)" '^ *lspci +2 '

setpci -s "$AUDIO0" 0.w >/dev/null
soon "setpci on the second function: one wake more" wakes_are 3
is "setpci: named" "$(last_wake .comm)" setpci
is "setpci: what it touched" "$(last_wake .device)" "$AUDIO0"
is_off "setpci: falls back"

now=$(date +%s)
at=$(($(last_wake .at_ms) / 1000))
ok "the time of a wake is the time of day" [ $((now - at)) -ge 0 ] && ok "and recent" [ $((now - at)) -lt 300 ]

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
power_mark
before=$(wakes)
lspci -vv -s "$GPU0" >/dev/null
soon "from idle: a wake" wakes_are $((before + 1))
is "from idle: it says so" "$(last_wake .from)" idle
soon "from idle: falls back to idle" state_is idle
is "from idle: power was on all the time" "$(power_story GPU0)" ""

done_testing
