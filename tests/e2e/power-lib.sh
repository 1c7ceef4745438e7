# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the suites of guest power have in common: the laptop's plug, the daemon,
# and what guests know. A suite sources it after lib.sh.

DAEMON_LOG=/run/lab/gpupmd.log
CONFIG=/run/lab/gpupm.conf

# The laptop knows its AC adapter and battery from here on.
power_supplies()
{
	modprobe ac
	modprobe battery
	lab-power ac
	within "$PATIENCE" host_is 1 Full || diag "the laptop's own battery: $(cat /sys/class/power_supply/*/uevent)"
}

# host_is ONLINE STATUS: what the laptop's kernel has.
host_is()
{
	[ "$(value /sys/class/power_supply/ADP0/online)" = "$1" ] &&
		[ "$(value /sys/class/power_supply/BAT0/status)" = "$2" ]
}

# ---- the daemon ------------------------------------------------------------

daemon_start()
{
	[ -e "$CONFIG" ] || : >"$CONFIG"
	gpupmd --foreground --config "$CONFIG" >>"$DAEMON_LOG" 2>&1 &
	DAEMON=$!
}

daemon_runs()
{
	kill -0 "$DAEMON" 2>/dev/null && gpupm guests --json >/dev/null 2>&1
}

daemon_ready()
{
	daemon_start
	within "$PATIENCE" daemon_runs || diag "gpupmd does not run: $(tail -n 5 "$DAEMON_LOG")"
}

daemon_stop()
{
	kill "-${1:-TERM}" "$DAEMON"
	wait "$DAEMON" 2>/dev/null || true
}

daemon_said()
{
	grep -qE -- "$1" "$DAEMON_LOG"
}

# guest_field VM JQ: something that the daemon knows of a guest.
guest_field()
{
	gpupm guests --json | jq -r ".guests[] | select(.vm == \"$1\") | $2"
}

guest_field_is()
{
	[ "$(guest_field "$1" "$2")" = "$3" ]
}

guests_are()
{
	[ "$(gpupm guests --json | jq -r '[.guests[].vm] | sort | join(" ")')" = "$1" ]
}

# ---- guests ------------------------------------------------------------------

# Not in $(): what reads the console holds the pipe open.
vm_start()
{
	lab-vm start "$@" >/run/lab/said 2>&1 || diag "lab-vm start $*: $(cat /run/lab/said)"
}

guest_log()
{
	mapfile -t GUEST_LINES <"/run/lab/vm/$1/log"
}

# From here on, guest_told looks.
guest_mark()
{
	guest_log "$1"
	GUEST_MARK[$1]=${#GUEST_LINES[@]}
}
declare -A GUEST_MARK=()

# guest_told VM PATTERN: a line that matches came since guest_mark.
guest_told()
{
	local line
	guest_log "$1"
	for line in "${GUEST_LINES[@]:${GUEST_MARK[$1]:-0}}"; do
		# shellcheck disable=SC2053 # a pattern
		[[ $line != $2 ]] || return 0
	done
	return 1
}

# guest_shows VM PATTERN...: /sys/class/power_supply of the guest has, right now,
# a line that matches for each.
guest_shows()
{
	local vm=$1 pattern line found from
	shift
	guest_log "$vm"
	from=${#GUEST_LINES[@]}
	lab-vm send "$vm" power
	within "$PATIENCE" power_ended "$vm" "$from" || return 1
	for pattern; do
		found=
		for line in "${GUEST_LINES[@]:$from}"; do
			# shellcheck disable=SC2053 # a pattern
			[[ $line != "GUEST: power "$pattern ]] || found=yes
		done
		[ -n "$found" ] || return 1
	done
}

power_ended()
{
	guest_log "$1"
	[[ ${GUEST_LINES[*]:$2} == *"GUEST: power end"* ]]
}

# What a guest has said last, for whoever reads a failure.
guest_context()
{
	local vm
	for vm in /run/lab/vm/*; do
		[ -e "$vm/log" ] || continue
		echo "  ${vm##*/} said last:"
		grep -a GUEST "$vm/log" | tail -n 6 | sed 's/^/    /'
	done
	echo "  gpupmd said last:"
	tail -n 6 "$DAEMON_LOG" 2>/dev/null | sed 's/^/    /'
}

fail()
{
	TAP_RUN=$((TAP_RUN + 1))
	TAP_FAILED=$((TAP_FAILED + 1))
	echo "not ok $TAP_RUN - $1"
	shift
	[ $# -eq 0 ] || diag "$*"
	diag "$(context)
$(guest_context)"
}
