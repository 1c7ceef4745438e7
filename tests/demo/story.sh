# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # shared with demo and show.sh
# Makes a story of the lines that `laptop` sends, and keeps what is to be checked.

declare -A FACTS=()
STORY_ZERO=0
# Of the story's moments, in ns: the asking, the waking, the closing.
ASKED_NS='' WOKEN_NS='' CLOSED_NS=''
# What the power log has, and when it had its last _OFF.
POWER_STORY=() LAST_OFF_NS=''

# A value of a flat JSON object, in VALUE; empty when it is null or absent.
story_json() {
	local string="\"$2\": ?\"([^\"]*)\"" number="\"$2\": ?([0-9]+)"
	VALUE=''
	if [[ $1 =~ $string ]] || [[ $1 =~ $number ]]; then
		VALUE=${BASH_REMATCH[1]}
	fi
}

# ns since boot in, ms since the story began out.
story_ms() {
	MS=$((($1 - STORY_ZERO) / 1000000))
	[ "$MS" -ge 0 ] || MS=0
}

story_colour() {
	case $1 in
	off) COLOUR=$GREEN ;;
	in-use) COLOUR=$CYAN ;;
	lost) COLOUR=$RED ;;
	*) COLOUR=$YELLOW ;;
	esac
}

story_event() {
	local json=$1 at state previous cause who='' comm change words
	story_json "$json" at_ns; at=$VALUE
	story_json "$json" state; state=$VALUE
	story_json "$json" previous; previous=$VALUE
	story_json "$json" cause; cause=$VALUE
	story_json "$json" comm; comm=$VALUE
	story_json "$json" pid
	[ -z "$VALUE" ] || who=" by $comm ($VALUE)"
	case $cause in
	power-restored) ASKED_NS=${ASKED_NS:-$at} words="power asked for$who" ;;
	woken) WOKEN_NS=${WOKEN_NS:-$at} words="woken$who" ;;
	opened) DOING="the VM boots" words="opened$who" ;;
	closed) CLOSED_NS=$at words="closed$who" ;;
	suspended) words="all functions suspended" ;;
	power-cut) words="power is cut" ;;
	wake) words="a wake that no VM asked for$who" ;;
	*) words="$cause$who" ;;
	esac
	change=$state
	[ "$state" = "$previous" ] || change="$previous > $state"
	story_colour "$state"
	story_ms "$at"
	show_moment "$MS" "-$COLOUR" "$change" "$words"
}

story_power() {
	local what=$1 at=$2 number=$3
	POWER_STORY+=("$what")
	[ "$what" != OFF ] || LAST_OFF_NS=$at
	story_ms "$at"
	case $what in
	ON) show_moment "$MS" "-$BOLD$YELLOW" "POWER ON" "the root port's power resource, _ON no. $number" ;;
	OFF) show_moment "$MS" "-$BOLD$GREEN" "POWER OFF" "the root port's power resource, _OFF no. $number" ;;
	*) show_moment "$MS" "-$RED" "POWER $what" "the root port's power resource" ;;
	esac
}

# "0000:01:00.0=D0" and the like, shortened to what fits.
story_d_states() {
	local device words=''
	for device; do
		words+="${device%%=*} ${device#*=}  "
	done
	words=${words//0000:/}
	echo "${words%  }"
}

# A value of a line of words like "name=value", in VALUE.
story_value() {
	VALUE=''
	[[ " $1 " =~ \ $2=([^=]*)\ ([a-z_]+=|$) ]] && VALUE=${BASH_REMATCH[1]}
	return 0
}

# What the VM knows of a supply: "AC adapter: off", "battery: Discharging, 79 %".
story_supply() {
	local words=$1 status
	case $words in
	ADP0*)
		story_value "$words" online
		SUPPLY="AC $([ "$VALUE" = 1 ] && echo on || echo off)"
		;;
	*)
		story_value "$words" status
		status=$VALUE
		story_value "$words" capacity
		SUPPLY="battery ${status,,}, $VALUE %"
		;;
	esac
}

# Of the VM's functions only those that were passed through are worth telling.
story_guest() {
	local at=$1 words=$2 kind=function
	local found='^found .* function ([0-9a-f:]+) at 0000:(00:04\.[0-9]), class ([0-9a-f]+)$'
	FACTS[guest]+=$words$'\n'
	if [[ $words =~ $found ]]; then
		case ${BASH_REMATCH[3]} in
		0300) kind=display ;;
		0403) kind=audio ;;
		esac
		words="found $kind ${BASH_REMATCH[1]} on its PCI bus, ${BASH_REMATCH[2]}"
	elif [[ $words = found* || $words = battery* || $words = "power end" ]]; then
		return 0
	elif [[ $words = "uevent "* ]]; then
		story_supply "${words#uevent }"
		words="uevent: $SUPPLY"
	elif [[ $words = "power "* ]]; then
		story_supply "${words#power }"
		words="/sys/class/power_supply: $SUPPLY"
	fi
	story_ms "$at"
	DOING="the VM: $words"
	show_moment "$MS" "-$BOLD" "VM" "$words"
}

story_tell() {
	local -a word
	IFS=$'\t' read -ra word <<<"$1"
	case ${word[0]-} in
	step)
		show_step "${word[1]}"
		DOING=''
		;;
	end) show_done "${word[1]}" ;;
	story)
		STORY_ZERO=${word[1]}
		show_line
		show_moment 0 "-$BOLD" "$LABEL" "${word[2]}"
		;;
	event) story_event "${word[1]}" ;;
	power) story_power "${word[@]:1}" ;;
	sleep)
		story_ms "${word[1]}"
		show_moment "$MS" - "D-states" "$(story_d_states "${word[@]:2}")"
		;;
	guest) story_guest "${word[@]:1}" ;;
	plug)
		story_ms "${word[1]}"
		show_moment "$MS" "-$BOLD$YELLOW" "$([ "${word[2]}" = ac ] && echo PLUGGED IN || echo UNPLUGGED)" \
			"the laptop's battery is at ${word[3]} %"
		;;
	gone)
		story_ms "${word[1]}"
		show_moment "$MS" "-$BOLD" "VM" "QEMU (${word[2]}) has ended"
		;;
	text) show_line "${word[1]:+    }${1#*$'\t'}" ;;
	fact) FACTS[${word[1]}]=${word[2]-} ;;
	# Anything else is for the log.
	esac
}
