# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The initramfs: busybox, the modules that reach the root, those a laptop set up
# for passthrough loads at boot, and `init`.

LAB_BOOT_MODULES="virtio_pci 9pnet_virtio 9p overlay virtio_console vfio_iommu_type1 vfio-pci"

# The module files of kernel $2 in directory $1, in the order to load them.
initramfs_modules() {
	local module
	for module in $LAB_BOOT_MODULES; do
		modprobe -d "$1" -S "$2" --show-depends "$module" || return 1
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++'
}

# Copies a module uncompressed: busybox loads only those.
initramfs_copy_module() {
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.zst) zstd -dc "$1" ;;
	*.gz) gzip -dc "$1" ;;
	*) cat "$1" ;;
	esac
}

initramfs_build() {
	local kernel=$1 release=$2 out=$3 root module name
	root=$(mktemp -d "$LAB_CACHE/initramfs.XXXXXX")
	mkdir -p "$root/bin" "$root/lib" "$root/dev" "$root/proc" "$root/sys"
	cp "$(command -v busybox)" "$root/bin/busybox"
	for name in $(busybox --list | grep -vx busybox); do
		ln -sf busybox "$root/bin/$name"
	done
	cp "$LAB_DIR/init" "$root/init"
	initramfs_modules "$kernel" "$release" >"$root/paths" ||
		die "kernel $release lacks a module of: $LAB_BOOT_MODULES"
	while read -r module; do
		name=$(basename "$module")
		name=${name%%.ko*}.ko
		initramfs_copy_module "$module" >"$root/lib/$name"
		echo "/lib/$name" >>"$root/modules.list"
	done <"$root/paths"
	touch "$root/modules.list"
	(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$out.new"
	mv "$out.new" "$out"
	rm -rf "$root"
}

# Prints the initramfs for the kernel in directory $1, made if need be.
initramfs_for() {
	local kernel=$1 release key out
	release=$(kernel_release "$kernel")
	# The kernel itself, too: built anew, it has the same release, and does not take
	# the modules of before.
	key=$({
		cat "$LAB_DIR/init" "$LAB_DIR/lib/initramfs.sh" "$(command -v busybox)"
		cat "$kernel/vmlinuz" "$kernel/lib/modules/$release/modules.dep"
	} | key_of)
	out=$LAB_CACHE/initramfs/$release-$key.img
	mkdir -p "$LAB_CACHE/initramfs"
	[ -e "$out" ] || locked initramfs initramfs_build "$kernel" "$release" "$out"
	echo "$out"
}
