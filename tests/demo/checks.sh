# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # shared with demo and story.sh
# What the demo claims, checked against what was seen. The power resource's log
# and the PCI core's power_state are the proof, not the module's word.

CHECKED=0 FAILED=0

# check WHAT SEEN EXPECTED
check() {
	CHECKED=$((CHECKED + 1))
	if [ "$2" = "$3" ]; then
		show_verdict yes "$1" ''
	else
		FAILED=$((FAILED + 1))
		show_verdict no "$1" "${2:-nothing}, not ${3:-nothing}"
	fi
}

# Whether the guest said so.
guest_said() {
	case ${FACTS[guest]-} in
	*"$1"*) echo yes ;;
	*) echo no ;;
	esac
}

# What its /sys/class/power_supply had after AC had become $1.
guest_power() {
	local online status
	story_value "${FACTS[guest-adapter-$1]-}" online
	online=$VALUE
	story_value "${FACTS[guest-battery-$1]-}" status
	status=$VALUE
	story_value "${FACTS[guest-battery-$1]-}" capacity
	echo "$online $status $VALUE"
}

ms_between() {
	[ -n "$1" ] && [ -n "$2" ] || return 0
	echo $((($2 - $1 + 500000) / 1000000))
}

# D-states are those of root port, display function, audio function.
checks() {
	local json=${FACTS[during-json]-} user=''
	[[ $json =~ \"user\":\{\"pid\":([0-9]+),\"comm\":\"(qemu[^\"]*)\" ]] &&
		user=${BASH_REMATCH[1]}

	check "before the VM the GPU is off: port and functions in D3cold" \
		"${FACTS[before-state]-} ${FACTS[before-d-states]-}" "off D3cold D3cold D3cold"
	check "the VM found the display function on its PCI bus" \
		"$(guest_said 'found display function')" yes
	check "the VM found the audio function, too" \
		"$(guest_said 'class 0403')" yes
	check "while the VM runs: in-use, all in D0" \
		"${FACTS[during-state]-} ${FACTS[during-d-states]-}" "in-use D0 D0 D0"
	check "gpupm status names the QEMU process, ${FACTS[vm-pid]-}" \
		"$user" "${FACTS[vm-pid]-no process}"
	check "the plug was pulled: the VM's own /sys has AC off, battery discharging at 79 %" \
		"$(guest_power 0)" "0 Discharging 79"
	check "plugged in again: AC on, battery charging" \
		"$(guest_power 1)" "1 Charging 78"
	check "the VM heard both by uevent" \
		"$(guest_said 'uevent ADP0 online=0') $(guest_said 'uevent ADP0 online=1')" "yes yes"
	check "power was cut, restored for the VM, and cut again, no more" \
		"${POWER_STORY[*]}" "OFF ON OFF"
	check "after the VM the GPU is off: port and functions in D3cold" \
		"${FACTS[after-state]-} ${FACTS[after-d-states]-}" "off D3cold D3cold D3cold"
	[[ ${FACTS[after-json]-} =~ \"opens\":([0-9]+),\"power_cuts\":([0-9]+),\"wakes\":([0-9]+),\"failures\":([0-9]+) ]] || true
	check "counted: opens, power cuts, wakes for no VM, failures" \
		"${BASH_REMATCH[*]:1}" "1 2 0 0"

	check "after unloading, every setting is as it was before" \
		"${FACTS[settings-after]-}" "${FACTS[settings-before]-none}"

	WAKE_MS=$(ms_between "$ASKED_NS" "$WOKEN_NS")
	CUT_MS=$(ms_between "$CLOSED_NS" "$LAST_OFF_NS")
	check "the VM had asked before the wake, and had closed before the cut" \
		"$((${WAKE_MS:--1} >= 0)) $((${CUT_MS:--1} >= 0))" "1 1"
	[ "$FAILED" -eq 0 ]
}
