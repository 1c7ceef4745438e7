#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# long
# The laptop sleeps as deep as an emulated one can and wakes up from there, in every
# state of the GPU.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/suspend-lib.sh
. "$E2E/suspend-lib.sh"

for how in "freeze freezer" "freeze devices" "mem core" freeze; do
	# shellcheck disable=SC2086 # words
	every_state $how
done

done_testing
