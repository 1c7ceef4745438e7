#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --variant shared-switch
# Two GPUs behind one switch share the power of its root port.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# The one power resource, that of the root port, is GPU0's in the power log.
both_off()
{
	truly_off GPU0 "$GPU0" && truly_off GPU0 "$GPU1"
}

before=$(settings)
load
soon "both are off" both_off
is "three ports above the first" "$(field '.ports | length')" 3
is "three ports above the second" "$(field '.ports | length' "$GPU1")" 3
is "the same root port" "$(field '.ports[2].address')" "$(field '.ports[2].address' "$GPU1")"

power_mark
# shellcheck disable=SC2086 # addresses
open_functions $FUNCTIONS1
soon "the second in use" state_is in-use "$GPU1"
soon "the first cannot be off: idle" state_is idle "$GPU0"
like "and says why" "$(value "/sys/class/gpupm/$GPU0/blocker")" \
	"^port-busy (${GPU1%.*}\.[01]|${PORTS1%%$'\n'*})$"
like "why names what is in the way" "$(gpupm why "$GPU0")" 'keeps the port active'
close_gpu
soon "the VM leaves: both are off" both_off
is "power came once" "$(power_story GPU0)" "ON OFF"

gpupm policy "$GPU0" on >/dev/null
soon "the first is on by policy: the second is idle" state_is idle "$GPU1"
like "because of the first" "$(value "/sys/class/gpupm/$GPU1/blocker")" '^port-busy '
power_mark
stays "power stays on" power_says GPU0 ""
lab-bind --unbind GPU1
ok "the second leaves, the first stays" state_is awake "$GPU0"
ok "with power" truly_on GPU0 "$GPU0"
gpupm policy "$GPU0" auto >/dev/null
lab-bind
soon "both again, both off" both_off

echo 1 >"$PCI/$GPU1/remove"
echo 1 >"$PCI/${GPU1%.*}.1/remove"
gpupm hold "$GPU0" -- true
soon "the second removed: the first is off" truly_off GPU0 "$GPU0"
echo 1 >/sys/bus/pci/rescan
lab-bind
soon "the second came back: both off" both_off

unload
is "settings are put back" "$(settings)" "$before"
done_testing
