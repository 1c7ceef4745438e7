#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# core
# Netlink peers that send nonsense are told so, and change nothing.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

picture()
{
	gpupm status --json | jq -c '.gpus[] | del(.since_ms, .time_ms, .power_cuts, .wakes)'
}

# answer NAME ERRNO ERE: what nl-bad was answered in that case.
answer()
{
	local line found=
	while IFS= read -r line; do
		[[ $line != "$1: "* ]] || found=$line
	done </run/lab/answers
	like "${who:+$who: }$1" "$found" "^$1: $2 .*$3"
}

EPERM=1 ENOENT=2 ENODEV=19 EINVAL=22 ERANGE=34 EOPNOTSUPP=95 EALREADY=114
# The kernel's own checks say one or the other, by kernel and kind.
BAD="($EINVAL|$ERANGE)"

load_off
before=$(picture)
power_mark
# The hold in it wakes the GPU once.
nl-bad "$GPU0" >/run/lab/answers || fail "nl-bad ended"

answer no-genl-header $EINVAL ''
answer command-0 $EOPNOTSUPP ''
answer command-ntf $EOPNOTSUPP ''
answer command-99 $EOPNOTSUPP ''
answer wake-get-do $EOPNOTSUPP ''
answer command-power-ntf $EOPNOTSUPP ''
answer set-dump $EOPNOTSUPP ''
answer reserved-set $EINVAL ''
# Generic netlink leaves the version of a request to the family's commands.
answer version-99 0 'an answer'

for command in get hold release; do
	answer $command-missing $EINVAL 'the address of a GPU is missing'
	answer $command-no-such $ENODEV 'no such GPU'
	answer $command-empty $ENODEV 'no such GPU'
	answer $command-no-bytes "$BAD" '[a-z]'
	answer $command-unterminated $EINVAL '[a-z]'
	answer $command-long "$BAD" '[a-z]'
	answer $command-a-number "$BAD" '[a-z]'
	answer $command-nested $EINVAL 'NLA_F_NESTED'
	answer $command-unknown-attribute $EINVAL '[Uu]n[ks].* attribute'
	answer $command-other-attribute $EINVAL '[Uu]n[ks].* attribute'
	answer $command-leftover $EINVAL 'leftover'
	answer $command-attribute-past-end $EINVAL 'leftover'
	answer $command-attribute-too-short $EINVAL 'leftover'
done

answer policy-3 "$BAD" 'out of range'
answer policy-max "$BAD" 'out of range'
for kind in u8 u16 u64 no-bytes; do
	answer policy-$kind "$BAD" 'length'
done
answer policy-nested $EINVAL 'NLA_F_NESTED'
answer set-nothing $EINVAL 'nothing to set'
answer set-nobody $EINVAL 'the address of a GPU is missing'
answer set-no-such $ENODEV 'no such GPU'
answer hold-with-policy $EINVAL '[Uu]n[ks].* attribute'

answer dump 0 'an answer'
answer dump-unknown-attribute $EINVAL '[Uu]n[ks].* attribute'
answer dump-unterminated $EINVAL '[a-z]'
answer wakes-no-such $ENODEV 'no such GPU'
answer wakes-unterminated $EINVAL '[a-z]'
answer wakes-other-attribute $EINVAL '[Uu]n[ks].* attribute'

answer power 0 'an answer'
answer power-dump $EOPNOTSUPP ''
answer power-unknown-attribute $EINVAL '[Uu]n[ks].* attribute'
answer power-other-attribute $EINVAL '[Uu]n[ks].* attribute'
answer power-leftover $EINVAL 'leftover'

answer release-first $ENOENT 'this socket does not hold that GPU'
answer hold 0 ''
answer hold-twice $EALREADY 'this socket holds that GPU already'
answer release 0 ''
answer release-twice $ENOENT 'this socket does not hold that GPU'
answer good 0 'an answer'

is_off "off after all that"
is "only the hold woke it" "$(power_story GPU0)" "ON OFF"
is "nothing changed" "$(picture)" "$before"

# ---- nobody ----------------------------------------------------------------

who=nobody
power_mark
setpriv --reuid nobody --regid nogroup --clear-groups nl-bad "$GPU0" >/run/lab/answers
for name in hold release set-nothing policy-3 hold-missing release-no-such; do
	answer $name $EPERM ''
done
answer good 0 'an answer'
answer dump 0 'an answer'
answer power 0 'an answer'
answer get-no-such $ENODEV 'no such GPU'
is "nobody woke it" "$(power_story GPU0)" ""

# Who makes a user namespace is root there, and nobody here: not in our directory either.
who="root of a namespace"
mkdir -p /run/lab/own
cp "$(command -v nl-bad)" "$(command -v gpupm)" /run/lab/own/
own_root()
{
	setpriv --reuid nobody --regid nogroup --clear-groups unshare --user --map-root-user "$@"
}
if [ -e /proc/self/ns/user ]; then
	own_root /run/lab/own/nl-bad "$GPU0" >/run/lab/answers
	for name in hold release set-nothing policy-3; do
		answer $name $EPERM ''
	done
	answer good 0 'an answer'
	fails "$who, and of a network: there is no module" 3 'from this network namespace' \
		own_root --net /run/lab/own/gpupm status
else
	diag "this kernel has no user namespaces: nobody can be root of one"
fi

# ---- dumps while GPUs come and go --------------------------------------------

(
	trap 'exit 0' TERM
	while :; do
		echo "$GPU0" >"$PCI/$GPU0/driver/unbind"
		echo "$GPU0" >/sys/bus/pci/drivers_probe
	done
) 2>/dev/null &
loop=$!
wrong=0
for ((i = 0; i < 10; i++)); do
	count=$(gpupm status --json | jq '.gpus | length') || count=failed
	case $count in
	0 | 1) ;;
	*) wrong=$((wrong + 1)) ;;
	esac
	gpupm wakes >/dev/null 2>&1 || wrong=$((wrong + 1))
done
kill "$loop"
wait "$loop" || true
is "dumps while the GPU comes and goes are right" "$wrong" 0
[ -e "$PCI/$GPU0/driver" ] || echo "$GPU0" >/sys/bus/pci/drivers_probe
is_off "and it is off in the end"

done_testing
