#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# long
# A guest whose host is hostile: for GPUPM_HOSTILE seconds whatever bytes there are
# come over its channel. Its kernel has nothing to complain of and its processes run,
# and with the next daemon its battery is right. GPUPM_SEED chooses the bytes.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/power-lib.sh
. "$(dirname "$0")/power-lib.sh"

SEED=${GPUPM_SEED:-20240601}
SECONDS_OF_IT=${GPUPM_HOSTILE:-180}
SOCKET=/run/gpupm/guest.sock
SAID=/run/lab/hostile
# What a guest's kernel says when it is hurt, or ACPI's interpreter is.
HURT='WARNING:|BUG|Oops|Call Trace|Kernel panic|stall|lockup|blocked for more|nobody cared|ACPI (Error|Exception|BIOS Error)|AE_[A-Z]|divide error|general protection|segfault'

hostile_start()
{
	python3 "$E2E/hostile-host.py" "$1" "$2" "$SOCKET" >"$SAID" 2>&1 &
	HOSTILE=$!
	within "$PATIENCE" grep -q listening "$SAID" || diag "$(cat "$SAID")"
}

over()
{
	! kill -0 "$HOSTILE" 2>/dev/null
}

# guest_runs VM WORD: its process answers.
guest_runs()
{
	guest_mark "$1"
	lab-vm send "$1" "echo $2"
	within "$PATIENCE" guest_told "$1" "GUEST: $2"
}

# But for its own command line, and for the processor that it finds here.
guest_complaints()
{
	sed -e '/ommand line:/d' -e '/WARNING: .*fpu\/xstate/,/end trace/d' /run/lab/vm/hostile/log |
		grep -aE "$HURT" | head -n 5 || true
}

guest_unhurt()
{
	is "$1: the guest's kernel has nothing to complain of" "$(guest_complaints)" ""
}

# recovers NAME: with a daemon in its place again, the guest knows what is.
recovers()
{
	daemon_ready
	soon "$1: the guest has the daemon again" guests_are hostile
	soon "$1: its adapter and battery are right" guest_shows hostile "ADP0 online=0*" \
		"BAT0 *status=Discharging capacity=37 energy_now=22200000 energy_full=60000000*"
	guest_mark hostile
	lab-power ac 38
	soon "$1: it hears of the plug" guest_told hostile "GUEST: uevent ADP0 online=1 *"
	soon "$1: and its battery charges" guest_shows hostile "ADP0 online=1*" \
		"BAT0 *status=Charging capacity=38 *"
	lab-power battery 37
	soon "$1: and is drained" guest_shows hostile "ADP0 online=0*" "BAT0 *status=Discharging capacity=37 *"
	guest_unhurt "$1"
}

diag "seed $SEED, $SECONDS_OF_IT s"
power_supplies
load
lab-power battery 37

# From its first moment on, while its kernel boots.
hostile_start "$SECONDS_OF_IT" "$SEED"
# Everything that its kernel says, for the eyes of guest_unhurt.
LAB_GUEST_APPEND=loglevel=8 vm_start hostile --power --no-gpu
ok "a guest boots though its host is hostile" guest_runs hostile "it has booted"
asked=0 answered=0
until over; do
	asked=$((asked + 1))
	! guest_runs hostile "answer $asked" || answered=$((answered + 1))
	lab-vm send hostile power
done
wait "$HOSTILE" && status=0 || status=$?
is "the hostile host came to its end" "$status" 0
diag "$(tail -n 3 "$SAID")"
like "it has sent much" "$(tail -n 1 "$SAID")" '^[0-9]{5,} bytes in [1-9]'
ok "a process in the guest was asked $asked times" test "$asked" -gt 0
is "and answered each time" "$answered" "$asked"
guest_unhurt "after it"
recovers "after it"

# The same guest again, with a daemon before that it has heard.
daemon_stop KILL
hostile_start $((SECONDS_OF_IT / 4 + 1)) $((SEED + 1))
within "$PATIENCE" over || true
wait "$HOSTILE" || diag "the second hostile host: $?"
diag "$(tail -n 1 "$SAID")"
ok "a guest that had a daemon runs on" guest_runs hostile "still here"
recovers "once more"

# The guest can still start again.
lab-vm reboot hostile >/run/lab/said 2>&1 || diag "$(cat /run/lab/said)"
soon "the guest has rebooted and knows" guest_shows hostile "ADP0 online=0*" \
	"BAT0 *status=Discharging capacity=37 *"

daemon_stop TERM
done_testing
