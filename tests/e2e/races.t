#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# debug
# long
# Everybody does everything at once, for GPUPM_RACE seconds: the module comes and
# goes, functions change drivers and are removed, policies, holds, looks, VMs. Each
# of them may fail; the kernel must not, and afterwards everything works. The same
# GPUPM_SEED makes everybody choose the same, though never at the same moment.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/works-lib.sh
. "$E2E/works-lib.sh"

SEED=${GPUPM_SEED:-20240601}
SECONDS_OF_RACE=${GPUPM_RACE:-240}
DRIVER=/sys/bus/pci/drivers/vfio-pci

# One of these words.
one_of()
{
	local n=$((RANDOM % $# + 1))
	echo "${!n}"
}

# A moment of up to $1 ms.
moment()
{
	local ms=$((RANDOM % $1))
	read -r -t "0.$(printf '%03d' "$ms")" -u 7 || true
}

modules()
{
	rmmod gpupm || true
	moment 900
	insmod "$MODULE" || true
	moment 999
	moment 999
}

drivers()
{
	local function
	function=$(one_of "$GPU0" "$AUDIO0")
	echo "$function" >"$DRIVER/unbind" || true
	moment 300
	echo "$function" >"$DRIVER/bind" || true
	moment 900
}

removals()
{
	local function
	function=$(one_of "$GPU0" "$AUDIO0")
	echo 1 >"$PCI/$function/remove" || true
	moment 300
	echo 1 >/sys/bus/pci/rescan || true
	lab-bind || true
	moment 999
	moment 999
}

policies()
{
	gpupm policy "$(one_of auto warm on)" || true
	moment 200
}

holds()
{
	timeout "0.$(one_of 1 3 9)" gpupm hold || true
}

looks()
{
	nl-look "$(one_of 1 5 20)" || true
	cat "/sys/class/gpupm/$GPU0/"{state,policy,blocker} || true
	gpupm wakes || true
}

opens()
{
	timeout "0.$(one_of 2 5 9)" vfio-user "$(one_of "$GPU0" "$AUDIO0")" || true
	moment 300
}

settings_of_others()
{
	one_of on auto >"$PCI/$(one_of "$GPU0" "$AUDIO0" "$ROOT0")/power/control" || true
	moment 900
}

ACTORS=(modules drivers removals policies holds looks opens settings_of_others)

# What actor number $1 does, until the race is over. It says how often it did.
acts()
{
	local actor=${ACTORS[$1]} times=0
	RANDOM=$((SEED + $1))
	exec 2>/dev/null
	while [ ! -e /run/lab/race-over ]; do
		"$actor" >/dev/null
		times=$((times + 1))
	done
	echo "$actor $times" >>/run/lab/race
}

rm -f /run/lab/race /run/lab/race-over
diag "seed $SEED, $SECONDS_OF_RACE s"
load
racers=()
for number in "${!ACTORS[@]}"; do
	acts "$number" &
	racers+=($!)
done
now_ms
deadline=$((NOW + SECONDS_OF_RACE * 1000))
while [ "$NOW" -lt "$deadline" ]; do
	read -r -t 1 -u 7 || true
	now_ms
done
: >/run/lab/race-over
# Whoever hangs in the kernel is told by the kernel; the lab stops the laptop.
wait "${racers[@]}"
while read -r actor times; do
	ok "$actor: $times times" test "$times" -gt 0
done </run/lab/race
is "everybody came through" "$(wc -l </run/lab/race)" "${#ACTORS[@]}"

# As at the beginning of any suite.
loaded && unload
echo 1 >/sys/bus/pci/rescan
lab-bind
for function in $FUNCTIONS0 $PORTS0; do
	echo auto >"$PCI/$function/power/control"
done
load
works "after the race"
unload
load
works "after that, loaded anew"

done_testing
