#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --cpus 1
# A port that comes up with nothing behind it, twice. The PCI core waits a minute
# each time before it gives up, on every kernel since 6.6.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2034 # of soon
PATIENCE=400

first_words()
{
	gpupm hold -- setpci -s "$GPU0" 0.l 10.l 18.l 20.l | tr '\n' ' '
}

is_field()
{
	[ "$(field "$1")" = "$2" ]
}

logged()
{
	log_since | grep -q "$1"
}

load_off
wanted=$(first_words)
is_off "off again"

log_mark
lab-fail-on GPU0 2
gpupm hold -- true >/dev/null 2>&1 &
hold=$!
soon "while the kernel waits, others are answered" is_field .state idle
wait "$hold" && held=0 || held=$?
is "the hold is refused in the end" "$held" 1
ok "lost" state_is lost
soon "the power cycle does not help" logged "power cycle did not help"
ok "still lost" state_is lost
is "one failure" "$(field .failures)" 1
like "the blocker names a function" "$(value /sys/class/gpupm/"$GPU0"/blocker)" \
	"^failed-wake ${GPU0%.*}"
like "status says it" "$(gpupm status)" lost
like "and why says it" "$(gpupm why)" "did not come back from a wake"

ok "setting the policy gives it a new chance" gpupm policy auto
soon "its power is cut" power_is GPU0 OFF
is "now it answers, as it was before" "$(first_words)" "$wanted"
is_off "and goes off"
is "and has a clean record but for the counter" "$(field '"\(.blocker) \(.failures)"')" "null 1"
like "the log says so" "$(log_since)" "answers again"

# ---- unloaded while lost ------------------------------------------------------

lab-fail-on --late GPU0 1
gpupm hold -- true >/dev/null 2>&1 &
soon "lost once more" is_field .failures 2
unload
wait
load
is_off "loaded anew it is well"
is "and has a new record" "$(field .failures)" 0
unload

done_testing
