#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --append pcie_port_pm=off --cpus 1
# A kernel that was told to let no port sleep.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

load
soon "idle" state_is idle
soon "the blocker is the bridge" blocker_is "bridge-d3 $ROOT0"
stays "power is on" power_is GPU0 ON
like "why finds the kernel's parameter" "$(gpupm why)" 'remove pcie_port_pm=off'
like "doctor finds it, too" "$(gpupm doctor || true)" '^  failure  *bridge-d3 .*; fix: remove pcie_port_pm=off'
fails "test refuses" 1 'the kernel does not allow D3 for port' gpupm test
open_gpu
soon "a VM: in-use" state_is in-use
close_gpu
soon "the VM stops: idle" state_is idle
is "no power was cut" "$(field .power_cuts)" 0
unload
done_testing
