#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --variant lone-function --cpus 1
# A GPU that is a display function and nothing else.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

load
is_off "power is cut"
is "one function" "$(field '.functions | length')" 1
power_mark
open_functions "$GPU0"
soon "a VM: in-use" state_is in-use
close_gpu
is_off "the VM stops: power is cut"
is "once" "$(power_story GPU0)" "ON OFF"
ok "test" gpupm test -n 2
unload
done_testing
