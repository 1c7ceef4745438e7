# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # shared with demo, bench and show.sh
# Runs what the demo and the benchmark are made of, step by step.

# Makes the directory WORK and the file LOG. WORK goes when all went well.
steps_begin() {
	[ "$(id -u)" -eq 0 ] || {
		echo "It installs packages and keeps kernels in $CACHE, so it needs root: sudo make $1" >&2
		exit 1
	}
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/gpupm-$1.XXXXXX")
	LOG=$WORK/log
	trap 'show_clear; [ -z "$WORK" ] || rm -rf "$WORK"' EXIT
	trap 'exit 130' INT TERM
}

fail() {
	show_failure "$1"
	echo
	tail -n 15 "$LOG" | sed 's/^/  | /'
	echo "  All of it, and the laptop's logs if it ran: $WORK"
	WORK=''
	exit 1
}

# Hands every line that the rest of the command line prints to function $1, and
# shows the clock meanwhile with what that leaves in DOING. Fails when it fails.
follow() {
	local each=$1 source status=0 verdict=''
	shift
	: >"$LOG"
	exec {source}< <("$@" 2>&1 && echo "demo: well" || echo "demo: ill")
	while [ -z "$verdict" ]; do
		status=0
		show_read "$source" || status=$?
		case $status in
		0)
			case $LINE in
			"demo: "*) verdict=${LINE#demo: } ;;
			*)
				printf '%s\n' "$LINE" >>"$LOG"
				"$each" "$LINE"
				;;
			esac
			;;
		2) verdict=ended ;;
		esac
		show_clock "$DOING"
	done
	exec {source}<&-
	[ "$verdict" = well ]
}

note() {
	ANSWER=$1
	DOING=${1#lab: }
	case $DOING in
	"  "[A-Z]*" "*/*) DOING="compiling ${DOING##*/}" ;;
	esac
}

# Runs the rest of the line as a step. The last line it prints is its ANSWER.
step() {
	show_step "$1"
	shift
	ANSWER='' DOING=''
	follow note "$@" || fail "at the step \"$LABEL\""
}

packages() {
	"$TOP/scripts/deps" "$TOP/scripts/packages" "$TOP/tests/lab/packages" || return 1
	echo "all there"
}

qemu_version() {
	qemu-system-x86_64 --version | sed -n 's/.*version \([0-9.]*\).*/\1/p' | head -n 1
}
