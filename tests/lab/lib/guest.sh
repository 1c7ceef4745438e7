# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The small kernel and initramfs of the VMs that run inside the laptop.

# Large trees the guest kernel needs nothing of. Their Kconfig files must stay.
LAB_GUEST_EXCLUDE="
	*/Documentation/*.rst */Documentation/*.yaml */Documentation/*.txt
	*/tools/testing/* */tools/perf/* */samples/*.c
	*/drivers/gpu/*.[ch] */drivers/net/*/*.[ch] */drivers/media/*.[ch] */drivers/staging/*.[ch]
	*/drivers/scsi/*.[ch] */drivers/infiniband/*.[ch] */drivers/iio/*.[ch]
	*/sound/*.[ch] */fs/xfs/*.[ch] */fs/btrfs/*.[ch]
	*/arch/[!x]*/*.[chS] */arch/*/boot/dts/*"

# Builds the kernel of suite $2 into directory $1: vmlinux, which QEMU boots by
# itself, and bzImage, which UEFI firmware takes.
guest_kernel_build() {
	local out=$1 suite=$2 tree started
	[ ! -e "$out" ] || return 0
	started=$(now)
	tree=$(mktemp -d "$LAB_CACHE/guest-build.XXXXXX")
	source_unpack "$tree" "$suite" "$LAB_GUEST_EXCLUDE"
	say "building the small guest kernel (three to four minutes)"
	(
		cd "$tree"
		source_configure "$LAB_DIR/guest/config"
		nice make -s -j"$(nproc)" vmlinux bzImage
	) >"$LAB_CACHE/guest-build.log" 2>&1 ||
		die "the guest kernel does not build, see $LAB_CACHE/guest-build.log"
	rm -rf "$out.new"
	mkdir "$out.new"
	strip -o "$out.new/vmlinux" "$tree/vmlinux"
	cp "$tree/arch/x86/boot/bzImage" "$out.new/bzImage"
	mv "$out.new" "$out"
	rm -rf "$tree"
	say "the guest kernel is ready after $(since "$started") s"
}

guest_initramfs_build() {
	local out=$1 root
	[ ! -e "$out" ] || return 0
	root=$(mktemp -d "$LAB_CACHE/guest-initramfs.XXXXXX")
	mkdir "$root/dev" "$root/proc" "$root/sys"
	mknod -m 600 "$root/dev/console" c 5 1
	gcc -Wall -Wextra -Werror -Os -static -s -o "$root/init" "$LAB_DIR"/guest/*.c ||
		die "the guest's init does not build"
	(cd "$root" && find . | cpio -o -H newc --quiet) >"$out.new"
	mv "$out.new" "$out"
	rm -rf "$root"
}

# Prints the directory that has the guest's vmlinux, bzImage and initramfs. $1 is
# the kernel's name, stock when not said.
guest_dir() {
	local name=${1:-stock} suite kernel image dir=$LAB_CACHE/guest
	suite=$(kernel_suite "$name") || exit 1
	mkdir -p "$dir/$name"
	kernel=$dir/$suite-$(key_of <"$LAB_DIR/guest/config")
	image=$dir/initramfs-$(cat "$LAB_DIR"/guest/*.[ch] | key_of)
	[ -e "$kernel" ] || locked guest guest_kernel_build "$kernel" "$suite"
	[ -e "$image" ] || locked guest guest_initramfs_build "$image"
	ln -sfn "../${kernel##*/}/vmlinux" "$dir/$name/vmlinux"
	ln -sfn "../${kernel##*/}/bzImage" "$dir/$name/bzImage"
	ln -sfn "../${image##*/}" "$dir/$name/initramfs"
	echo "$dir/$name"
}
