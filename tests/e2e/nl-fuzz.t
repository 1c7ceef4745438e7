#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# debug
# Random messages that look like the protocol, half of them from a user who may
# change nothing. GPUPM_MESSAGES=1000000 GPUPM_SUITE_SECONDS=5400 makes it an hour;
# GPUPM_SEED is another seed.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/works-lib.sh
. "$E2E/works-lib.sh"

SEED=${GPUPM_SEED:-20240601}
MESSAGES=${GPUPM_MESSAGES:-20000}

# fuzz NAME COMMAND...: half of the messages, by way of COMMAND.
fuzz()
{
	local name=$1 said
	shift
	if said=$("$@" nl-fuzz "$SEED" $((MESSAGES / 2)) "$GPU0" 2>&1); then
		pass "$name: seed $SEED: $said"
		unlike "$name: memory did not run out" "$said" 'ENOMEM'
		like "$name: some were right" "$said" ' [1-9][0-9]* answers, none [1-9]'
		like "$name: some were wrong" "$said" 'EINVAL [1-9]'
	else
		fail "$name: seed $SEED" "$said"
	fi
}

load_off
power_mark
fuzz "nobody" setpriv --reuid nobody --regid nogroup --clear-groups
is "nobody woke it" "$(power_story GPU0)" ""
is "nobody changed the policy" "$(field .policy)" auto
is "nobody holds it" "$(field .holds)" 0

fuzz "root" env
gpupm policy auto >/dev/null
works "after all messages"

done_testing
