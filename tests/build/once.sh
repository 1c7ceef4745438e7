# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks that depend on nothing but text: what was found well is not looked at again
# until that text, the tool, or what it is asked for is another. Only what was found
# well is remembered, by a hash of all that, in the cache.

VERDICTS=${GPUPM_CACHE:-/var/cache/gpupm}/verdicts

# Begins, and forgets what nobody asked for in a month.
once_begin()
{
	mkdir -p "$VERDICTS"
	find "$VERDICTS" -type f -mtime +30 -delete
}

# once_key WORDS FILE...: prints the key of a check that is all of what WORDS say, and
# of these files.
once_key()
{
	words=$1
	shift
	{
		printf '%s\n' "$words" "$@"
		cat "$@"
	} | sha256sum | cut -d' ' -f1
}

# Whether it was found well. Being asked for keeps it.
once_known()
{
	[ -e "$VERDICTS/$1" ] && touch "$VERDICTS/$1"
}

# once KEY NAME COMMAND...: as ok of tap.sh, for a COMMAND whose outcome KEY stands for.
once()
{
	once_verdict=$1
	shift
	if once_known "$once_verdict"; then
		pass "$1"
		return
	fi
	once_failed=$TAP_FAILED
	ok "$@"
	[ "$TAP_FAILED" -ne "$once_failed" ] || : >"$VERDICTS/$once_verdict"
}
