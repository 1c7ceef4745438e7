#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# core
# What the module tells of: events, tracepoint, sysfs, kernel log; and that all
# of them agree.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

events=/run/lab/events

# "cause cause ..." of the events since event number $1.
causes()
{
	jq -rs "[.[${1:-0}:][].cause] | join(\" \")" "$events"
}

# The same without those that tell how it went to sleep and woke: the kernel may
# let it sleep once more before an open is done, and a wake is told of later.
steps()
{
	jq -rs "[.[$1:][].cause | select(. != \"woken\" and . != \"suspended\" and . != \"wake\")] | join(\" \")" "$events"
}

steps_are()
{
	[ "$(steps "$1")" = "$2" ]
}

# The state that the last event with cause $1 led to.
state_after()
{
	jq -rs "[.[] | select(.cause == \"$1\")][-1].state" "$events"
}

causes_begin()
{
	[[ "$(causes "$1")" == "$2"* ]]
}

causes_end()
{
	[[ "$(causes "$1")" == *"$2" ]]
}

count()
{
	wc -l <"$events"
}

load_off
echo 1 >/sys/kernel/tracing/events/gpupm/gpupm_state/enable
monitor_to "$events" --json
within "$PATIENCE" truly_off
within "$PATIENCE" causes_end 0 power-cut || diag "no power-cut: $(causes)"

# ---- a VM starts and stops -----------------------------------------------------

first=$(count)
: >/sys/kernel/tracing/trace
open_gpu
within "$PATIENCE" state_is in-use
close_gpu
soon "a VM comes and goes: the causes, in order" \
	steps_are "$first" "power-restored opened closed power-cut"
is "a VM has it after it was opened" "$(state_after opened)" in-use
is "it is off after power was cut" "$(state_after power-cut)" off
is "each begins where the last ended" \
	"$(jq -rs "[.[$first:]] | .[0] | [range(1; length) as \$i | .[\$i].previous == .[\$i-1].state] | all" "$events")" true
is "the process is named" \
	"$(jq -rs "[.[$first:][] | select(.cause == \"opened\") | \"\(.comm) \(.pid)\"][]" "$events")" \
	"vfio-user $OPENER"
is "times do not go back" "$(jq -rs '[.[].at_ns] | . == sort' "$events")" true
is "the tracepoint tells the same" \
	"$(sed -n 's/.*cause=\([a-z-]*\).*/\1/p' /sys/kernel/tracing/trace | tr '\n' ' ')" "$(causes "$first") "
echo 0 >/sys/kernel/tracing/events/gpupm/gpupm_state/enable

# ---- somebody reads what a VM has just been given --------------------------------

# Like libvirt, from the moment on in which VFIO has enabled the first function.
reads_along()
{
	local enabled
	until read -r enabled <"$PCI/$GPU0/enable" && [ "$enabled" != 0 ]; do :; done
	for _ in {1..20}; do
		read -r -n 1 _ <"$PCI/$AUDIO0/config" || true
	done
}

# The tool would look who has VFIO's files open; the event is the kernel's own word.
last_opened_by()
{
	[ "$(jq -rs '[.[] | select(.cause == "opened")] | last | "\(.comm) \(.pid)"' "$events")" = "$1" ]
}

for from in off awake; do
	if [ "$from" = awake ]; then
		gpupm policy on >/dev/null
		within "$PATIENCE" state_is awake
	fi
	for round in 1 2 3; do
		reads_along &
		reader=$!
		open_gpu
		wait "$reader"
		soon "$from, $round: the event names who opened it, not who read then" \
			last_opened_by "vfio-user $OPENER"
		close_gpu
		soon "$from, $round: closed" field_is null .user
		[ "$from" = awake ] || within "$PATIENCE" truly_off
	done
done
gpupm policy auto >/dev/null
within "$PATIENCE" truly_off

# ---- hold, policy, wake, unbind ------------------------------------------------

first=$(count)
gpupm hold -- true
soon "hold: the causes" steps_are "$first" "power-restored held released power-cut"

first=$(count)
gpupm policy on >/dev/null
soon "policy: the causes" steps_are "$first" "power-restored policy"
is "policy: who" "$(jq -rs ".[$first:][] | select(.cause == \"policy\") | \"\(.comm) \(.policy)\"" "$events")" "gpupm on"
gpupm policy auto >/dev/null
# The monitor may tell of it later than the GPU shows it.
within "$PATIENCE" causes_end "$first" power-cut

# A reader that takes its time is let down in between.
setpci_steps()
{
	[[ "$(steps "$1") " =~ ^(power-restored power-cut )+$ ]]
}

wakers_are()
{
	[ "$(jq -rs "[.[$1:][] | select(.cause == \"wake\") | .comm] | unique | join(\" \")" "$events")" = "$2" ]
}

first=$(count)
setpci -s "$GPU0" 0.w >/dev/null
soon "setpci: the causes" setpci_steps "$first"
soon "setpci: its wake is told of, with its name" wakers_are "$first" setpci
within "$PATIENCE" truly_off

first=$(count)
echo "$GPU0" >"$PCI/$GPU0/driver/unbind"
soon "unbind: the cause" causes_end "$first" detached
first=$(count)
echo "$GPU0" >/sys/bus/pci/drivers_probe
soon "bind: the first cause" causes_begin "$first" attached
within "$PATIENCE" truly_off

ok "the monitor still runs" kill -0 "$MONITOR"
kill -INT "$MONITOR" 2>/dev/null || true

# ---- sysfs ---------------------------------------------------------------------

agree()
{
	local json sysfs
	json=$(field '"\(.state) \(.policy) \(if .blocker then .blocker.reason + (if .blocker.device then " " + .blocker.device else "" end) else "none" end)"')
	sysfs=$(cd "/sys/class/gpupm/$GPU0" && setpriv --reuid nobody --regid nogroup --clear-groups \
		cat state policy blocker | tr '\n' ' ')
	is "$1: sysfs, read by nobody, and netlink agree" "${sysfs% }" "$json"
}

agree off
gpupm policy warm >/dev/null
within "$PATIENCE" state_is idle
agree idle
gpupm policy on >/dev/null
agree awake
gpupm policy auto >/dev/null
within "$PATIENCE" truly_off
open_gpu
within "$PATIENCE" state_is in-use
agree in-use
close_gpu
within "$PATIENCE" truly_off
for file in state policy blocker; do
	is "$file is for reading" "$(stat -c %a "/sys/class/gpupm/$GPU0/$file")" 444
done
is "times add up" "$(field '[.time_ms[]] | add > 0')" true

done_testing
