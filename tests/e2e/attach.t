#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# core
# What is attached and when, and that nothing else is touched.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

attached()
{
	[ -e "/sys/class/gpupm/$GPU0" ]
}

bind()
{
	lab-bind --driver "$1" "$2"
}

# ---- another driver, and none ---------------------------------------------

for driver in virtio-pci ''; do
	name=${driver:-no driver}
	bind "$driver" "$GPU0"
	before=$(settings)
	power_mark
	log_mark
	load
	never "$name: not attached at load" attached
	is "$name: settings are not touched" "$(settings)" "$before"
	is "$name: power is not touched" "$(power_story GPU0)" ""
	unlike "$name: the kernel log says nothing" "$(log_since)" 'gpupm: (at|de)tached'
	unload
	is "$name: settings are not touched by unload" "$(settings)" "$before"
done

# ---- bind and unbind -------------------------------------------------------

load
log_mark
before=$(settings_of "$ROOT0")
bind vfio-pci "$GPU0"
soon "attached at bind" attached
is_off "power is cut after bind"
like "the kernel log has a line" "$(log_since)" "vfio-pci $GPU0: gpupm: attached with 2 functions, 1 port, policy auto"
is "one line" "$(log_since | grep -c 'gpupm: attached with')" 1
is "functions are counted" "$(field '.functions | length')" 2

log_mark
echo "$GPU0" >"$PCI/$GPU0/driver/unbind"
never "detached at unbind" attached
is "settings of the port are put back" "$(settings_of "$ROOT0")" "$before"
is "the kernel log has one line" "$(log_since | grep -c "$GPU0: gpupm: detached")" 1
is "no device links are left" "$(devlinks)" 0

bind vfio-pci "$GPU0"
is_off "bound again: power is cut"
bind '' "$AUDIO0"
soon "the second function without a driver: power is cut" truly_off
is "it has no driver" "$(field '.functions[1].driver')" null
bind vfio-pci "$AUDIO0"
is_off "the second function bound again: power is cut"

# ---- unload ----------------------------------------------------------------

unload
never "detached by unload" attached
is "settings of the port are put back by unload" "$(settings_of "$ROOT0")" "$before"
is "no device links are left by unload" "$(devlinks)" 0

# ---- load ------------------------------------------------------------------

log_mark
load
soon "attached at load" attached
is_off "power is cut after load"
is "the kernel log has one line at load" "$(log_since | grep -c 'gpupm: attached with')" 1

# ---- hot-add ---------------------------------------------------------------

for function in $FUNCTIONS0; do
	echo 1 >"$PCI/$function/remove"
done
never "detached by removal" attached
is "no device links are left by removal" "$(devlinks)" 0
log_mark
echo 1 >/sys/bus/pci/rescan
lab-bind
soon "attached at hot-add" attached
is_off "power is cut after hot-add"
is "both functions are there" "$(field '.functions | length')" 2

done_testing
