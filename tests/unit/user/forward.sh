#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Forwards: gpupmd and its relays in a network of their own, with a network namespace
# for the guest. GPUPM is the tool; the others are beside it.
set -eu

: "${GPUPM:=../../../user/gpupm}"
export GPUPM
GPUPMD=$(dirname "$GPUPM")/gpupmd
export GPUPMD
exec timeout 300 unshare -n python3 -B forward.py
