#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# core
# Host power: every kind of supply, and that a change is announced once.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# The laptop's own supplies are not the ones that are told what to do here.
for module in battery ac; do
	! grep -q "^$module " /proc/modules || rmmod "$module"
done
insmod "$BUILT/$(uname -r)/lab_supplies.ko"
SUPPLIES=/sys/module/lab_supplies/parameters

supply()
{
	echo "$*" >"$SUPPLIES/command"
}

power()
{
	gpupm power --json | jq -c "$1"
}

power_tells()
{
	[ "$(power "$1")" = "$2" ]
}

# shows NAME JQ WANT
shows()
{
	is "$1" "$(power "$2")" "$3"
}

# ---- who hears of changes ----------------------------------------------------

# follow FILE: a listener, a line of JSON for each snapshot.
follow()
{
	: >"$1"
	gpupm power --watch --json >"$1" 2>"$1.err" &
	FOLLOWER=$!
	within "$PATIENCE" test -s "$1"
}

# The last line of a file, without a program.
last_line()
{
	local line=
	LAST=
	while read -r line; do
		LAST=$line
	done <"$1"
}

heard=/run/lab/heard
# heard_last JQ WANT: what the listener heard last.
heard_last()
{
	last_line "$heard"
	[ "$(jq -c "$1" <<<"$LAST")" = "$2" ]
}

serials()
{
	jq .serial "$1" | tr '\n' ' '
}

# Each snapshot has the number after that of the one before.
without_gap()
{
	local serial last=
	for serial in $(serials "$1"); do
		[ -z "$last" ] || [ "$serial" -eq $((last + 1)) ] || return 1
		last=$serial
	done
}

end_follower()
{
	kill -INT "$FOLLOWER"
	wait "$FOLLOWER"
}

# ---- what there is ----------------------------------------------------------

load
shows "no supplies: nobody knows" '[.on_ac, .battery, .supplies]' '[null,null,[]]'
like "and it says so" "$(gpupm power)" '^No supply tells'

supply add AC mains online=1
shows "AC without a battery" '[.on_ac, .battery, (.supplies[] | .name, .type, .online, .present)]' \
	'[true,null,"AC","mains",true,null]'
is "in one line" "$(gpupm power | head -n 1)" "On AC"
supply set AC online=0
shows "AC unplugged, without a battery" '.on_ac' false
supply remove AC

supply add BAT0 battery present=1 status=2 capacity=63 energy_now=39900000 energy_full=63400000 \
	energy_full_design=70000000 power_now=18400000 voltage_now=12100000 \
	voltage_min_design=11400000 cycle_count=214
shows "a battery without an AC device, discharging" '[.on_ac, .battery.status, .battery.seconds_left]' \
	'[false,"discharging",7806]'
is "in one line" "$(gpupm power | head -n 1)" "On battery, 63 %, 2 h 10 min left at 18.4 W"
shows "everything it tells" '.supplies[0] | [.status, .present, .online, .capacity, .energy_now_uwh,
	.energy_full_uwh, .energy_design_uwh, .power_uw, .voltage_uv, .voltage_design_uv, .cycles]' \
	'["discharging",true,null,63,39900000,63400000,70000000,18400000,12100000,11400000,214]'
supply set BAT0 status=1
shows "charging" '[.on_ac, .battery.status]' '[true,"charging"]'
supply set BAT0 status=0
shows "a battery that does not tell what it does" '[.on_ac, .battery.status]' '[true,"unknown"]'
supply set BAT0 status=3
shows "not charging" '.battery.status' '"not-charging"'
supply set BAT0 status=4 capacity=100 energy_now=63400000 power_now=0
is "full, in one line" "$(gpupm power | head -n 1)" "On AC, 100 %, full"

supply add AC mains online=1
supply set BAT0 status=4
supply set AC online=0
shows "an AC adapter that is offline counts before the battery says so" '.on_ac' false
supply add USBC0 usb-c online=1
shows "power over USB counts as AC" '[.on_ac, (.supplies[] | .type)]' '[true,"mains","battery","usb"]'
supply set USBC0 online=0
supply remove AC
shows "an empty USB-C port tells nothing" '.on_ac' true
supply remove USBC0

supply set BAT0 status=2 capacity=50 energy_now=30000000 energy_full=60000000 power_now=10000000
supply add BAT1 battery status=4 capacity=100 energy_now=20000000 energy_full=20000000 power_now=0
shows "two batteries" '.battery | [.status, .capacity, .energy_now_uwh, .energy_full_uwh, .power_uw, .seconds_left]' \
	'["discharging",63,50000000,80000000,10000000,18000]'
supply remove BAT0
supply remove BAT1

supply add BATC battery present=1 status=2 capacity=75 charge_now=3000000 charge_full=4000000 \
	charge_full_design=5000000 current_now=-1500000 voltage_now=12000000 voltage_min_design=11400000
shows "a battery that tells charge" '.supplies[0] | [.energy_now_uwh, .energy_full_uwh, .energy_design_uwh, .power_uw]' \
	'[34200000,45600000,57000000,17100000]'
supply set BATC voltage_min_design=none
shows "and has no design voltage" '.supplies[0] | [.energy_now_uwh, .power_uw, .voltage_design_uv]' \
	'[36000000,18000000,null]'
supply set BATC voltage_now=none
shows "and no voltage at all" '.supplies[0] | [.energy_now_uwh, .power_uw, .capacity]' '[null,null,75]'
supply set BATC capacity=none
shows "a capacity that is not known" '[.supplies[0].capacity, .battery.capacity, .battery.seconds_left]' \
	'[null,null,null]'
is "in one line" "$(gpupm power | head -n 1)" "On battery"
supply set BATC capacity=40 present=0
shows "a battery that is not there tells nothing" \
	'[.on_ac, .battery, (.supplies[0] | .present, .status, .capacity)]' '[null,null,false,"unknown",null]'
supply remove BATC

supply add ups ups online=1 capacity=90
supply add pad wireless online=0
supply add odd unknown capacity=1
shows "what else there is" '[.supplies[] | .name, .type, .online]' \
	'["odd","unknown",null,"pad","wireless",false,"ups","ups",true]'
for name in ups pad odd; do
	supply remove "$name"
done

# looked_since N: properties were read after they had been read N times.
looked_since()
{
	[ "$(value "$SUPPLIES/reads")" -gt "$1" ]
}

# ---- what is announced -------------------------------------------------------

supply add AC mains online=1
supply add BAT0 battery present=1 status=4 capacity=100 energy_now=60000000
within "$PATIENCE" power_tells '[.supplies[].name]' '["AC","BAT0"]'
follow "$heard"
supply set AC online=0
soon "a change is announced" heard_last .on_ac false
is "once" "$(wc -l <"$heard")" 2
# What follows has the next number only if nothing came between.
supply set AC online=0
supply notify BAT0
supply add mouse battery scope=2 status=2 capacity=20
supply set mouse capacity=10
looked=$(value "$SUPPLIES/reads")
supply notify AC
soon "it is looked at" looked_since "$looked"
shows "a mouse is not the host's" '[.supplies[].name]' '["AC","BAT0"]'
supply remove mouse
supply set AC online=1
soon "the next change is announced" heard_last .on_ac true
is "and nothing was announced when nothing changed" "$(wc -l <"$heard")" 3

supply quietly BAT0 energy_now=59000000
shows "who asks sees what nobody said" '.supplies[1].energy_now_uwh' 59000000
soon "and it is announced" heard_last '.supplies[1].energy_now_uwh' 59000000

supply notify BAT0
supply quietly BAT0 status=2
soon "what a battery says a moment later is announced, too" heard_last '.battery.status' '"discharging"'

supply remove BAT0
soon "a battery that is pulled is announced" heard_last '[.supplies[].name]' '["AC"]'
supply add BAT0 battery status=1 capacity=5 energy_now=1
soon "and when it is back" heard_last '.battery.capacity' 5
ok "nobody was told anything twice, or missed anything" without_gap "$heard"
end_follower
is "the listener has nothing to complain about" "$(<"$heard.err")" ""
ok "everybody may listen" setpriv --reuid nobody --regid nogroup --clear-groups gpupm power

# ---- late, and slow -------------------------------------------------------

change_all_the_time()
{
	(
		trap 'exit 0' TERM
		for ((i = 0; ; i++)); do
			supply set BAT0 "energy_now=$i"
		done
	) &
	CHANGER=$!
}

end_changes()
{
	kill "$CHANGER"
	wait "$CHANGER" || true
}

lines_in()
{
	local lines
	mapfile -t lines <"$1"
	[ ${#lines[@]} -ge "$2" ]
}

change_all_the_time
followers=()
for i in 1 2; do
	follow "$heard.$i"
	followers+=("$FOLLOWER")
	within "$PATIENCE" lines_in "$heard.$i" 20
done
end_changes
supply set BAT0 energy_now=77
all=$heard
for i in 1 2; do
	heard=$all.$i
	soon "late listener $i is told the last change" heard_last '.supplies[1].energy_now_uwh' 77
	ok "late listener $i missed nothing" without_gap "$heard"
done
kill -INT "${followers[@]}"
wait "${followers[@]}"

# The kernel drops what a listener has no room for.
dropped()
{
	local family drops
	while read -r _ family _ _ _ _ _ _ drops _; do
		[ "$family" != 16 ] || [ "$drops" -eq 0 ] || return 0
	done </proc/net/netlink
	return 1
}

heard=$all
follow "$heard"
kill -STOP "$FOLLOWER"
change_all_the_time
within "$PATIENCE" dropped
end_changes
supply set BAT0 energy_now=78
within "$PATIENCE" power_tells '.supplies[1].energy_now_uwh' 78
kill -CONT "$FOLLOWER"
soon "a listener that missed something is told the last change" \
	heard_last '.supplies[1].energy_now_uwh' 78
end_follower

# ---- supplies that go while they are read -----------------------------------

supply slow 3
(
	trap 'exit 0' TERM
	while :; do
		gpupm power >/dev/null
	done
) &
loop=$!
for ((i = 0; i < 20; i++)); do
	supply add BAT1 battery status=2 capacity=$i
	supply remove BAT1
done
kill "$loop"
wait "$loop" || true
supply slow 0
shows "20 batteries pulled while they were read" '[.supplies[].name]' '["AC","BAT0"]'

# ---- the module comes and goes ---------------------------------------------

supply add BATC battery present=1 status=2 charge_now=3000000 charge_full=4000000 \
	current_now=-1500000 voltage_now=12000000 voltage_max_design=13000000 cycle_count=7
supply add BATX battery present=0 capacity=40
supply add USB usb-c online=0
supply add mouse battery scope=2 status=2 capacity=20
told=$(power 'del(.serial)')
follow "$heard"
unload
has_ended()
{
	! kill -0 "$1" 2>/dev/null
}

soon "a listener learns that the module was unloaded" has_ended "$FOLLOWER"
status=0
wait "$FOLLOWER" || status=$?
is "and exits with 3" "$status" 3
is "without the module, sysfs says the same" "$(power 'del(.serial)' 2>/dev/null)" "$told"
like "with a remark" "$(gpupm power 2>&1 >/dev/null)" 'not loaded'
status=0
gpupm power --watch >/dev/null 2>&1 || status=$?
is "to follow it takes the module" "$status" 3

(
	trap 'ended=yes' TERM
	until [ -n "${ended-}" ]; do
		supply set AC online=0
		supply remove BATX
		supply set AC online=1
		supply add BATX battery capacity=1
	done
) &
loop=$!
(
	trap 'exit 0' TERM
	while :; do
		gpupm power >/dev/null 2>&1 || true
	done
) &
asking=$!
loads=0
for ((i = 0; i < 3; i++)); do
	load
	gpupm power >/dev/null 2>&1 || true
	! unload || loads=$((loads + 1))
done
kill "$loop" "$asking"
wait "$loop" "$asking" || true
is "loaded and unloaded while changes pour in" "$loads" 3
load
shows "and it knows them when it is back" '.supplies | length' 5
unload
rmmod lab_supplies

done_testing
