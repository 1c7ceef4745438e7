#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Another program turns runtime PM off, as power tools do.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# A process with a name of its own, which the module is to tell.
cp "$(command -v tee)" /run/lab/meddler

meddle()
{
	echo on | /run/lab/meddler "$PCI/$1/power/control" >/dev/null
}

control_is()
{
	[ "$(value "$PCI/$1/power/control")" = "$2" ]
}

event_seen()
{
	jq -es "any(.cause == \"runtime-pm-off\" and .device == \"$1\")" "$events" >/dev/null
}

events=/run/lab/events
load_off
monitor_to "$events" --json
within "$PATIENCE" truly_off

for device in "$GPU0" "$AUDIO0" "$ROOT0"; do
	log_mark
	meddle "$device"
	soon "$device, while off: turned on again" control_is "$device" auto
	is_off "$device, while off: power is cut again"
	like "$device, while off: the kernel log names the process" "$(log_since)" \
		"$device: gpupm: runtime PM was turned off by meddler\[[0-9]+\], turned it on again"
	soon "$device, while off: an event tells" event_seen "$device"
done
is "the events name the process" \
	"$(jq -rs '[.[] | select(.cause == "runtime-pm-off") | .comm] | unique[]' "$events")" meddler

# While a VM runs, and nothing sleeps.
open_gpu
within "$PATIENCE" state_is in-use
power_mark
for device in "$GPU0" "$AUDIO0" "$ROOT0"; do
	meddle "$device"
done
for device in "$GPU0" "$AUDIO0" "$ROOT0"; do
	soon "$device, in use: turned on again" control_is "$device" auto
done
is "in use: the VM has its power" "$(power_story GPU0)" ""
is "in use: the user is still known" "$(field '.user | "\(.comm) \(.pid)"')" "vfio-user $OPENER"
close_gpu
is_off "the VM stops: power is cut"

# At the worst of times: just before the VM goes.
open_gpu
within "$PATIENCE" state_is in-use
meddle "$GPU0"
close_gpu
is_off "meddled with as the VM stops: power is cut"

# ---- told to leave it ----------------------------------------------------------

echo N >/sys/module/gpupm/parameters/insist
for device in "$AUDIO0" "$ROOT0"; do
	meddle "$device"
	soon "insist=N: the blocker names $device" blocker_is "runtime-pm-off $device"
	stays "insist=N: $device is left alone" control_is "$device" on
	like "insist=N: why names the file" "$(gpupm why)" "$device/power/control is on"
	fix=$(gpupm why --json | jq -r '.gpus[0].commands[0]')
	ok "insist=N: the command of why: $fix" sh -c "${fix//sudo /}"
	is_off "insist=N: following it, power is cut"
done
meddle "$GPU0"
within "$PATIENCE" blocker_is "runtime-pm-off $GPU0" || true
open_gpu
soon "insist=N, runtime PM off: a VM is seen to open it" state_is in-use
close_gpu
soon "insist=N, runtime PM off: a VM is seen to close it" state_is awake
ok "insist=N: the blocker is the same" blocker_is "runtime-pm-off $GPU0"
echo Y >/sys/module/gpupm/parameters/insist
echo auto >"$PCI/$GPU0/power/control"
is_off "turned on by hand: power is cut"

done_testing
