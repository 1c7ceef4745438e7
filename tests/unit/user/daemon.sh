#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# gpupmd with real sockets and a made-up /sys. GPUPM is the tool; the daemon is
# beside it.
set -eu

: "${GPUPM:=../../../user/gpupm}"
export GPUPM
GPUPMD=$(dirname "$GPUPM")/gpupmd
export GPUPMD
exec timeout 300 python3 -B daemon.py
