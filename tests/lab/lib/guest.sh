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

# Downloads the source of the kernel of suite $2 and unpacks it into $1.
guest_source() {
	local to=$1 suite=$2 package debs pattern exclude=()
	private_apt_update "$suite"
	package=$(private_apt apt-cache "$suite" --no-all-versions show linux-source |
		sed -n 's/^Depends: *\(linux-source-[0-9.]*\).*/\1/p' | head -n 1)
	[ -n "$package" ] || die "$suite has no linux-source"
	say "fetching $package (about 140 MB)"
	debs=$(mktemp -d "$LAB_CACHE/debs.XXXXXX")
	(cd "$debs" && private_apt apt-get "$suite" download "$package") \
		>"$LAB_CACHE/download.log" 2>&1 ||
		die "could not download $package, see $LAB_CACHE/download.log"
	say "unpacking $package"
	for pattern in $LAB_GUEST_EXCLUDE; do
		exclude+=(--exclude "$pattern")
	done
	dpkg-deb --fsys-tarfile "$debs"/*.deb |
		tar -xO "./usr/src/$package.tar.xz" |
		tar -xJ -C "$to" --strip-components=1 --wildcards "${exclude[@]}"
	rm -rf "$debs"
}

# Builds the kernel of suite $2 into directory $1: vmlinux, which QEMU boots by
# itself, and bzImage, which UEFI firmware takes.
guest_kernel_build() {
	local out=$1 suite=$2 tree started
	[ ! -e "$out" ] || return 0
	started=$(now)
	tree=$(mktemp -d "$LAB_CACHE/guest-build.XXXXXX")
	guest_source "$tree" "$suite"
	say "building the small guest kernel (three to four minutes)"
	(
		cd "$tree"
		make -s tinyconfig
		./scripts/kconfig/merge_config.sh -m .config "$LAB_DIR/guest/config"
		make -s olddefconfig
		guest_config_kept .config
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

# olddefconfig drops in silence what it cannot set.
guest_config_kept() {
	local line
	while read -r line; do
		case $line in
		CONFIG_*=y) grep -qx "$line" "$1" || die "the guest kernel cannot have $line" ;;
		esac
	done <"$LAB_DIR/guest/config"
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
