#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --cpus 1
# The laptop sleeps and wakes up, and the GPU is in the state it was in: as far as
# drivers go, which is all that the module notices. suspend-levels.t and suspend-busy.t have the rest.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/suspend-lib.sh
. "$E2E/suspend-lib.sh"

every_state freeze platform

# As when a driver refuses, or somebody presses a key: half way and back.
load_off
sleeps "off, given up" off freeze devices
is_off "off, given up: its power is cut all the same"
unload

done_testing
