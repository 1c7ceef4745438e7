# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What suites about "gpupm doctor" have in common.

SAID=/run/lab/doctor

# look RESULT [OPTION...]: the doctor looks, once, and exits with that.
look()
{
	local result=0 want=$1
	shift
	gpupm doctor --json "$@" >$SAID || result=$?
	is "the doctor exits with $want" "$result" "$want"
}

# result NAME [SUBJECT]: what that check came to; each line, if there are several.
result()
{
	jq -r --arg name "$1" --arg subject "${2:-}" \
		'.checks[] | select(.name == $name and ($subject == "" or .subject == $subject)) | .result' $SAID
}

# fix NAME [SUBJECT]: the command it says, as root.
fix()
{
	jq -r --arg name "$1" --arg subject "${2:-}" \
		'.checks[] | select(.name == $name and ($subject == "" or .subject == $subject)) | .fix' $SAID |
		sed 's/; .*//; s/sudo //g; s/, then .*//' >/run/lab/fix
	[ -s /run/lab/fix ] && sh -e /run/lab/fix
}
