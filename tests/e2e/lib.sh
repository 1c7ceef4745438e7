# shellcheck shell=bash disable=SC2034 # suites use what is set here
# SPDX-License-Identifier: GPL-2.0-only
#
# What the suites have in common: the module, the power log, states, VMs. A
# suite is a bash script NAME.t that runs in the laptop, sources this, and
# begins with the module unloaded and every function bound to vfio-pci; see run.
#
# The laptop is emulated and slow: what is called often uses no other program.

set -eu

E2E=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
TOP=$(realpath "$E2E/../..")
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"

PCI=/sys/bus/pci/devices
POWER_LOG=/lab/power.log
# Where run put the module, the tool and the helpers.
BUILT=${GPUPM_E2E:?run puts it there}
MODULE=$BUILT/$(uname -r)/gpupm.ko
export PATH="$BUILT:$PATH"

# The GPUs of this laptop: display function, functions, ports, nearest first.
GPU0=$(lab-gpu 0 display)
FUNCTIONS0=$(lab-gpu 0 functions)
PORTS0=$(lab-gpu 0 ports)
AUDIO0=${GPU0%.*}.1
ROOT0=${PORTS0##*$'\n'}
# Empty without a second one.
GPU1=$(lab-gpu 1 display 2>/dev/null || true)
FUNCTIONS1=${GPU1:+$(lab-gpu 1 functions)}
PORTS1=${GPU1:+$(lab-gpu 1 ports)}

# The same as the one of tap.sh, and no program.
tap_matches()
{
	local line
	while IFS= read -r line; do
		[[ ! $line =~ $2 ]] || return 0
	done <<<"$1"
	return 1
}

# The same language, and it starts five times as fast: jq compiles its own library
# each time, which takes half a second here.
jq()
{
	gojq "$@"
}

# For waits: nothing is ever written to it.
mkdir -p /run/lab
[ -p /run/lab/nothing ] || mkfifo /run/lab/nothing
exec 7<>/run/lab/nothing

# Milliseconds since boot.
now_ms()
{
	local up
	read -r up _ </proc/uptime
	NOW=$((10#${up//./} * 10))
}

# within SECONDS COMMAND...: runs it again and again until it succeeds. A pause is an
# eighth of what has passed, from 20 ms to 500: to ask costs the processor time that
# others need to get there.
within()
{
	local begun deadline pause
	now_ms
	begun=$NOW
	deadline=$((NOW + $1 * 1000))
	shift
	until "$@"; do
		now_ms
		[ "$NOW" -lt "$deadline" ] || { diag "$((NOW - begun)) ms in vain: $*"; return 1; }
		pause=$(((NOW - begun) / 8))
		[ "$pause" -gt 20 ] || pause=20
		[ "$pause" -lt 500 ] || pause=500
		printf -v pause 0.%03d "$pause"
		read -r -t "$pause" -u 7 || true
	done
}

# soon NAME COMMAND...: a check that must come to hold. Longer than anything takes on
# a busy machine: a VM that starts again in the laptop needs 20 s on one that is not.
PATIENCE=180
[ ! -e /sys/kernel/debug/kmemleak ] || PATIENCE=300
soon()
{
	local name=$1
	shift
	if within "$PATIENCE" "$@"; then
		pass "$name"
	else
		fail "$name" "not after $PATIENCE s: $*"
	fi
}

# never NAME COMMAND...: a check that must not hold now.
never()
{
	local name=$1
	shift
	if "$@"; then
		fail "$name" "this held: $*"
	else
		pass "$name"
	fi
}

# ---- the power log: the only witness that is not a kernel's word ------------

# "ON", "OFF" or "FAIL": what happened to the power of GPU $1 (GPU0, GPU1) last.
power_is()
{
	local word gpu last=
	while read -r word gpu _; do
		[ "$gpu" != "$1" ] || last=$word
	done <"$POWER_LOG"
	[ "$last" = "$2" ]
}

# Number of lines of the power log.
power_lines()
{
	local lines
	mapfile -t lines <"$POWER_LOG"
	LINES_NOW=${#lines[@]}
}

power_mark()
{
	power_lines
	MARK=$LINES_NOW
}

# power_story GPU0: what happened to it since power_mark, "ON OFF ON".
power_story()
{
	local lines line word gpu story=
	mapfile -t lines <"$POWER_LOG"
	for line in "${lines[@]:$MARK}"; do
		read -r word gpu _ <<<"$line"
		[ "$gpu" != "$1" ] || story+="$word "
	done
	echo "${story% }"
}

# power_says GPU0 STORY: the story is that.
power_says()
{
	[ "$(power_story "$1")" = "$2" ]
}

# ---- states -------------------------------------------------------------

# The first line of a file, or nothing.
value()
{
	local line=
	{ read -r line <"$1"; } 2>/dev/null || true
	echo "$line"
}

state_is()
{
	local state=
	{ read -r state <"/sys/class/gpupm/${2:-$GPU0}/state"; } 2>/dev/null || true
	[ "$state" = "$1" ]
}

blocker_is()
{
	local blocker=
	{ read -r blocker <"/sys/class/gpupm/${2:-$GPU0}/blocker"; } 2>/dev/null || true
	[ "$blocker" = "$1" ]
}

d_state_is()
{
	local state=
	{ read -r state <"$PCI/$2/power_state"; } 2>/dev/null || true
	[ "$state" = "$1" ]
}

# truly_off [GPU0|GPU1 [ADDRESS]]: power is cut, and everybody says so.
truly_off()
{
	local gpu=${1:-GPU0} address=${2:-$GPU0} function
	power_is "$gpu" OFF || return 1
	for function in "$PCI/${address%.*}".*; do
		d_state_is D3cold "${function##*/}" || return 1
	done
	state_is off "$address"
}

truly_on()
{
	local gpu=${1:-GPU0} address=${2:-$GPU0}
	power_is "$gpu" ON && d_state_is D0 "$address"
}

# is_off NAME / is_in_use NAME ...: waits for it.
is_off()
{
	local name=$1
	shift
	soon "$name" truly_off "$@"
}

# stays NAME COMMAND...: it holds now and after the GPU had every time to fall
# asleep: until a suspend that was due at the beginning would be long over.
stays()
{
	local name=$1 i
	shift
	for ((i = 0; i < 15; i++)); do
		"$@" || {
			fail "$name" "no longer: $*"
			return
		}
		read -r -t 0.1 -u 7 || true
	done
	pass "$name"
}

# field JQ [GPU]: something of a GPU, from the tool.
field()
{
	gpupm status --json | jq -r ".gpus[] | select(.address == \"${2:-$GPU0}\") | $1"
}

# field_is WANT JQ [GPU]
field_is()
{
	[ "$(field "$2" "${3:-$GPU0}")" = "$1" ]
}

# ---- the module ----------------------------------------------------------

load_with()
{
	insmod "$MODULE" "$@"
}

load()
{
	insmod "$MODULE"
}

loaded()
{
	[ -e /sys/module/gpupm ]
}

# A dump may be on its way while a process ends.
unload()
{
	within "$PATIENCE" rmmod gpupm
}

# load and wait until the GPU sleeps.
load_off()
{
	load
	within "$PATIENCE" truly_off || diag "GPU0 is not off after insmod"
}

# settings_of ADDRESS...: what the module may touch of them, a line each.
settings_of()
{
	local dev file
	for dev; do
		for file in power/control d3cold_allowed power/autosuspend_delay_ms; do
			echo "$dev $file $(value "$PCI/$dev/$file")"
		done
	done
}

settings()
{
	# shellcheck disable=SC2086 # addresses
	settings_of $FUNCTIONS0 $PORTS0 $FUNCTIONS1 $PORTS1
}

# How many device links there are from or to what the module has made.
devlinks()
{
	find /sys/class/devlink -name '*gpupm*' | wc -l
}

# What a leaked reference or link would change: only in step when nothing moves.
census()
{
	local links device usage=()
	links=(/sys/class/devlink/*)
	for device in $PORTS0 $FUNCTIONS0 $PORTS1 $FUNCTIONS1; do
		usage+=("$(value "$PCI/$device/power/runtime_usage")")
	done
	echo "links ${#links[@]} usage ${usage[*]} module $(value /sys/module/gpupm/refcnt)"
}

# ---- the kernel log ------------------------------------------------------

log_mark()
{
	LOG_MARK="e2e-mark-$RANDOM$RANDOM"
	echo "$LOG_MARK" >/dev/kmsg
}

# What the kernel said since log_mark. -S: in one go, and not line by line.
log_since()
{
	dmesg -S -t | sed "1,/$LOG_MARK/d"
}

# monitor_to FILE [OPTION...]: `gpupm monitor` in the background, its pid in MONITOR.
# Returns when it listens, which is when it has told of something and not before.
monitor_to()
{
	local file=$1
	shift
	gpupm monitor "$@" >"$file" 2>&1 &
	MONITOR=$!
	within "$PATIENCE" monitor_told "$file" || fail "gpupm monitor listens" "$(cat "$file")"
}

monitor_told()
{
	gpupm policy warm >/dev/null
	gpupm policy auto >/dev/null
	[ -s "$1" ]
}

# ---- users of the GPU ------------------------------------------------------

# A VFIO user that starts in no time: opens functions; sets OPENER to its pid.
open_functions()
{
	local said
	coproc OPENER_PIPE { exec vfio-user "$@"; }
	OPENER=$OPENER_PIPE_PID
	read -r -t "$PATIENCE" -u "${OPENER_PIPE[0]}" said || said=
	[ "$said" = open ] || { diag "vfio-user did not open $*"; return 1; }
}

open_gpu()
{
	# shellcheck disable=SC2086 # addresses
	open_functions $FUNCTIONS0
}

close_gpu()
{
	kill "$OPENER"
	wait "$OPENER" 2>/dev/null || true
}

vm_pid()
{
	lab-vm pid "$1"
}

# ---- failures --------------------------------------------------------------

# Where the laptop stands, for whoever reads a failure.
context()
{
	local gpu dev
	for gpu in /sys/class/gpupm/*; do
		[ -e "$gpu" ] || continue
		echo "  ${gpu##*/}: state $(value "$gpu/state"), policy $(value "$gpu/policy"), blocker $(value "$gpu/blocker")"
	done
	for dev in $FUNCTIONS0 $PORTS0 $FUNCTIONS1 $PORTS1; do
		[ -e "$PCI/$dev" ] || { echo "  $dev is not there"; continue; }
		echo "  $dev: $(value "$PCI/$dev/power_state") $(value "$PCI/$dev/power/runtime_status") control=$(value "$PCI/$dev/power/control") $(basename "$(readlink "$PCI/$dev/driver")")"
	done
	echo "  power log:"
	tail -n 4 "$POWER_LOG" | sed 's/^/    /'
	echo "  kernel log:"
	dmesg -S -t | grep -v e2e-mark | tail -n 5 | sed 's/^/    /'
}

fail()
{
	TAP_RUN=$((TAP_RUN + 1))
	TAP_FAILED=$((TAP_FAILED + 1))
	echo "not ok $TAP_RUN - $1"
	shift
	[ $# -eq 0 ] || diag "$*"
	diag "$(context)"
}

# ---- the end ---------------------------------------------------------------

# Puts the laptop back for the next suite, whatever this one left.
tap_cleanup()
{
	local vm pid
	for vm in /run/lab/vm/*; do
		[ -s "$vm/pid" ] || continue
		read -r pid <"$vm/pid"
		! kill -KILL "$pid" 2>/dev/null || within "$PATIENCE" eval "! kill -0 $pid 2>/dev/null" || true
	done
	for pid in $(jobs -p); do
		kill -KILL "$pid" 2>/dev/null || true
	done
	wait 2>/dev/null || true
	if loaded && ! unload; then
		echo "Bail out! the module cannot be unloaded"
	fi
	! loaded || return 0
	[ -e "$PCI/$GPU0" ] && [ -e "$PCI/$AUDIO0" ] || echo 1 >/sys/bus/pci/rescan
	lab-bind || true
}
