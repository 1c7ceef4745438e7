#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Each of the three ways in which a guest notices a report, with a power table
# that has no other.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/power-lib.sh
. "$(dirname "$0")/power-lib.sh"

# knows_way VM WAY: it was seen to use this way, and no other.
knows_way()
{
	[ "$(guest_field "$1" '.ways | join(" ")')" = "$2" ]
}

power_supplies
load
daemon_ready

machine=pc
for way in event heartbeat read; do
	lab-power ac
	vm_start "$way" --no-gpu --machine $machine --table "$BUILT/power-$way.aml"
	soon "$way: connected" guests_are "$way"
	guest_mark "$way"
	lab-power battery 70
	# With nothing else in the table, only reading makes it look.
	[ "$way" != read ] || soon "read: the guest's adapter" guest_shows read "ADP0 online=0*"
	soon "$way: a uevent" guest_told "$way" "GUEST: uevent ADP0 online=0 *"
	soon "$way: the guest's battery" guest_shows "$way" "ADP0 online=0*" \
		"BAT0 *status=Discharging capacity=70 *"
	soon "$way: that is how it noticed" knows_way "$way" "$way"
	guest_mark "$way"
	lab-power ac 71
	[ "$way" != read ] || soon "read: plugged in" guest_shows read "ADP0 online=1*"
	soon "$way: a uevent when plugged in" guest_told "$way" "GUEST: uevent ADP0 online=1 *"
	lab-vm stop "$way" kill
	machine=q35
done

done_testing
