# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Messages, the cache, and what this machine is.

LAB_CACHE=${GPUPM_CACHE:-/var/cache/gpupm}

say() {
	printf 'lab: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# The code name of the Debian release that runs here, "bookworm".
release() {
	(
		# shellcheck disable=SC1091
		. /etc/os-release
		printf '%s\n' "${VERSION_CODENAME:?no VERSION_CODENAME in /etc/os-release}"
	)
}

# Seconds since the machine booted, with hundredths.
now() {
	cut -d' ' -f1 /proc/uptime
}

# How long something took, for people: "12.3".
since() {
	awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }'
}

# A short key for files and strings that something depends on.
key_of() {
	sha256sum | cut -c1-12
}

# Runs the rest of the line while holding the named lock of the cache, so that
# two labs started together do not build the same thing twice.
locked() {
	local name=$1
	shift
	mkdir -p "$LAB_CACHE/locks"
	(
		flock 9
		"$@"
	) 9>"$LAB_CACHE/locks/$name"
}
