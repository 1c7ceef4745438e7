#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# core
# The module is loaded and unloaded in every state, and leaves no trace.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# What a user or a distribution may have set; put back at the end.
unusual()
{
	echo on >"$PCI/$GPU0/power/control"
	echo 0 >"$PCI/$GPU0/d3cold_allowed"
	echo 0 >"$PCI/$AUDIO0/d3cold_allowed"
	echo on >"$PCI/$ROOT0/power/control"
	echo "$1" >"$PCI/$ROOT0/power/autosuspend_delay_ms"
}

usual()
{
	echo auto >"$PCI/$GPU0/power/control"
	echo 1 >"$PCI/$GPU0/d3cold_allowed"
	echo 1 >"$PCI/$AUDIO0/d3cold_allowed"
	echo auto >"$PCI/$ROOT0/power/control"
	echo 100 >"$PCI/$ROOT0/power/autosuspend_delay_ms"
}

off()
{
	within "$PATIENCE" truly_off
}

idle()
{
	gpupm policy warm >/dev/null && within "$PATIENCE" state_is idle
}

awake_policy()
{
	gpupm policy on >/dev/null && state_is awake
}

awake_held()
{
	gpupm hold >/dev/null 2>&1 &
	within "$PATIENCE" state_is awake
}

in_use()
{
	open_gpu && within "$PATIENCE" state_is in-use
}

# A wake that fails; the attempt to recover is on its way.
lost()
{
	off
	lab-fail-on --late GPU0 1
	! gpupm hold -- true 2>/dev/null || return 1
	within "$PATIENCE" field_is 1 .failures
}

users_end()
{
	[ -z "${OPENER-}" ] || close_gpu
	OPENER=
	wait
}

round()
{
	local name=$1 state=$2 before
	before=$(settings)
	load
	# Not through ok: what it starts in the background outlives it.
	if "$state"; then
		pass "$name: gets to $state"
	else
		fail "$name: gets to $state"
	fi
	ok "$name: unloaded while $state" unload
	is "$name: settings are put back from $state" "$(settings)" "$before"
	if [ "$state" = in_use ]; then
		ok "$name: the VM goes on" kill -0 "$OPENER"
		ok "$name: and the GPU is in D0" d_state_is D0 "$GPU0"
	fi
	users_end
}

for state in off idle awake_policy awake_held in_use lost; do
	round "usual settings" "$state"
done
unusual -1
for state in off awake_policy in_use; do
	round "unusual settings" "$state"
done
echo 5000 >"$PCI/$ROOT0/power/autosuspend_delay_ms"
round "a delay of 5 s" off
usual

# ---- loaded while a VM runs --------------------------------------------------

open_gpu
load
soon "loaded while a VM runs: in-use" state_is in-use
is "the tool finds who has it open" "$(field '.user | "\(.comm) \(.pid)"')" "vfio-user $OPENER"
like "who may not look is told so" "$(setpriv --reuid nobody --clear-groups gpupm status)" \
	'user +unknown \(run as root to see\)'
unload
load
soon "unloaded and loaded while it runs: in-use" state_is in-use
close_gpu
is_off "it ends: power is cut"
unload

done_testing
