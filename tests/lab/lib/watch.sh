# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # shared with other files
# Notices a laptop that is frozen: whose processors are halted for good, or spin,
# so that it would run until its time is over. It is killed, and where its
# processors were is told.

WATCH_EVERY=5
# QEMU 7.2 now and then loses an interrupt, and with it what would have woken a processor:
# with SVM, and between two processors. Another interrupt, that of a key that means
# nothing, or being stopped for a moment brings it back, after so many ms.
WATCH_WAKE_MS=20000

# The signs of life: the laptop's clock, which the script `laptop` writes down, and
# how long the kernel's log is. Sets SIGNS, and SIGN to the one that counts: a kernel
# may say for ever that its processors are stuck, so that is the clock once there is one.
watch_signs() {
	local clock=
	{ read -r clock <"$RUN/alive"; } 2>/dev/null || true
	SIGNS="$clock $(stat -c %s "$RUN/kernel.log")"
	SIGN=${clock:-$SIGNS}
}

# How long, in ms, the thread of process $1 that waited longest for a processor of
# this machine did so since the last call. Sets WAITED.
watch_waited() {
	local task delay
	WAITED=0
	for task in "/proc/$1/task"/*; do
		{ read -r _ delay _ <"$task/schedstat"; } 2>/dev/null || continue
		delay=$((delay / 1000000))
		[ $((delay - ${WATCH_DELAYS[$task]:-$delay})) -le "$WAITED" ] ||
			WAITED=$((delay - WATCH_DELAYS[$task]))
		WATCH_DELAYS[$task]=$delay
	done
}

watch_now_ms() {
	local up
	read -r up _ </proc/uptime
	NOW_MS=$((10#${up/./} * 10))
}

# Asks QEMU's monitor $1, a command of its people's language; the answer goes to
# standard output. QEMU itself may be what is stuck.
watch_ask() {
	local answer
	printf '{"execute":"human-monitor-command","arguments":{"command-line":"%s"}}\n' "$1" >&5
	while IFS= read -r -t 5 answer <&6; do
		case $answer in
		*'"return": "'*)
			answer=${answer#*'"return": "'}
			answer=${answer%'"}'*}
			answer=${answer//'\r'/}
			printf '%b\n' "${answer//'\"'/\"}"
			return
			;;
		esac
	done
	echo "QEMU does not answer '$1'"
}

watch_open() {
	exec 5<>"$RUN/watch.in" 6<>"$RUN/watch.out"
	printf '{"execute":"qmp_capabilities"}\n' >&5
}

watch_close() {
	exec 5>&- 6>&-
}

# Presses the power button of a laptop that sleeps: for a script in it that has said
# so (lab-sleep), again and again until it says no more.
watch_press() {
	[ -e "$RUN/press" ] || return 0
	watch_open
	watch_ask system_powerdown >/dev/null
	watch_close
}

# Wakes the processors of a laptop that is neither asleep nor stopped.
watch_wake() {
	watch_open
	watch_ask "sendkey shift" >/dev/null
	case $(watch_ask "info status") in
	*running*)
		watch_ask stop >/dev/null
		watch_ask cont >/dev/null
		;;
	esac
	watch_close
}

# What can be known of a laptop that stands still. A non-maskable interrupt makes
# its kernel say where it is, when nothing else reaches it.
watch_examine() {
	local turn
	watch_open
	watch_ask "info status"
	watch_ask "info registers -a"
	watch_ask "info lapic"
	watch_signs
	LAST=$SIGNS
	watch_ask nmi >/dev/null
	for turn in 1 2 3 4 5; do
		watch_signs
		[ "$turn" -gt 1 ] && [ "$SIGNS" = "$LAST" ] && break
		LAST=$SIGNS
		sleep 1
	done
}

# Watches until the laptop, a child of process $1, is gone or frozen. A turn counts
# as far as the laptop could have run: not the time for which this machine slept,
# nor that in which it had other work.
watch() {
	local last='' still=0 before turn pid
	declare -A WATCH_DELAYS=()
	[ "$LAB_FROZEN" -gt 0 ] || return 0
	watch_now_ms
	# Whoever reads what the lab says shall not have to wait for this sleep's end.
	while before=$NOW_MS && sleep "$WATCH_EVERY" >/dev/null 2>&1; do
		watch_now_ms
		watch_press
		{ read -r pid <"$RUN/pid"; } 2>/dev/null || continue
		watch_waited "$pid"
		watch_signs
		turn=$((NOW_MS - before - WAITED))
		[ "$turn" -le $((WATCH_EVERY * 2000)) ] || turn=$((WATCH_EVERY * 1000))
		[ "$turn" -ge 0 ] || turn=0
		still=$((still + turn))
		[ "$SIGN" = "$last" ] || still=0
		last=$SIGN
		[ "$still" -lt "$WATCH_WAKE_MS" ] || watch_wake
		[ "$still" -ge $((LAB_FROZEN * 1000)) ] || continue
		stat -c %s "$RUN/kernel.log" >"$RUN/frozen"
		watch_examine >"$RUN/processors" 2>&1
		# It may be stuck itself.
		kill "$pid"
		sleep 5
		kill -KILL "$pid" 2>/dev/null
		return
	done
}

# For whoever reads that the laptop was frozen.
watch_report() {
	local clock=
	{ read -r clock <"$RUN/alive"; } 2>/dev/null || true
	say "the laptop was frozen: its clock stood still for $LAB_FROZEN s at ${clock:-its boot}${clock:+ s}, so it was killed"
	say "QEMU says of it:"
	grep -E '^(VM status|CPU#|RIP=|EIP=|QEMU does not)' "$RUN/processors" >&2 || true
	say "its kernel said last:"
	head -c "$(cat "$RUN/frozen")" "$RUN/kernel.log" | tail -n 10 >&2
	if [ "$(stat -c %s "$RUN/kernel.log")" -gt "$(cat "$RUN/frozen")" ]; then
		say "and when it was asked with an NMI where it was:"
		tail -c +$(($(cat "$RUN/frozen") + 1)) "$RUN/kernel.log" | head -n 60 >&2
	fi
	say "all registers and interrupt controllers: $RUN/processors"
}
