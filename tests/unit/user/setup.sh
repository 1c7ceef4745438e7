#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The verbs that gpupm-setup does are gpupm's own to whoever types them, in the tree
# and installed. GPUPM is the tool.

set -eu
. ../../lib/tap.sh

: "${GPUPM:=$(realpath ../../../user/gpupm)}"
work=$(mktemp -d)
tap_cleanup() { rm -rf "$work"; }

verbs='doctor bind vbios vm'
for verb in $verbs; do
	like "gpupm --help lists $verb" "$("$GPUPM" --help)" "^  $verb "
	like "$verb --help says how to use it" "$("$GPUPM" "$verb" -h)" "^Usage: gpupm $verb"
	is "help $verb is the same" "$("$GPUPM" help "$verb")" "$("$GPUPM" "$verb" --help)"
	is "it says the same as gpupm --help" "$("$GPUPM" "$verb" --help | sed -n 3p)" \
		"$("$GPUPM" --help | sed -n "s/^  $verb  *//p")"
	fails "$verb refuses unknown options" 2 "gpupm $verb: unknown option --frob" "$GPUPM" "$verb" --frob
done
# Programs go by those of the doctor's checks.
sed -n 's/.*check_add(checks, "\([a-z0-9-]*\)".*/\1/p' ../../../user/doctor/*.c | sort -u >"$work/names"
while read -r name; do
	like "gpupm(1) has the check $name" "$(tr '\n' ' ' <../../../user/man/gpupm.1)" \
		"Names never change.*[ ,]${name}[ ,.;].*vm list"
done <"$work/names"
# Of this machine, whatever it is.
status=0
"$GPUPM" doctor --json >"$work/doctor.json" || status=$?
is "doctor: every check has a group, a name, a result and evidence" "$(jq '[.checks[] | select(
	(.group | length > 0) and (.name | length > 0) and (.evidence | length > 0) and
	(.result | IN("ok", "warning", "failure", "cannot-tell")) | not)] | length' "$work/doctor.json")" 0
is "doctor: each failure says what to do" \
	"$(jq '[.checks[] | select(.result == "failure" and .fix == null)] | length' "$work/doctor.json")" 0
is "doctor: it exits with 1 when a check failed, and with 0 when none did" "$status" \
	"$(jq 'if .failure > 0 then 1 else 0 end' "$work/doctor.json")"
like "doctor: people are told as many" "$("$GPUPM" doctor || true)" \
	"$(jq -r '"^\(.ok) ok(, .*)?$"' "$work/doctor.json")"
fails "vbios without a word" 2 'say what to do: dump or check' "$GPUPM" vbios
fails "vbios with another word" 2 "it does not do 'frob'" "$GPUPM" vbios frob
fails "vbios check without a file" 2 'say which file' "$GPUPM" vbios check
fails "vbios dump without -o" 2 'say where' "$GPUPM" vbios dump
fails "vbios dump with too much" 2 "unexpected argument 'b'" "$GPUPM" vbios dump a b -o /dev/null
fails "vbios check with a directory" 1 'Is a directory' "$GPUPM" vbios check /
fails "bind with too much" 2 "unexpected argument 'b'" "$GPUPM" bind a b
fails "vm without a word" 2 'say what to do' "$GPUPM" vm
fails "vm with another word" 2 "it does not do 'lst'; did you mean list?" "$GPUPM" vm lst
fails "vm: an option of another verb" 2 "list takes no option --dry-run" "$GPUPM" vm list --dry-run
fails "vm: a VM where none is" 2 "unexpected argument 'win11'" "$GPUPM" vm list win11
fails "vm: no VM" 2 "say which VM to enable" "$GPUPM" vm enable
fails "vm: a feature that is none" 2 "no feature 'poewr'; did you mean power\\? there are:" "$GPUPM" vm enable win11 gpu poewr
fails "vm: a timeout that is none" 2 "timeout takes a number from 1 to 3600, not '0'" "$GPUPM" vm stop win11 --timeout 0
fails "vm stop: nothing to stop" 2 "say which VM to stop, or --all" "$GPUPM" vm stop
fails "vm stop: too much to stop" 2 "either a VM or --all" "$GPUPM" vm stop --all win11
# shellcheck disable=SC2016 # the inner shell's
fails "a full disk" 1 "could not write the output: No space left" \
	sh -c '"$0" vm --help >/dev/full' "$GPUPM"

# Where the tool is decides, not where it is called from, or by which name.
make -s -C ../../../user install DESTDIR="$work/root" >/dev/null
ln -s root/usr/local/bin/gpupm "$work/gpupm"
installed=$work/root/usr/local
ok "it is installed where nobody calls it by hand" test -x "$installed/libexec/gpupm-setup"
like "installed" "$(cd / && "$work/gpupm" vm --help)" '^Usage: gpupm vm'
like "nobody calls it by its name" "$("$installed/libexec/gpupm-setup" 2>&1 || true)" 'gpupm runs it'
mv "$installed/libexec/gpupm-setup" "$work/"
fails "built without libvirt" 1 \
	"built without libvirt's or libxml2's headers .*: there is no .*/gpupm-setup" "$work/gpupm" vm --help
like "gpupm --help does without" "$("$work/gpupm" --help)" '^  vm '
mv "$work/gpupm-setup" "$installed/libexec/"
make -s -C ../../../user uninstall DESTDIR="$work/root" >/dev/null
is "uninstalled: nothing is left" "$(find "$work/root" -type f)" ""

# The everyday tool loads nothing of all that.
is "gpupm itself has neither libvirt nor libxml2" "$(ldd "$GPUPM" | grep -c 'libvirt\|libxml2')" 0

done_testing
