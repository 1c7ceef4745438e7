# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Kernels made from Debian's sources: of which version, where from, with what.

# The package with the newest kernel source of suite $1.
source_package() {
	local package
	package=$(private_apt apt-cache "$1" --no-all-versions show linux-source |
		sed -n 's/^Depends: *\(linux-source-[0-9.]*\).*/\1/p' | head -n 1)
	[ -n "$package" ] || die "$1 has no linux-source"
	echo "$package"
}

# The version of package $2 in suite $1.
source_version() {
	private_apt apt-cache "$1" --no-all-versions show "$2" |
		sed -n 's/^Version: //p' | head -n 1
}

# Downloads the source of the kernel of suite $2 and unpacks it into $1, without
# what the patterns in $3 name. Kconfig files must stay.
source_unpack() {
	local to=$1 suite=$2 package debs pattern patterns exclude=()
	read -r -d '' -a patterns <<<"$3" || true
	for pattern in "${patterns[@]}"; do
		exclude+=(--exclude "$pattern")
	done
	private_apt_update "$suite"
	package=$(source_package "$suite") || exit 1
	say "fetching $package (about 140 MB)"
	debs=$(mktemp -d "$LAB_CACHE/debs.XXXXXX")
	(cd "$debs" && private_apt apt-get "$suite" download "$package") \
		>"$LAB_CACHE/download.log" 2>&1 ||
		die "could not download $package, see $LAB_CACHE/download.log"
	say "unpacking $package"
	dpkg-deb --fsys-tarfile "$debs"/*.deb |
		tar -xO "./usr/src/$package.tar.xz" |
		tar -xJ -C "$to" --strip-components=1 --wildcards "${exclude[@]}" ||
		die "could not unpack $package from $debs"
	rm -rf "$debs"
}

# Configures the source in this directory: tinyconfig, and what these files say.
source_configure() {
	local file
	make -s tinyconfig
	./scripts/kconfig/merge_config.sh -m .config "$@"
	make -s olddefconfig
	for file; do
		source_configured "$file" .config
	done
}

# olddefconfig drops in silence what it cannot set.
source_configured() {
	local line
	while read -r line; do
		case $line in
		CONFIG_*=[ym]) grep -qx "$line" "$2" || die "this kernel cannot have $line" ;;
		esac
	done <"$1"
}
