#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --variant shared-switch
# Two GPUs behind one switch share two ports and the power of the root port.
# shellcheck disable=SC2086 # lists of addresses
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

OWN0=${PORTS0%%$'\n'*}
OWN1=${PORTS1%%$'\n'*}
SHARED=${PORTS0#*$'\n'}
UPSTREAM=${SHARED%%$'\n'*}

# The one power resource, that of the root port, is GPU0's in the power log.
both_off()
{
	truly_off GPU0 "$GPU0" && truly_off GPU0 "$GPU1"
}

# A function of the GPU with address $1 is what keeps the port of the other busy.
blames()
{
	local blocker=
	{ read -r blocker <"/sys/class/gpupm/$2/blocker"; } 2>/dev/null || true
	case $blocker in
	"port-busy ${1%.*}."*) return 0 ;;
	esac
	return 1
}

# The first is off, or the port $1 of the second is named.
off_but_for()
{
	truly_off GPU0 "$GPU0" || blocker_is "port-busy $1" "$GPU0"
}

sleeping()
{
	local function
	for function; do
		[ "$(value "$PCI/$function/power/runtime_status")" = suspended ] || return 1
	done
}

open_to_sleep()
{
	local port
	for port; do
		echo "$port power/control auto"
		echo "$port d3cold_allowed 1"
		echo "$port power/autosuspend_delay_ms 100"
	done
}

# ---- both in use -------------------------------------------------------------

is "the GPUs share two ports" "${PORTS1#*$'\n'}" "$SHARED"
load
soon "both are off" both_off
is "three ports above the second" "$(field '[.ports[].address] | join(" ")' "$GPU1")" "${PORTS1//$'\n'/ }"

power_mark
lab-vm start vm --gpu 1 --no-boot >/run/lab/said 2>&1 || diag "$(cat /run/lab/said)"
soon "a VM has the second: in-use" state_is in-use "$GPU1"
soon "the first is idle" state_is idle "$GPU0"
soon "because of a function of the second" blames "$GPU1" "$GPU0"
like "why names what is in the way" "$(gpupm why "$GPU0")" 'keeps the port active'
soon "its own functions sleep" sleeping $FUNCTIONS0

open_gpu
soon "the first opened as well: in-use" state_is in-use "$GPU0"
ok "the second is so still" state_is in-use "$GPU1"
is "users are told apart" "$(field .user.comm "$GPU0") $(field .user.comm "$GPU1")" \
	"vfio-user qemu-system-x86"
is "power came once for both" "$(power_story GPU0)" ON

lab-vm stop vm kill
soon "the VM is killed: the second is idle" state_is idle "$GPU1"
soon "because of a function of the first" blames "$GPU0" "$GPU1"
stays "the first keeps its power" power_says GPU0 ON
ok "the first is in use" state_is in-use "$GPU0"
close_gpu
soon "the first closed as well: both are off" both_off
is "power was cut once" "$(power_story GPU0)" "ON OFF"

gpupm hold "$GPU1" >/dev/null 2>&1 &
holder=$!
soon "a hold on the second: awake" state_is awake "$GPU1"
soon "the first is idle" state_is idle "$GPU0"
is "and has no hold" "$(field .holds "$GPU0")" 0
kill -KILL "$holder"
soon "the holder killed: both are off" both_off
unload

# ---- settings of the ports -----------------------------------------------------

echo 500 >"$PCI/$ROOT0/power/autosuspend_delay_ms"
echo on >"$PCI/$UPSTREAM/power/control"
echo 300 >"$PCI/$OWN1/power/autosuspend_delay_ms"
echo 1 >"$PCI/$OWN1/d3cold_allowed"
before=$(settings_of $SHARED $OWN0 $OWN1 $FUNCTIONS0 $FUNCTIONS1)
shared=$(settings_of $SHARED) own0=$(settings_of $OWN0) own1=$(settings_of $OWN1)
attached=$(open_to_sleep $SHARED)

load
soon "both are off, whatever the ports were set to" both_off
is "shared ports may sleep" "$(settings_of $SHARED)" "$attached"
is "the second's own port may sleep" "$(settings_of $OWN1)" "$(open_to_sleep "$OWN1")"

lab-bind --unbind GPU1
is "the second leaves: shared ports stay as they are" "$(settings_of $SHARED)" "$attached"
is "its own port is put back" "$(settings_of $OWN1)" "$own1"
is "the first's is not" "$(settings_of $OWN0)" "$(open_to_sleep "$OWN0")"
gpupm hold "$GPU0" -- true
soon "it has no driver and stays awake: the first is idle" state_is idle "$GPU0"
like "because of it, or of a port that it keeps out of D3" "$(value "/sys/class/gpupm/$GPU0/blocker")" \
	"^(port-busy ${GPU1%.*}\.[01]|bridge-d3 ($UPSTREAM|$ROOT0))\$"

lab-bind GPU1
soon "it comes back: both are off" both_off
lab-bind --unbind GPU0
is "the first leaves: shared ports stay as they are" "$(settings_of $SHARED)" "$attached"
is "its own port is put back, too" "$(settings_of $OWN0)" "$own0"
lab-bind --unbind GPU1
is "both left: shared ports are put back" "$(settings_of $SHARED)" "$shared"

lab-bind
soon "both come back: both are off" both_off
for function in $FUNCTIONS1; do
	echo 1 >"$PCI/$function/remove"
done
gpupm hold "$GPU0" -- true
# A port that lost what was below it may stay awake: nobody asks it to sleep.
soon "the second removed: the first is off, or names the empty port" off_but_for "$OWN1"
echo 1 >/sys/bus/pci/rescan
lab-bind GPU1
soon "the second is back: both are off" both_off
unload
is "unload puts everything back" \
	"$(settings_of $SHARED $OWN0 $OWN1 $FUNCTIONS0 $FUNCTIONS1)" "$before"

done_testing
