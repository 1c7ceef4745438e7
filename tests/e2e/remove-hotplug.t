#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --variant hotplug
# The GPU is in a slot that can be emptied and filled while the machine runs.
# shellcheck disable=SC2086 # lists of addresses
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

gone()
{
	! [ -e "/sys/class/gpupm/$GPU0" ] && ! [ -e "$PCI/$GPU0" ] && ! [ -e "$PCI/$AUDIO0" ]
}

back()
{
	[ -e "$PCI/$GPU0" ] && [ -e "$PCI/$AUDIO0" ]
}

# The port sleeps, and this one cannot say from its sleep that something came.
plug()
{
	lab-plug GPU0
	echo 1 >/sys/bus/pci/rescan
}

before=$(settings_of $PORTS0)
load
is_off "a hot-plug port can cut power"
unload
is "unloaded while off: the port is as it was" "$(settings_of $PORTS0)" "$before"
load
is_off "loaded again: off"
gpupm policy on >/dev/null
soon "policy on: awake" state_is awake
gpupm policy auto >/dev/null
is_off "policy auto: off"

gpupm hold >/dev/null 2>&1 &
holder=$!
soon "held" state_is awake
log_mark
lab-unplug GPU0
soon "pulled out while awake: gone" gone
like "the log tells of it" "$(log_since)" "$GPU0: gpupm: detached"
is "no device links are left" "$(devlinks)" 0
is "settings of the port are put back" "$(settings_of $PORTS0)" "$before"
is "status knows of none" "$(gpupm status --json | jq '.gpus | length')" 0
kill -KILL "$holder" 2>/dev/null || true

plug
soon "plugged in" back
lab-bind GPU0
is_off "it is attached, and power is cut"
is "with both functions" "$(field '.functions | length')" 2
is "and no hold" "$(field .holds)" 0

power_mark
open_gpu
soon "in-use" state_is in-use
close_gpu
is_off "off"
is "a power cut takes nothing out of the slot" "$(power_story GPU0)" "ON OFF"

open_gpu
soon "in use" state_is in-use
lab-unplug GPU0
stays "pulled out while in use: the kernel waits for the VM" test -e "$PCI/$GPU0"
close_gpu
soon "the VM has let go: gone" gone
is "and no device links are left" "$(devlinks)" 0

# No interrupt comes from a port without power: the kernel sees it at a wake.
plug
soon "plugged in once more" back
lab-bind GPU0
is_off "off once more"
lab-unplug GPU0
gpupm hold -- true >/dev/null 2>&1 || true
soon "pulled out while off: gone when somebody wants it" gone
unload
is "unload leaves no device links" "$(devlinks)" 0
is "unload leaves the port as it was" "$(settings_of $PORTS0)" "$before"

# For the next suite.
plug
within "$PATIENCE" back || diag "the slot stays empty"
done_testing
