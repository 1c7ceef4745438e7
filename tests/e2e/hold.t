#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# core
# Holds and policies.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

holds_are()
{
	[ "$(field .holds)" = "$1" ]
}

load_off

# ---- with a command --------------------------------------------------------

power_mark
ok "hold with a command: the GPU is in D0 when it runs" \
	gpupm hold -- sh -c "grep -q D0 $PCI/$GPU0/power_state && grep -q awake /sys/class/gpupm/$GPU0/state"
is_off "hold with a command: off when it ends"
is "hold with a command: power came once" "$(power_story GPU0)" "ON OFF"
status=0
gpupm hold -- sh -c 'exit 42' || status=$?
is "the command's exit code is the hold's" "$status" 42
fails "no such command" 127 'no-such-command' gpupm hold -- no-such-command
is_off "then it is off, too"

# ---- holders that end ------------------------------------------------------

for signal in TERM INT KILL; do
	# A shell without job control has its children ignore INT.
	(trap - INT; exec env --default-signal=INT gpupm hold "$GPU0" 2>/dev/null) &
	holder=$!
	soon "$signal: held, awake" state_is awake
	soon "$signal: the blocker is the hold" blocker_is hold
	kill "-$signal" "$holder"
	wait "$holder" 2>/dev/null || true
	is_off "$signal: the holder has ended: power is cut"
done
is "no holds are left" "$(field .holds)" 0

# ---- two holders ---------------------------------------------------------------

gpupm hold 2>/dev/null &
one=$!
gpupm hold 2>/dev/null &
two=$!
soon "two holders" holds_are 2
like "why counts them" "$(gpupm why)" '2 holds keep it in D0'
kill "$one"
soon "one ends" holds_are 1
stays "the other keeps it" truly_on
fix=$(gpupm why --json | jq -r '.gpus[0].commands[0]')
is "why says how to end it" "$fix" "sudo kill $two"
sh -c "${fix//sudo /}"
is_off "following it, power is cut"

# ---- in use --------------------------------------------------------------------

open_gpu
within "$PATIENCE" state_is in-use
gpupm hold 2>/dev/null &
holder=$!
soon "a GPU in use can be held" holds_are 1
ok "it is in use all the same" state_is in-use
close_gpu
soon "the VM stops: awake" state_is awake
stays "and held" truly_on
open_gpu
soon "a held GPU is seen to be opened" state_is in-use
is "with the process" "$(field '.user.pid')" "$OPENER"
kill "$holder"
soon "the hold ends while it is in use" holds_are 0
ok "which goes on" state_is in-use
close_gpu
is_off "nobody is left: power is cut"
is "two opens" "$(field .opens)" 2

# ---- policies ------------------------------------------------------------------

is "policy is auto" "$(gpupm policy | grep -c "$GPU0 *auto")" 1
power_mark
ok "policy on" gpupm policy on
ok "policy on: in D0 when the answer comes" truly_on
ok "policy on: awake" state_is awake
ok "policy on: the blocker" blocker_is policy
like "policy on: why says so" "$(gpupm why)" 'policy is on'
open_gpu
soon "policy on: in use by a VM" state_is in-use
close_gpu
soon "policy on: awake after it" state_is awake
stays "policy on: stays on" truly_on

ok "policy warm" gpupm policy warm
soon "policy warm: idle" state_is idle
ok "policy warm: the functions are in D3hot" d_state_is D3hot "$GPU0"
ok "policy warm: the port is on" d_state_is D0 "$ROOT0"
ok "policy warm: the blocker" blocker_is policy
open_gpu
soon "policy warm: in use by a VM" state_is in-use
close_gpu
soon "policy warm: idle after it" state_is idle
is "policies on and warm: power was cut never" "$(power_story GPU0)" ON

fix=$(gpupm why --json | jq -r '.gpus[0].commands[0]')
is "why says how to end it" "$fix" "sudo gpupm policy $GPU0 auto"
ok "policy auto" sh -c "${fix//sudo /}"
is_off "policy auto: power is cut"

# ---- module parameter ------------------------------------------------------------

for policy in on:awake warm:idle auto:off; do
	unload
	load_with policy="${policy%:*}"
	soon "policy=${policy%:*}: ${policy#*:}" state_is "${policy#*:}"
	is "policy=${policy%:*}: it is the GPU's" "$(field .policy)" "${policy%:*}"
	is "policy=${policy%:*}: and the parameter's" "$(cat /sys/module/gpupm/parameters/policy)" "${policy%:*}"
	fails "policy=${policy%:*}: it takes no other words" 1 'Invalid argument' \
		bash -c 'echo cold >/sys/module/gpupm/parameters/policy'
done
unload
log_mark
fails "a policy that is none is refused" 1 'insmod' load_with policy=cold
like "and the kernel log says what there is" "$(log_since)" 'policy is one of auto, warm, on'
never "and nothing is loaded" loaded

done_testing
