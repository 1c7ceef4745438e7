#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# daemon
# laptop: --cpus 1
# Each of the three ways in which a guest notices a report, with a power table
# that has no other; and how little the daemon does when nothing happens.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/power-lib.sh
. "$(dirname "$0")/power-lib.sh"

# Seconds of rest that the daemon is watched.
IDLE=${GPUPM_IDLE:-10}

# knows_way VM WAY: it was seen to use this way, and no other.
knows_way()
{
	[ "$(guest_field "$1" '.ways | join(" ")')" = "$2" ]
}

power_supplies
load
daemon_ready

# ---- three guests at once ------------------------------------------------------

vm_start event --no-gpu --table "$BUILT/power-event.aml"
vm_start heartbeat --no-gpu --machine q35 --table "$BUILT/power-heartbeat.aml"
vm_start read --no-gpu --table "$BUILT/power-read.aml"
soon "three guests are connected" guests_are "event heartbeat read"

# told WHAT ONLINE PATTERN: each guest hears of it, and has a battery that matches.
told()
{
	local way
	# With nothing else in the table, only reading makes it look.
	soon "read: $1: its adapter" guest_shows read "ADP0 online=$2*"
	for way in event heartbeat read; do
		soon "$way: $1: a uevent" guest_told "$way" "GUEST: uevent ADP0 online=$2 *"
		soon "$way: $1: its battery" guest_shows "$way" "ADP0 online=$2*" "BAT0 *$3 *"
	done
}

for way in event heartbeat read; do
	guest_mark "$way"
done
lab-power battery 70
told "the plug is pulled" 0 "status=Discharging capacity=70"
for way in event heartbeat read; do
	soon "$way: that is how it noticed" knows_way "$way" "$way"
	guest_mark "$way"
done
lab-power ac 71
told "plugged in" 1 "status=Charging capacity=71"

lab-vm stop heartbeat kill
lab-vm stop read kill
soon "those that were killed are gone" guests_are event

# ---- rest ------------------------------------------------------------------------

# Times that the daemon gave up the processor.
switches()
{
	sed -n 's/^voluntary_ctxt_switches:\t//p' "/proc/$DAEMON/status"
}

before_reports=$(guest_field event .reports)
before=$(switches)
sleep "$IDLE"
after=$(switches)
repeats=$(($(guest_field event .reports) - before_reports))
# A repeat takes a few: the timer, the module's answer, the guest's. So does
# "gpupm guests".
ok "in $IDLE s of rest the daemon wakes for $repeats repeats only" \
	test $((after - before)) -le $((2 + repeats * 8))
rss=$(sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$DAEMON/status")
ok "it takes $rss KiB, which is less than 4 MiB" test "$rss" -lt 4096

done_testing
