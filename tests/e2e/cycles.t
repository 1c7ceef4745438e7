#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A hundred users come and go: power is cut a hundred times, and nothing grows.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

TIMES=100
VMS=${GPUPM_VMS:-3}

# ON OFF ON OFF ..., $1 times.
pairs()
{
	local i story=
	for ((i = 0; i < $1; i++)); do
		story+="ON OFF "
	done
	echo "${story% }"
}

load_off
before=$(census)
cuts=$(field .power_cuts)
power_mark

# shellcheck disable=SC2086 # addresses
ok "$TIMES opens and closes, power cut after each" vfio-user -n $TIMES $FUNCTIONS0
is_off "off after the last"
is "the power log has $TIMES pairs" "$(power_story GPU0)" "$(pairs $TIMES)"
is "as many opens" "$(field .opens)" $TIMES
is "as many power cuts" "$(field .power_cuts)" $((cuts + TIMES))
is "no wakes, for VMs woke it" "$(field .wakes)" 0
is "no failures" "$(field .failures)" 0
is "nothing grew" "$(census)" "$before"

power_mark
for ((i = 0; i < VMS; i++)); do
	lab-vm start "vm$i" --no-boot >/run/lab/said 2>&1 || diag "$(cat /run/lab/said)"
	within "$PATIENCE" state_is in-use || diag "vm$i: not in-use"
	lab-vm stop "vm$i" "$( ((i % 2)) && echo quit || echo kill)"
	within "$PATIENCE" truly_off || diag "vm$i: not off"
done
is "$VMS VMs: the power log has as many pairs" "$(power_story GPU0)" "$(pairs "$VMS")"
is "as many opens more" "$(field .opens)" $((TIMES + VMS))
is "still nothing grew" "$(census)" "$before"

done_testing
