# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # the lab uses what is set here
# A real initramfs to boot with, and the program that makes it: Debian's initramfs-tools.

# What it is made of beside what the host has. udev's part of it loads drivers.
INITRD_PACKAGES=(initramfs-tools initramfs-tools-core klibc-utils libklibc linux-base udev)

# Of what other machines have in their place, for tests that boot nothing with it.
DRACUT_PACKAGES=(dracut dracut-core udev grub-common grub2-common)

# unpacked NAME PACKAGE...: prints a directory with Debian packages, unpacked as an overlay.
unpacked() {
	local name=$1 suite=bookworm key dir debs deb
	shift
	private_apt_fresh "$suite" || private_apt_update "$suite"
	key=$(private_apt apt-cache "$suite" --no-all-versions show "$@" |
		sed -n 's/^SHA256: //p' | key_of)
	dir=$LAB_CACHE/$name-$key
	if [ ! -e "$dir" ]; then
		debs=$(mktemp -d "$LAB_CACHE/debs.XXXXXX")
		(
			cd "$debs" || exit 1
			private_apt apt-get "$suite" download "$@"
		) >"$LAB_CACHE/download.log" 2>&1 ||
			die "could not download $name, see $LAB_CACHE/download.log"
		mkdir "$debs/root"
		for deb in "$debs"/*.deb; do
			dpkg-deb -x "$deb" "$debs/root"
		done
		mv "$debs/root" "$dir"
		rm -rf "$debs"
	fi
	echo "$dir"
}

# Makes $3 of the real initramfs $1 and the lab's own $2: the first boots, loads modules
# and has udev find drivers, and then, where it would mount a root, tells the kernel log
# who has which device, and leaves the rest to the lab's.
initrd_combine() {
	local tree size
	tree=$(mktemp -d "$RUN/initrd.XXXXXX")
	mkdir -p "$tree/lab" "$tree/scripts"
	(cd "$tree/lab" && gzip -dc "$2" | cpio -i --quiet)
	cat >"$tree/scripts/lab" <<-'END'
		mount_top() { :; }
		mount_premount() { :; }
		mountroot() {
			local device driver
			for device in /sys/bus/pci/devices/*; do
				driver=$(readlink "$device/driver" || true)
				echo "initramfs: ${device##*/} ${driver##*/}" >/dev/kmsg
			done
			udevadm control --exit || true
			exec /lab/bin/busybox chroot /lab /init
		}
	END
	size=$(stat -c %s "$1")
	{
		cat "$1"
		head -c $(((4 - size % 4) % 4)) /dev/zero
		(cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1)
	} >"$3"
	rm -rf "$tree"
}
