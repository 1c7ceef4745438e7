#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# debug
# long
# Memory runs out at every single allocation of everything that the module is asked:
# no crash, no leak, a clear error, and afterwards everything works.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/works-lib.sh
. "$E2E/works-lib.sh"

prepare_failslab
load_off

# Held, for to wake it takes thousands of allocations, nearly all of them ACPI's.
gpupm hold &
HOLDER=$!
within "$PATIENCE" state_is awake
for command in get dump wakes power hold release policy; do
	each "$command" "$OURS" "$command" "$GPU0"
done
for file in state policy blocker; do
	each "reading $file" "$OURS" read "/sys/class/gpupm/$GPU0/$file"
done
kill "$HOLDER"
wait "$HOLDER" || true
works "after commands"

unload
set_failslab ignore-gfp-wait Y
done_testing
