# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The QEMU that emulates the laptop: the host's, or one from another release's
# root directory.

# Paths as QEMU sees them.
qemu_path() {
	echo "$1"
}

qemu_command() {
	QEMU=(qemu-system-x86_64)
}

# "7.2"
qemu_version() {
	"${QEMU[@]}" --version | sed -n 's/.*version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1
}

# Whether QEMU's own tables have nodes for the root ports.
qemu_declares_ports() {
	[ "${QEMU_VERSION%%.*}" -ge 8 ]
}
