#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --variant switch --cpus 1
# A GPU behind a switch: three ports, all of which must sleep.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

before=$(settings)
load
is_off "power is cut"
is "three ports" "$(field '.ports | length')" 3
is "nearest first, root port last" "$(field '[.ports[].address] | join(" ")')" "${PORTS0//$'\n'/ }"
for port in $PORTS0; do
	ok "port $port sleeps" d_state_is D3cold "$port"
done

power_mark
lab-vm start vm --no-boot >/run/lab/said 2>&1 || diag "$(cat /run/lab/said)"
soon "a VM: in-use" state_is in-use
for port in $PORTS0; do
	ok "a VM: port $port is on" d_state_is D0 "$port"
done
lab-vm stop vm kill
is_off "the VM was killed: power is cut"
is "once" "$(power_story GPU0)" "ON OFF"

for port in $PORTS0; do
	gpupm policy on >/dev/null
	echo 0 >"$PCI/$port/d3cold_allowed"
	gpupm policy auto >/dev/null
	soon "d3cold_allowed=0 on $port: the blocker" blocker_is "d3cold $port"
	echo 1 >"$PCI/$port/d3cold_allowed"
	is_off "allowed again: power is cut"
done

was_woken()
{
	[ "$(field .wakes)" -gt 0 ]
}
lspci -vv >/dev/null
soon "lspci: a wake, or more on a slow machine" was_woken
is_off "lspci: falls back"
unload
is "settings are put back" "$(settings)" "$before"
done_testing
