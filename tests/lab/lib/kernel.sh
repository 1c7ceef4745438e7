# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Debian kernels to boot, unpacked in the cache and never installed on the host.
#
# A cached kernel is a directory with `vmlinuz`, `vmlinux` (the same, not
# compressed), `release` (its uname -r) and lib/modules/<release>, named after the
# package version it came from.

LAB_MIRROR=${GPUPM_MIRROR:-http://deb.debian.org/debian}
LAB_SECURITY_MIRROR=${GPUPM_SECURITY_MIRROR:-http://deb.debian.org/debian-security}

# Which suite of Debian carries the kernel called $1.
kernel_suite() {
	case $1 in
	stock) release ;;
	6.1) echo bookworm ;;
	6.12) echo bookworm-backports ;;
	7.3) echo trixie-backports ;;
	debug-*) kernel_suite "${1#debug-}" ;;
	*) die "no kernel called '$1': choose stock, 6.1, 6.12, 7.3, debug-6.1 or debug-6.12, or give a directory" ;;
	esac
}

# apt with its own lists and cache, so that the host's stay as they are. The
# host's apt.conf is still read: it may know a proxy.
private_apt() {
	local command=$1 suite=$2 dir=$LAB_CACHE/apt/$2
	shift 2
	"$command" -q \
		-o Dir::Etc::sourcelist="$dir/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences=/dev/null \
		-o Dir::Etc::preferencesparts=/dev/null \
		-o Dir::State="$dir/state" \
		-o Dir::State::status="$dir/status" \
		-o Dir::Cache="$dir/cache" \
		-o APT::Architecture=amd64 \
		-o APT::Architectures=amd64 \
		-o APT::Sandbox::User=root \
		-o Acquire::Languages=none \
		-o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false \
		"$@"
}

private_apt_sources() {
	local suite=$1 signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
	printf 'deb %s %s %s main\n' "$signed" "$LAB_MIRROR" "$suite"
	case $suite in
	*-backports | sid | testing | unstable) ;;
	*)
		printf 'deb %s %s %s-updates main\n' "$signed" "$LAB_MIRROR" "$suite"
		printf 'deb %s %s %s-security main\n' "$signed" "$LAB_SECURITY_MIRROR" "$suite"
		;;
	esac
}

# Whether the package lists of suite $1 were fetched within a day. Until then a
# cached kernel is taken as it is, and needs no network.
private_apt_fresh() {
	[ -n "$(find "$LAB_CACHE/apt/$1/updated" -mtime -1 2>/dev/null)" ]
}

private_apt_update() {
	local suite=$1 dir=$LAB_CACHE/apt/$1
	mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial"
	: >"$dir/status"
	private_apt_sources "$suite" >"$dir/sources.list.new"
	if cmp -s "$dir/sources.list.new" "$dir/sources.list" && private_apt_fresh "$suite"; then
		return
	fi
	mv "$dir/sources.list.new" "$dir/sources.list"
	say "fetching the package lists of $suite"
	private_apt apt-get "$suite" update >"$dir/update.log" 2>&1 ||
		die "apt could not fetch the package lists of $suite, see $dir/update.log"
	touch "$dir/updated"
}

# The kernel package and the packages of the same version it is split into.
kernel_packages() {
	local suite=$1 package=$2
	echo "$package"
	private_apt apt-cache "$suite" --no-all-versions show "$package" |
		sed -n 's/^Depends: //p' | tr ',|' '\n' |
		grep -oE 'linux-(image|binary|modules|base)-[0-9][^ ]*' |
		while read -r part; do
			kernel_packages "$suite" "$part"
		done
}

# A number of $3 bytes, lowest first, at offset $2 of file $1.
number_at() {
	od -An -v -tu"$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# Takes the ELF kernel $2 out of the compressed image $1. The laptop boots it
# directly (PVH): an emulated processor needs four seconds to decompress it.
kernel_decompress() {
	local image=$1 out=$2 sectors offset size start
	sectors=$(number_at "$image" $((0x1f1)) 1)
	offset=$(number_at "$image" $((0x248)) 4)
	size=$(number_at "$image" $((0x24c)) 4)
	start=$(((sectors + 1) * 512 + offset))
	# The last four bytes are the size after decompression.
	tail -c +$((start + 1)) "$image" | head -c $((size - 4)) >"$out.packed"
	case $(od -An -tx1 -N 4 "$out.packed" | tr -d ' ') in
	fd377a58) xz -dc <"$out.packed" >"$out" ;;
	28b52ffd) zstd -qdc <"$out.packed" >"$out" ;;
	*) die "$image is packed in a way that is not known here" ;;
	esac
	rm "$out.packed"
}

# Unpacks the debs in $1 into a kernel directory $2.
kernel_unpack() {
	local debs=$1 to=$2 deb root release
	root=$(mktemp -d "$LAB_CACHE/unpack.XXXXXX")
	for deb in "$debs"/*.deb; do
		dpkg-deb -x "$deb" "$root" || return 1
	done
	mkdir -p "$root/kernel/lib/modules"
	release=$(basename "$(find "$root/lib/modules" "$root/usr/lib/modules" \
		-mindepth 1 -maxdepth 1 -type d 2>/dev/null | head -n 1)")
	[ -n "$release" ] || die "the kernel packages in $debs hold no modules"
	cp -al "$(find "$root" -path "*/lib/modules/$release" -prune -print | head -n 1)" \
		"$root/kernel/lib/modules/" || return 1
	cp -aL "$(find "$root/boot" "$root/usr/lib/modules/$release" -name 'vmlinuz*' \
		2>/dev/null | head -n 1)" "$root/kernel/vmlinuz" || return 1
	kernel_decompress "$root/kernel/vmlinuz" "$root/kernel/vmlinux" || return 1
	echo "$release" >"$root/kernel/release"
	depmod -b "$root/kernel" "$release" || return 1
	rm -rf "$to"
	mkdir -p "$(dirname "$to")"
	mv "$root/kernel" "$to"
	rm -rf "$root"
}

kernel_fetch() {
	local name=$1 suite version top dir debs started
	suite=$(kernel_suite "$name") || exit 1
	dir=$LAB_CACHE/kernels/$name
	if [ -e "$dir/release" ] && private_apt_fresh "$suite"; then
		realpath "$dir"
		return
	fi
	private_apt_update "$suite"
	top=$(private_apt apt-cache "$suite" --no-all-versions show linux-image-amd64 |
		sed -n 's/^Depends: *.*\(linux-image-[0-9][^ ,]*\).*/\1/p' | head -n 1)
	[ -n "$top" ] || die "$suite has no linux-image-amd64"
	version=$(private_apt apt-cache "$suite" --no-all-versions show "$top" |
		sed -n 's/^Version: //p' | head -n 1)
	dir=$LAB_CACHE/kernels/$version
	if [ ! -e "$dir/release" ]; then
		started=$(now)
		say "fetching kernel $version from $suite (about 70 to 120 MB)"
		debs=$(mktemp -d "$LAB_CACHE/debs.XXXXXX")
		(
			cd "$debs" || exit 1
			# shellcheck disable=SC2046 # package names have no spaces
			private_apt apt-get "$suite" download $(kernel_packages "$suite" "$top" | sort -u)
		) >"$LAB_CACHE/download.log" 2>&1 ||
			die "could not download $top, see $LAB_CACHE/download.log"
		say "unpacking kernel $version"
		kernel_unpack "$debs" "$dir" || die "could not unpack $top from $debs"
		rm -rf "$debs"
		say "kernel $version is ready after $(since "$started") s"
	fi
	ln -sfn "$version" "$LAB_CACHE/kernels/$name"
	echo "$dir"
}

# Prints the directory of a kernel given by name or by directory.
kernel_dir() {
	local kernel=$1
	if [ -d "$kernel" ]; then
		[ -e "$kernel/vmlinuz" ] || [ -e "$kernel/vmlinux" ] || die "$kernel has no vmlinuz"
		[ -d "$kernel/lib/modules" ] || die "$kernel has no lib/modules"
		realpath "$kernel"
		return
	fi
	case $kernel in
	debug-*) locked "$kernel" debug_fetch "${kernel#debug-}" ;;
	*) locked kernels kernel_fetch "$kernel" ;;
	esac
}

# The uname -r of the kernel in directory $1.
kernel_release() {
	if [ -e "$1/release" ]; then
		cat "$1/release"
	else
		basename "$(find "$1/lib/modules" -mindepth 1 -maxdepth 1 -type d | head -n 1)"
	fi
}

# The file to boot of the kernel in directory $1.
kernel_image() {
	if [ -e "$1/vmlinux" ]; then
		echo "$1/vmlinux"
	else
		echo "$1/vmlinuz"
	fi
}
