# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What demo and benchmark look like: steps with a clock, the story, verdicts. A terminal
# gets colours and a clock that runs; a pipe gets lines.

# shellcheck disable=SC2034 # for who tells the story
TERMINAL='' BOLD='' DIM='' GREEN='' YELLOW='' CYAN='' RED='' PLAIN=''
if [ -t 1 ]; then
	TERMINAL=yes
	if [ -z "${NO_COLOR-}" ] && [ "${TERM:-dumb}" != dumb ]; then
		# shellcheck disable=SC2034
		BOLD=$'\e[1m' DIM=$'\e[2m' GREEN=$'\e[32m' YELLOW=$'\e[33m'
		CYAN=$'\e[36m' RED=$'\e[1;31m' PLAIN=$'\e[0m'
	fi
fi

# A pipe hears from a long step this often, in ms.
REMIND_MS=15000

LABEL='' STARTED=0 REMIND_AT=0 SPIN=0

show_now_ms() {
	NOW=${EPOCHREALTIME/[.,]/}
	NOW=$((NOW / 1000))
}

# "12.3 s"
show_elapsed() {
	show_now_ms
	local ms=$((NOW - STARTED))
	ELAPSED="$((ms / 1000)).$((ms % 1000 / 100)) s"
}

show_clear() {
	[ -z "$TERMINAL" ] || printf '\r\e[K'
}

show_line() {
	show_moments
	show_clear
	printf '%s\n' "$*"
}

show_title() {
	show_line
	show_line "$BOLD$*$PLAIN"
}

# A step begins. Until show_done, show_clock says how long it takes.
show_step() {
	LABEL=$1
	show_now_ms
	STARTED=$NOW
	REMIND_AT=$((NOW + 2000))
	show_clock ''
}

# The step goes on; $1 is what it does right now.
show_clock() {
	local spin="|/-\\"
	[ -n "$LABEL" ] || return 0
	show_elapsed
	if [ -n "$TERMINAL" ]; then
		SPIN=$(((SPIN + 1) % 4))
		printf '\r\e[K  %s%s%s %-16s %s%-44.44s%s %9s' \
			"$CYAN" "${spin:SPIN:1}" "$PLAIN" "$LABEL" "$DIM" "$1" "$PLAIN" "$ELAPSED"
	elif [ "$NOW" -ge "$REMIND_AT" ]; then
		REMIND_AT=$((NOW + REMIND_MS))
		printf '  . %-16s %-44.44s %9s\n' "$LABEL" "${1:-working}" "$ELAPSED"
	fi
}

show_done() {
	show_moments
	show_elapsed
	show_clear
	printf '  %sok%s %-15s %-46.46s %s%8s%s\n' \
		"$GREEN" "$PLAIN" "$LABEL" "$1" "$DIM" "$ELAPSED" "$PLAIN"
	LABEL=''
}

# Moments of the story come a little out of order, for several tell them. They
# wait here until nothing has come for a while, or something else is shown.
MOMENTS=()

# show_moment MS COLOUR WHAT WORDS
show_moment() {
	MOMENTS+=("$1"$'\t'"$2"$'\t'"$3"$'\t'"$4")
}

show_moments() {
	local ms colour what words
	[ ${#MOMENTS[@]} -gt 0 ] || return 0
	show_clear
	while IFS=$'\t' read -r ms colour what words; do
		printf '  %s%6s ms%s  %s%-14s%s  %.51s\n' \
			"$DIM" "$ms" "$PLAIN" "${colour#-}" "$what" "$PLAIN" "$words"
	done < <(printf '%s\n' "${MOMENTS[@]}" | sort -s -n)
	MOMENTS=()
}

# A verdict: "yes" or not, what was checked, what was seen.
show_verdict() {
	if [ "$1" = yes ]; then
		show_line "  ${GREEN}ok$PLAIN $2"
	else
		show_line "  ${RED}NO$PLAIN $2"
		[ -z "$3" ] || show_line "     seen: $3"
	fi
}

# Reads a line from descriptor $1 into LINE, in pieces if need be. Returns 0 with
# a line, 1 when it was worth only looking at the clock, 2 at the end.
PIECE=''
show_read() {
	local piece='' status=0
	IFS= read -r -t 0.25 -u "$1" piece || status=$?
	PIECE+=$piece
	if [ "$status" = 0 ]; then
		# shellcheck disable=SC2034 # for the caller
		LINE=$PIECE
		PIECE=''
		return 0
	fi
	if [ "$status" -gt 128 ]; then
		show_moments
		return 1
	fi
	return 2
}

show_failure() {
	show_moments
	show_clear
	printf '\n%sFailed:%s %s\n' "$RED" "$PLAIN" "$1"
}
