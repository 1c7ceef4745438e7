#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# core
# A GPU that does not come back from D3cold: lost, recovery, warm from then on.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# The first function's vendor and device id, as they are on the bus now.
ids()
{
	gpupm hold -- setpci -s "$GPU0" 0.l
}

failures_are()
{
	[ "$(field .failures)" = "$1" ]
}

event_seen()
{
	grep -q "\"cause\":[[:space:]]*\"$1\"" "$events"
}

load_off
wanted=$(ids)
bars=$(gpupm hold -- setpci -s "$GPU0" 10.l 18.l 20.l | tr '\n' ' ')
is_off "off again"

events=$(mktemp)
monitor_to "$events" --json
is_off "off before it fails"

# ---- one failure -----------------------------------------------------------

log_mark
lab-fail-on --late GPU0 1
fails "a hold on a GPU that does not come back is refused" 1 \
	"did not come up, or did not answer" gpupm hold -- true
soon "it is recovered: idle" state_is idle
is "one failure" "$(field .failures)" 1
is "the policy is warm" "$(field .policy)" warm
like "the blocker is the failed wake, and names a function" \
	"$(field '.blocker | "\(.reason) \(.device)"')" "^failed-wake ${GPU0%.*}\."
is "no hold is left" "$(field .holds)" 0
like "the log has one line for lost" "$(log_since | grep -c 'did not answer after a wake')" '^1$'
like "the log has one line for recovery" "$(log_since | grep -c 'answers again')" '^1$'
soon "an event tells of the loss" event_seen lost
soon "an event tells of the recovery" event_seen recovered
like "why says what to do" "$(gpupm why)" "gpupm policy"

is "it answers" "$(ids)" "$wanted"
is "with the addresses it had" \
	"$(gpupm hold -- setpci -s "$GPU0" 10.l 18.l 20.l | tr '\n' ' ')" "$bars"
soon "idle after that" state_is idle
power_mark
lab-vm start after --no-boot
soon "a VM can have it" state_is in-use
lab-vm stop after quit
soon "and then it is idle" state_is idle
stays "its power is never cut: policy warm" power_says GPU0 ""

ok "auto tries again" gpupm policy auto
is_off "and it works"
is "the blocker is gone" "$(field .blocker)" null

# ---- lost when a VM wants it -------------------------------------------------

# It may start all the same, and see nothing.
without_vm()
{
	! lab-vm start dead --no-boot >/dev/null 2>&1 || lab-vm stop dead kill
}

lab-fail-on --late GPU0 1
ok "a VM wants a dead GPU" \
	without_vm
soon "two failures" failures_are 2
soon "recovered after the VM has gone" state_is idle
gpupm policy auto >/dev/null
is_off "off again after that"

kill -INT "$MONITOR" 2>/dev/null || true
wait "$MONITOR" 2>/dev/null || true
rm -f "$events"

unload

done_testing
