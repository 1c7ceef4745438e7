#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What becomes of gpupmd when the machine fails it. GPUPM is the tool; the daemon is
# beside it. GPUPM_SEED repeats what a run did.
set -eu

: "${GPUPM:=../../../user/gpupm}"
export GPUPM
GPUPMD=$(dirname "$GPUPM")/gpupmd
export GPUPMD
exec timeout 300 python3 -B faults.py
