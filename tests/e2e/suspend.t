#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --cpus 1
# The laptop sleeps and wakes up, and the GPU is in the state it was in: as far as
# drivers go, which is all that the module notices. suspend-deep.t has the rest.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/suspend-lib.sh
. "$E2E/suspend-lib.sh"

every_state freeze platform

done_testing
