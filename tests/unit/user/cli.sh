#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the tool says and exits with when there is no module, or no sense in the
# command line. GPUPM is the tool.

set -eu
. ../../lib/tap.sh

: "${GPUPM:=../../../user/gpupm}"
work=$(mktemp -d)
export GPUPM_CONTROL="$work/no-daemon"
tap_cleanup() { rm -rf "$work"; }

# The module's family is in the first network namespace only: where the module
# happens to be loaded, another namespace is a machine without it.
if [ -d /sys/module/gpupm ]; then
	gpupm() { unshare -n "$GPUPM" "$@"; }
else
	gpupm() { "$GPUPM" "$@"; }
fi

for command in status why monitor wakes policy hold test; do
	fails "$command without the module" 3 'module gpupm' gpupm "$command"
	is "$command says nothing on stdout then" "$(gpupm "$command" 2>/dev/null)" ""
done
for command in guests profile; do
	fails "$command without the daemon" 1 'gpupmd does not run: sudo systemctl start' gpupm "$command"
	is "$command says nothing on stdout then" "$(gpupm "$command" 2>/dev/null)" ""
done
for command in status why monitor wakes policy hold test power guests profile config; do
	ok "$command --help" gpupm "$command" --help
	like "$command --help says how to use it" "$(gpupm "$command" -h)" "^Usage: gpupm $command"
	is "help $command is the same" "$(gpupm help "$command")" "$(gpupm "$command" --help)"
	fails "$command refuses unknown options" 2 "unknown option --frob" gpupm "$command" --frob
	fails "$command refuses unknown short options" 2 "unknown option -x" gpupm "$command" -x
	fails "$command refuses what is too much" 2 "unexpected argument" gpupm "$command" a warm c c
	like "gpupm --help lists $command" "$(gpupm --help)" "^  $command "
done
fails "no command is status" 3 'module gpupm' gpupm
fails "unknown command" 2 "no command 'frob'; there are:" gpupm frob
fails "unknown option" 2 "status: unknown option --frob" gpupm --frob
fails "options without a command are those of status" 3 'module gpupm' gpupm -w --json
fails "help of an unknown command" 2 "no command 'frob'" gpupm help frob
fails "an empty command" 2 "no command ''" gpupm ''
ok "--help" gpupm --help
ok "help" gpupm help
is "--version" "$(gpupm --version)" "gpupm $(cat ../../../VERSION)"
is "-V" "$(gpupm -V)" "$(gpupm --version)"

fails "a policy that is none" 2 "no policy 'cold'; there are auto, warm and on" gpupm policy 01:00 cold
for n in 0 -1 1001 1e3 '' 5x 99999999999999999999; do
	fails "test -n '$n'" 2 "from 1 to 1000" gpupm test -n "$n"
done
fails "test -n without a number" 2 "-n needs a value" gpupm test -n
fails "hold -- without a command" 2 "no command after --" gpupm hold --
fails "hold leaves the options of the command alone" 3 'module gpupm' gpupm hold -- true --frob
fails "hold --json" 2 "no option --json" gpupm hold --json
fails "why --watch" 2 "no option --watch" gpupm why --watch
fails "power -w without the module" 3 'module gpupm' gpupm power -w
ok "power without the module" gpupm power
like "power then says where it is from" "$(gpupm power 2>&1 >/dev/null)" 'module gpupm .*; this is what sysfs says$'
like "power --json then has no serial" "$(gpupm power --json 2>/dev/null)" '"serial": null'
fails "status -w without the module" 3 'module gpupm' gpupm status -w
fails "status --json without the module" 3 'module gpupm' gpupm status --json

fails "a profile that is none" 2 "no profile 'cold'; there are ac, battery and auto" gpupm profile cold
fails "to choose a profile without the daemon" 1 'gpupmd does not run' gpupm profile auto
fails "config without a word" 2 "say what to do: check" gpupm config
fails "config with another word" 2 "it does not do 'frob'; it does check" gpupm config frob
fails "a configuration that is not there" 1 "$work/none: No such file" gpupm config check "$work/none"
printf '[ac]\ngpu-policy = wram\n[batery]\n' >"$work/wrong"
fails "a configuration with a mistake" 1 "wrong:2: gpu-policy is auto, warm or on, not 'wram'; did you mean warm?" \
	gpupm config check "$work/wrong"
fails "every mistake is told" 1 'wrong:3: no section \[batery\]; did you mean \[battery\]?' gpupm config check "$work/wrong"
is "and so it is in JSON" "$(gpupm config check --json "$work/wrong" | jq -c '[(.mistakes | length), .profiles]')" '[2,null]'
ok "the example is right" gpupm config check ../../../user/gpupm.conf.example
like "config check says what a file amounts to" "$(gpupm config check ../../../user/gpupm.conf.example)" \
	'^    host-command   powerprofilesctl set power-saver$'
is "and so it does in JSON" "$(gpupm config check --json ../../../user/gpupm.conf.example |
	jq -c '[.group, .profiles.ac.vcpu_affinity, .vms[0].battery.guest_command[2]]')" '["kvm","performance","SCHEME_MAX"]'

# Output that cannot be written is no success.
# shellcheck disable=SC2016 # the inner shell's
fails "a full disk" 1 "could not write the output: No space left" \
	sh -c '"$0" --help >/dev/full' "$GPUPM"
is "one complaint of a full disk is enough" "$("$GPUPM" --help 2>&1 >/dev/full | grep -c .)" 1
sh -c '(trap "" PIPE; "$0" --help; echo $? >"$1/status") 2>"$1/errors" | true' "$GPUPM" "$work"
is "a reader that went away is no reason to complain" "$(cat "$work/errors")" ""
like "but no success either" "$(cat "$work/status")" '^[01]$'

done_testing
