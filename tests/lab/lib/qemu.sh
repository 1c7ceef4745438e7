# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2153 # LAB_QEMU is an option of lab
# The QEMU that emulates the laptop: the host's, another program, or the one in
# another release's root directory.

# Fills QEMU. A program of another release needs that release's libraries, and
# gets them from its own loader: no chroot, so that paths mean the same to it.
qemu_command() {
	local root=$LAB_QEMU libraries
	if [ -z "$LAB_QEMU" ]; then
		QEMU=(qemu-system-x86_64)
	elif [ -f "$LAB_QEMU" ]; then
		QEMU=("$(realpath "$LAB_QEMU")")
	elif [ -x "$root/usr/bin/qemu-system-x86_64" ]; then
		root=$(realpath "$root")
		libraries=$root/usr/lib/x86_64-linux-gnu
		QEMU=(env "QEMU_MODULE_DIR=$libraries/qemu"
			"$root/usr/lib64/ld-linux-x86-64.so.2" --inhibit-cache
			--library-path "$libraries:$libraries/pulseaudio"
			"$root/usr/bin/qemu-system-x86_64"
			-L "$root/usr/share/seabios" -L "$root/usr/share/qemu")
	else
		die "--qemu $LAB_QEMU is neither a program nor a directory with usr/bin/qemu-system-x86_64"
	fi
	QEMU_VERSION=$(qemu_version)
	[ -n "$QEMU_VERSION" ] || die "${QEMU[*]} does not say its version"
}

# "7.2"
qemu_version() {
	"${QEMU[@]}" --version | sed -n 's/.*version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1
}

# Whether QEMU's own tables have nodes for the root ports.
qemu_declares_ports() {
	[ "${QEMU_VERSION%%.*}" -ge 8 ]
}

# How a socket is told to try again every second.
qemu_reconnect() {
	if [ "${QEMU_VERSION%%.*}" -ge 10 ]; then
		echo reconnect-ms=1000
	else
		echo reconnect=1
	fi
}
