#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --variant no-power-resource --cpus 1
# A machine that cannot cut the GPU's power: it sleeps as deep as it can.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

load
soon "idle" state_is idle
ok "the blocker is the power resource" blocker_is "power-resource $ROOT0"
for function in $FUNCTIONS0; do
	is "$function sleeps" "$(value "$PCI/$function/power/runtime_status")" suspended
done
ok "the display function as deep as it can" d_state_is D3hot "$GPU0"
like "why says that nothing is to be done" "$(gpupm why)" 'this machine cannot cut its power'
is "and gives no command" "$(gpupm why --json | jq -r '.gpus[0].commands | length')" 0
like "doctor says so, too" "$(gpupm doctor || true)" '^  failure  *power-resource .*no firmware_node'
fails "test refuses" 1 'no power resource' gpupm test

open_gpu
soon "a VM: in-use" state_is in-use
close_gpu
soon "the VM stops: idle" state_is idle
ok "the blocker is the same" blocker_is "power-resource $ROOT0"
is "no power was cut" "$(field .power_cuts)" 0
is "nothing is in the power log" "$(cat "$POWER_LOG")" ""
unload
done_testing
