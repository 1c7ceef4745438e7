# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # shared with other files
# The laptop's TSC is this machine's own. Its kernel would find out how fast that is
# by comparing it with other clocks, at a moment in which the laptop may stand still
# because this machine is busy: now and then its clock was ten times too fast, for
# good, and everything in it too late. So the kernel is told.

clock_build() {
	local out=$1
	[ ! -e "$out" ] || return 0
	gcc -Wall -Wextra -Werror -O2 -o "$out.new" "$LAB_DIR/tsc/tsc.c" ||
		die "$LAB_DIR/tsc/tsc.c does not build"
	mv "$out.new" "$out"
}

# Words for the kernel's command line, or none where nobody knows.
clock_words() {
	local tool khz
	# With --icount QEMU makes the TSC up, of 1 ns a tick.
	if [ -n "$LAB_ICOUNT" ]; then
		khz=1000000
	else
		mkdir -p "$LAB_CACHE/bin"
		tool=$LAB_CACHE/bin/tsc-$(key_of <"$LAB_DIR/tsc/tsc.c")
		[ -e "$tool" ] || locked tsc clock_build "$tool"
		khz=$("$tool") || return 0
	fi
	echo "tsc_early_khz=$khz"
}
