#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --cpus 1
# core
# What the tool refuses: with which words, and which exit code.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

as_nobody()
{
	setpriv --reuid nobody --regid nogroup --clear-groups "$@"
}

# All that a refusal must not change.
picture()
{
	gpupm status --json | jq -c '.gpus[] | del(.since_ms, .time_ms)'
}

# ---- no module -------------------------------------------------------------

for command in status why wakes policy "policy on" "hold -- true" test monitor; do
	# shellcheck disable=SC2086 # a command and its arguments
	fails "no module: $command" 3 'module gpupm is not loaded' gpupm $command
done

# ---- no GPU ----------------------------------------------------------------

lab-bind --unbind GPU0
load
like "no GPU: status says how to get one" "$(gpupm status 2>&1)" 'no GPU is bound to vfio-pci'
like "no GPU: and names what there is" "$(gpupm status 2>&1)" "$GPU0 +no driver"
for command in "policy on" "hold -- true" test "wakes $GPU0" "why $GPU0"; do
	# shellcheck disable=SC2086 # a command and its arguments
	fails "no GPU: $command" 4 'no GPU is bound to vfio-pci' gpupm $command
done
lab-bind
within "$PATIENCE" truly_off || diag "not off"

# ---- usage -----------------------------------------------------------------

before=$(picture)
power_mark
refuse()
{
	local code=$1 ere=$2
	shift 2
	fails "$*" "$code" "$ere" gpupm "$@"
}
refuse 2 "no command 'frobnicate'; there are:" frobnicate
refuse 2 'unknown option --frob' --frob
refuse 2 "no command 'frobnicate'" help frobnicate
refuse 2 "unexpected argument 'here'" status here
refuse 2 'unknown option --frob' status --frob
refuse 2 'it takes no option -w' why -w
refuse 2 "no policy 'cold'; there are auto, warm and on" policy "$GPU0" cold
refuse 2 'there is no command after --' hold --
refuse 2 "-n takes a number from 1 to 1000, not '0'" test -n 0
refuse 2 "-n takes a number from 1 to 1000, not '1001'" test -n 1001
refuse 2 "-n takes a number from 1 to 1000, not 'x'" test -n x
refuse 2 'option -n needs a value' test -n
refuse 2 "unexpected argument 'b'" hold a b

# ---- unknown GPU -------------------------------------------------------------

for command in "policy 9f:00 on" "policy 9f:00" "hold 9f:00 -- true" "test 9f:00" "wakes 9f:00" "why 9f:00"; do
	# shellcheck disable=SC2086 # a command and its arguments
	refuse 4 "no GPU '9f:00'; there is" $command
done
like "and which there is" "$(gpupm why 9f:00 2>&1)" "^ *$GPU0$"
ok "a part of an address does" gpupm why "${GPU0#0000:}"
ok "that of another function does" gpupm why "$AUDIO0"

# ---- permission ----------------------------------------------------------------

for command in "policy on" "hold -- true" test; do
	# shellcheck disable=SC2086 # a command and its arguments
	fails "nobody: $command" 5 'not permitted to .*: try sudo' as_nobody gpupm $command
done
for command in status "status --json" why wakes policy; do
	# shellcheck disable=SC2086 # a command and its arguments
	ok "nobody may look: $command" as_nobody gpupm $command
done

# ---- output that cannot be written ------------------------------------------

fails "no room for the output" 1 'could not write the output' sh -c 'gpupm status >/dev/full'
ok "a reader that goes away is no error to talk about" \
	test -z "$(gpupm status 2>&1 >/dev/null | head -n 0)"

# ---- versions ----------------------------------------------------------------

fails "an old module, a new tool" 1 \
	'the module speaks version 1, this gpupm speaks version 2: install the newer module' \
	gpupm-speaks-2 status
fails "a new module, an old tool" 1 \
	'the module speaks version 1, this gpupm speaks version 0: install the gpupm that came with the module' \
	gpupm-speaks-0 policy on

is "nothing of all that changed anything" "$(picture)" "$before"
is "or woke it" "$(power_story GPU0)" ""

# ---- test ----------------------------------------------------------------------

power_mark
like "test -n 3 says that this machine is safe" "$(gpupm test -n 3)" 'this machine is safe for auto'
is_off "test leaves it off"
is "three rounds, says the power log" "$(power_story GPU0)" "ON OFF ON OFF ON OFF"
is "test in JSON" "$(gpupm test -n 1 --json | jq -c '[.gpu, .safe, (.rounds | length), .failure]')" \
	"[\"$GPU0\",true,1,null]"
within "$PATIENCE" truly_off

open_gpu
within "$PATIENCE" state_is in-use
refuse 1 "is in use by vfio-user \(pid $OPENER\): stop the VM first" test
close_gpu
within "$PATIENCE" truly_off
gpupm hold 2>/dev/null &
holder=$!
within "$PATIENCE" blocker_is hold
refuse 1 'would not be cut: a hold keeps it in D0' test
kill "$holder"
within "$PATIENCE" truly_off
gpupm policy warm >/dev/null
refuse 1 'would not be cut: its policy is warm' test
gpupm policy auto >/dev/null
within "$PATIENCE" truly_off

# ---- the module goes while they wait -------------------------------------------

monitor_to /run/lab/monitor
gpupm hold 2>/run/lab/hold &
holder=$!
within "$PATIENCE" blocker_is hold
unload
status=0
wait "$MONITOR" || status=$?
is "monitor ends with the module" "$status" 3
like "and says so" "$(cat /run/lab/monitor)" 'the module was unloaded'
status=0
wait "$holder" || status=$?
like "hold ends with the module or its GPU" "$status" '^[34]$'
like "and says so, too" "$(cat /run/lab/hold)" 'so the hold ended'

done_testing
