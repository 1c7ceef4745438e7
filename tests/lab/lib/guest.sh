# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The small kernel and initramfs of the VMs that run inside the laptop.

# Large trees the guest kernel needs nothing of. Their Kconfig files must stay.
LAB_GUEST_EXCLUDE="
	*/Documentation/*.rst */Documentation/*.yaml */Documentation/*.txt
	*/tools/testing/* */tools/perf/* */samples/*.c
	*/drivers/gpu/*.[ch] */drivers/net/*.[ch] */drivers/media/*.[ch] */drivers/staging/*.[ch]
	*/drivers/scsi/*.[ch] */drivers/infiniband/*.[ch] */drivers/iio/*.[ch]
	*/sound/*.[ch] */fs/xfs/*.[ch] */fs/btrfs/*.[ch]
	*/arch/[!x]*/*.[chS] */arch/*/boot/dts/*"

# Downloads the source of this Debian's kernel and unpacks it into $1.
guest_source() {
	local to=$1 suite package debs pattern exclude=()
	suite=$(release)
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

guest_kernel_build() {
	local out=$1 tree started
	[ ! -e "$out" ] || return 0
	started=$(now)
	tree=$(mktemp -d "$LAB_CACHE/guest-build.XXXXXX")
	guest_source "$tree"
	say "building the small guest kernel (two to three minutes)"
	(
		cd "$tree"
		make -s tinyconfig
		./scripts/kconfig/merge_config.sh -m .config "$LAB_DIR/guest/config"
		make -s olddefconfig
		guest_config_kept .config
		nice make -s -j"$(nproc)" vmlinux
	) >"$LAB_CACHE/guest-build.log" 2>&1 ||
		die "the guest kernel does not build, see $LAB_CACHE/guest-build.log"
	strip -o "$out.new" "$tree/vmlinux"
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
	gcc -Wall -Wextra -Werror -Os -static -s -o "$root/init" "$LAB_DIR/guest/init.c" ||
		die "the guest's init does not build"
	(cd "$root" && find . | cpio -o -H newc --quiet) >"$out.new"
	mv "$out.new" "$out"
	rm -rf "$root"
}

# Prints the directory that has the guest's vmlinux and initramfs.
guest_dir() {
	local kernel image dir
	mkdir -p "$LAB_CACHE/guest"
	kernel=$LAB_CACHE/guest/vmlinux-$(release)-$(key_of <"$LAB_DIR/guest/config")
	image=$LAB_CACHE/guest/initramfs-$(key_of <"$LAB_DIR/guest/init.c")
	[ -e "$kernel" ] || locked guest guest_kernel_build "$kernel"
	[ -e "$image" ] || locked guest guest_initramfs_build "$image"
	dir=$LAB_CACHE/guest
	ln -sfn "$(basename "$kernel")" "$dir/vmlinux"
	ln -sfn "$(basename "$image")" "$dir/initramfs"
	echo "$dir"
}
