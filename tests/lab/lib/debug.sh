# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The debug kernel: Debian's source, small, with every detector the kernel has. It
# is a kernel directory as in kernel.sh, and lib/modules/RELEASE/build in it is
# what modules are built against.

# Large trees that it needs nothing of.
LAB_DEBUG_EXCLUDE="
	*/Documentation/*.rst */Documentation/*.yaml */Documentation/*.txt
	*/tools/testing/* */tools/perf/* */samples/*.c
	*/drivers/gpu/*.[ch] */drivers/net/*/*.[ch] */drivers/media/*.[ch] */drivers/staging/*.[ch]
	*/drivers/scsi/*.[ch] */drivers/infiniband/*.[ch] */drivers/iio/*.[ch]
	*/sound/soc/*.[ch] */fs/xfs/*.[ch] */fs/btrfs/*.[ch]
	*/arch/[!x]*/*.[chS] */arch/*/boot/dts/*"

# How many files are compiled, to tell how far it is.
LAB_DEBUG_FILES=1350

debug_progress() {
	awk -v all="$LAB_DEBUG_FILES" '
		/^  (CC|AS)/ && ++n % 100 == 0 {
			printf "lab: %d files of about %d compiled\n", n, all >"/dev/stderr"
		}
		{ print; fflush() }'
}

# Puts into $2 what building a module against the kernel in $1 takes.
debug_headers() {
	local tree=$1 to=$2
	mkdir -p "$to"
	(cd "$tree" && tar -c --exclude='*.o' --exclude='*.a' --exclude='.*.cmd' --exclude='*/boot/*' \
		--exclude='arch/x86/*.[cS]' \
		.config Makefile Kbuild Module.symvers include arch/x86 scripts tools/objtool/objtool) |
		tar -x -C "$to"
}

debug_install() {
	local tree=$1 to=$2 release
	release=$(make -s -C "$tree" kernelrelease)
	mkdir -p "$to"
	# Not vmlinux: where QEMU would enter that, KASAN has no shadow yet.
	cp "$tree/arch/x86/boot/bzImage" "$to/vmlinuz"
	make -s -C "$tree" INSTALL_MOD_PATH="$to" DEPMOD=true modules_install
	rm -f "$to/lib/modules/$release/build" "$to/lib/modules/$release/source"
	debug_headers "$tree" "$to/lib/modules/$release/build"
	depmod -b "$to" "$release"
	cp "$tree/.config" "$to/config"
	echo "$release" >"$to/release"
}

# Sets CONFIGS: what the debug kernel of version $1 is made to be. Not every
# version has every detector.
debug_configs() {
	CONFIGS=("$LAB_DIR/kernel/config")
	[ ! -e "$LAB_DIR/kernel/config-$1" ] || CONFIGS+=("$LAB_DIR/kernel/config-$1")
}

# Builds the debug kernel of suite $2 into $1, after CONFIGS.
debug_build() {
	local out=$1 suite=$2 tree started log=$LAB_CACHE/debug-build.log
	started=$(now)
	tree=$(mktemp -d "$LAB_CACHE/debug-build.XXXXXX")
	source_unpack "$tree" "$suite" "$LAB_DEBUG_EXCLUDE"
	say "building the debug kernel of $suite (five to ten minutes)"
	{
		(cd "$tree" && source_configure "${CONFIGS[@]}") >"$log" 2>&1 &&
			nice make -C "$tree" -j"$(nproc)" bzImage modules 2>&1 | debug_progress >>"$log" &&
			[ "${PIPESTATUS[0]}" = 0 ] &&
			debug_install "$tree" "$out.new" >>"$log" 2>&1
	} || die "the debug kernel does not build, see $log"
	mv "$out.new" "$out"
	rm -rf "$tree"
	say "the debug kernel is ready after $(since "$started") s"
}

# Prints the directory of the kernel called debug-$1, built if need be.
debug_fetch() {
	local name=debug-$1 suite key version dir=$LAB_CACHE/kernels/debug-$1
	suite=$(kernel_suite "$1") || exit 1
	debug_configs "$1"
	key=$(cat "${CONFIGS[@]}" "$LAB_DIR/lib/debug.sh" | key_of)
	if private_apt_fresh "$suite" && [ -e "$dir/release" ] &&
		[[ $(readlink "$dir") = *-$key ]]; then
		realpath "$dir"
		return
	fi
	private_apt_update "$suite"
	version=$(source_version "$suite" "$(source_package "$suite")")
	dir=$LAB_CACHE/kernels/debug-$version-$key
	[ -e "$dir/release" ] || debug_build "$dir" "$suite" || exit 1
	ln -sfn "${dir##*/}" "$LAB_CACHE/kernels/$name"
	echo "$dir"
}
