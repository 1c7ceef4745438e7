#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vfio-pci is unbound and bound again in every state.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

unbind()
{
	echo "$1" >"$PCI/$1/driver/unbind"
}

bind()
{
	echo "$1" >/sys/bus/pci/drivers_probe
}

attached()
{
	[ -e "/sys/class/gpupm/$GPU0" ]
}

ended()
{
	! kill -0 "$1" 2>/dev/null
}

round()
{
	unbind "$GPU0"
	never "$1: the display function unbound: detached" attached
	ok "$1: bound again" bind "$GPU0"
	is_off "$1: bound again: power is cut"
	is "$1: policy is the default's" "$(value "/sys/class/gpupm/$GPU0/policy")" auto
}

before=$(settings_of "$ROOT0")
load_off
round off

gpupm policy warm >/dev/null
within "$PATIENCE" state_is idle
round idle

gpupm policy on >/dev/null
round "awake by policy"

gpupm hold 2>/run/lab/hold &
holder=$!
within "$PATIENCE" state_is awake
round "awake by a hold"
soon "its holder ends" ended "$holder"
like "and says why" "$(cat /run/lab/hold)" 'so the hold ended'
status=0
wait "$holder" || status=$?
is "with the code for no such GPU" "$status" 4

lab-fail-on --late GPU0 1
fails "a hold of a GPU that does not come back is refused" 1 'did not' gpupm hold -- true
soon "it was lost" field_is 1 .failures
round lost

# In use: the kernel waits for the VM.
open_gpu
within "$PATIENCE" state_is in-use
unbind "$GPU0" &
unbinder=$!
stays "in-use: unbind waits" kill -0 "$unbinder"
ok "in-use: power stays on" truly_on
close_gpu
soon "in-use: unbind ends with the VM" ended "$unbinder"
wait "$unbinder"
never "in-use: detached" attached
bind "$GPU0"
is_off "in-use: bound again, power is cut"

# The second function.
for state in off awake; do
	[ "$state" = off ] || gpupm policy on >/dev/null
	unbind "$AUDIO0"
	is "$state: the second function unbound: the GPU stays" \
		"$(field '[.functions[].driver] | join(" ")')" "vfio-pci "
	bind "$AUDIO0"
	is "$state: and bound again" "$(field '[.functions[].driver] | join(" ")')" "vfio-pci vfio-pci"
done
gpupm policy auto >/dev/null
is_off "policy auto: power is cut"

unload
is "settings of the ports are as at the beginning" "$(settings_of "$ROOT0")" "$before"
done_testing
