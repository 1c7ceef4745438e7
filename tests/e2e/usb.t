#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --variant usb-function --cpus 1
# A third function, and VMs that open only some of them.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

USB0=${GPU0%.*}.2

load_off
is "three functions" "$(field '[.functions[].address] | join(" ")')" "$GPU0 $AUDIO0 $USB0"

for function in "$GPU0" "$AUDIO0" "$USB0"; do
	power_mark
	open_functions "$function"
	soon "only $function opened: in-use" state_is in-use
	stays "only $function opened: power is on" power_says GPU0 ON
	close_gpu
	is_off "only $function opened and closed: power is cut"
	is "only $function: power came once" "$(power_story GPU0)" "ON OFF"
done

power_mark
lab-vm start vm --no-boot --function "$AUDIO0" >/run/lab/said 2>&1 || diag "$(cat /run/lab/said)"
soon "a VM with the second function alone: in-use" state_is in-use
is "by QEMU" "$(field .user.comm)" qemu-system-x86
lab-vm stop vm quit
is_off "it quits: power is cut"

# A function without a driver sleeps along.
lab-bind --unbind "$USB0"
gpupm hold -- true
is_off "the third without a driver: power is cut"

# A USB controller that cannot wake up again never sleeps, says its driver.
modprobe xhci-pci
lab-bind --driver xhci_hcd "$USB0"
is "the third under xhci_hcd" "$(field '.functions[2].driver')" xhci_hcd
gpupm hold -- true
soon "it does not sleep: the blocker" blocker_is "driver $USB0"
stays "it does not sleep: power is on" power_is GPU0 ON
ok "it does not sleep: awake, not in use" state_is awake
like "why names it" "$(gpupm why)" "$USB0 is active under xhci_hcd"
unload
is "unload puts back what xhci_hcd had" "$(value "$PCI/$USB0/power/control")" on
lab-bind "$USB0"

# A driver that went may leave its device enabled to wake the machine, which it
# could not from D3cold.
if [ "$(value "$PCI/$USB0/power/wakeup")" = enabled ]; then
	load
	soon "it may wake the machine: the blocker" blocker_is "d3cold $USB0"
	ok "it may wake the machine: power is on" power_is GPU0 ON
	unload
	echo disabled >"$PCI/$USB0/power/wakeup"
fi
load
is_off "the third back: power is cut"
unload
done_testing
