#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# daemon
# laptop: --cpus 1
# The daemon and the host: where host power comes from, and the profiles that
# follow it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/power-lib.sh
. "$(dirname "$0")/power-lib.sh"

profile_is()
{
	[ "$(gpupm profile --json | jq -r .active)" = "$1" ]
}

# on_ac WANT: what the daemon makes of host power.
on_ac()
{
	[ "$(gpupm profile --json | jq -r .on_ac)" = "$1" ]
}

no_battery()
{
	[ "$(gpupm power --json | jq -r .battery)" = null ]
}

policy_is()
{
	field_is "$1" .policy
}

# ---- without the module ------------------------------------------------------

power_supplies
cat >"$CONFIG" <<-END
	[ac]
	gpu-policy = warm
	[battery]
	gpu-policy = auto
END
daemon_ready
ok "without the module host power comes from sysfs, and the log says so" \
	daemon_said "host power comes from sysfs and udev"
soon "on AC" profile_is ac
lab-power battery 40
soon "the plug is pulled: an event of the kernel is enough" profile_is battery
like "people are shown where they are" "$(gpupm power 2>&1)" "40 %"

load
soon "the module is noticed when it comes" daemon_said "host power comes from the module"
lab-power ac 41
soon "and its word counts" profile_is ac

# ---- profiles ------------------------------------------------------------------

soon "on AC the GPU has the profile's policy" policy_is warm
lab-power battery 42
soon "on battery the other" policy_is auto
like "the active profile has the asterisk" "$(gpupm profile)" '(\*.*battery|battery.*\*)'
gpupm profile ac >/dev/null
soon "a profile that was chosen is active at once" profile_is ac
soon "with its policy" policy_is warm
lab-power battery 39
soon "the plug is pulled" on_ac false
stays "it stays, whatever the plug does" profile_is ac
gpupm profile auto >/dev/null
soon "until told otherwise" profile_is battery
soon "with its policy again" policy_is auto
fails "there is no other profile" 2 "no profile 'fast'" gpupm profile fast

# A plug that makes bad contact.
for ((i = 0; i < 5; i++)); do
	lab-power ac 40
	lab-power battery 40
done
lab-power ac 44
soon "after a bad contact the last word counts" profile_is ac
soon "with its policy, too" policy_is warm

# The adapter alone, which not every kernel tells the rest of the kernel of.
lab-power ac none
soon "the battery is taken out" no_battery
lab-power battery none
soon "without a battery the plug is noticed, too" profile_is battery
lab-power ac 44
soon "and when it is back" profile_is ac
soon "with its policy" policy_is warm

# ---- configuration ---------------------------------------------------------------

cp "$CONFIG" "$CONFIG.good"
printf '[ac]\ngpu-policy = fast\n' >"$CONFIG"
kill -HUP "$DAEMON"
soon "a broken configuration is told of, with its line" daemon_said "gpupm.conf:2"
lab-power battery 43
soon "and the old one is kept" policy_is auto
cp "$CONFIG.good" "$CONFIG"
sed -i 's/warm/on/' "$CONFIG"
kill -HUP "$DAEMON"
lab-power ac 44
soon "a good one is taken" policy_is on
fails "a second daemon is refused" 1 "gpupmd" timeout "$PATIENCE" gpupmd --foreground --config "$CONFIG"
ok "and does not disturb the first" daemon_runs

# ---- the module goes ------------------------------------------------------------

unload
soon "the module goes: sysfs again" daemon_said "host power comes from sysfs and udev: the module was unloaded"
lab-power battery 30
soon "and the plug is still noticed" profile_is battery
daemon_stop TERM
never "a daemon that was stopped leaves no socket" test -e /run/gpupm/guest.sock

done_testing
