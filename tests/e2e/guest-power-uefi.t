#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# long
# A guest that UEFI firmware has started, which hands over the ACPI tables in its
# own way, has the laptop's battery as well.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/power-lib.sh
. "$(dirname "$0")/power-lib.sh"

power_supplies
load
daemon_ready
lab-power battery 55
for machine in q35 pc; do
	vm_start uefi --power --no-gpu --machine "$machine" --firmware ovmf
	soon "$machine: connected" guests_are uefi
	soon "$machine: it knows" guest_shows uefi "ADP0 online=0*" "BAT0 *status=Discharging capacity=55 *"
	guest_mark uefi
	lab-power ac 56
	soon "$machine: plugged in: a uevent" guest_told uefi "GUEST: uevent ADP0 online=1 *"
	soon "$machine: that is how it noticed" guest_field_is uefi '.ways | index("event") != null' true
	lab-power battery 55
	soon "$machine: and pulled" guest_shows uefi "ADP0 online=0*"
	lab-vm stop uefi kill
	soon "$machine: it is gone" guests_are ""
done

done_testing
