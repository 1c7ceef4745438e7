#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --cpus 1
# core
# The plug is pulled and put back; the laptop's kernel, the module, the daemon and
# the guests all know, whoever dies or starts again in between.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/power-lib.sh
. "$(dirname "$0")/power-lib.sh"

# on_ac WANT: what the module says of AC.
on_ac()
{
	[ "$(gpupm power --json | jq -r .on_ac)" = "$1" ]
}

power_supplies
load

# ---- a guest without a daemon ------------------------------------------------

lab-power battery 60
soon "the laptop's kernel knows that the plug is pulled" host_is 0 Discharging
soon "so does the module" on_ac false
vm_start one --power
ok "a guest without a daemon has AC and a full battery" \
	guest_shows one "ADP0 online=1*" "BAT0 *status=Full capacity=100 *"

# ---- the daemon starts ---------------------------------------------------------

guest_mark one
daemon_ready
soon "a daemon that starts finds the guest" guests_are one
is "and knows its process" "$(guest_field one .pid)" "$(vm_pid one)"
soon "the guest hears that AC is off" guest_told one "GUEST: uevent ADP0 online=0 *"
soon "its battery is the laptop's" guest_shows one "ADP0 online=0*" \
	"BAT0 *status=Discharging capacity=60 energy_now=36000000 energy_full=60000000 power_now=15000000*"
ok "the daemon says where host power comes from" daemon_said "host power comes from the module"

# ---- the plug ------------------------------------------------------------------

guest_mark one
lab-power ac 61
soon "plugged in: the laptop's kernel" host_is 1 Charging
soon "plugged in: the module" on_ac true
soon "plugged in: a uevent in the guest" guest_told one "GUEST: uevent ADP0 online=1 *"
soon "plugged in: the guest's battery charges" guest_shows one "ADP0 online=1*" \
	"BAT0 *status=Charging capacity=61 *"
guest_mark one
lab-power battery 80
soon "pulled: a uevent in the guest" guest_told one "GUEST: uevent ADP0 online=0 *"
for percent in 80 45 10 3; do
	lab-power battery $percent
	soon "drained to $percent %" guest_shows one "ADP0 online=0*" \
		"BAT0 *status=Discharging capacity=$percent *"
done
is "the guest was told that this is critical" "$(guest_field one .report.critical)" true
like "people see what it was told" "$(gpupm guests)" "one .*battery, 3 % of 60.0 Wh, discharging"

# ---- the guest starts again ------------------------------------------------------

lab-vm reboot one >/run/lab/said 2>&1 || diag "$(cat /run/lab/said)"
soon "a guest that has rebooted knows at once" guest_shows one "ADP0 online=0*" \
	"BAT0 *status=Discharging capacity=3 *"
lab-power ac 4
soon "and hears of the plug" guest_shows one "ADP0 online=1*"

# ---- the daemon dies -------------------------------------------------------------

daemon_stop KILL
lab-power battery 50
soon "without the daemon, the laptop's plug is pulled" host_is 0 Discharging
guest_mark one
daemon_ready
now_ms
started=$NOW
soon "a daemon that was killed finds its guest again" guests_are one
now_ms
diag "that took $((NOW - started)) ms"
soon "which hears what it has missed" guest_told one "GUEST: uevent ADP0 online=0 *"
soon "and has the laptop's battery again" guest_shows one "ADP0 online=0*" \
	"BAT0 *status=Discharging capacity=50 *"
ok "the guest has had the GPU all the time" state_is in-use
lab-vm stop one kill
soon "a guest that was killed is gone" guests_are ""
is_off "and its GPU off"

done_testing
