# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The GPU's option ROM, in its BAR or in the ACPI table VFCT.

# Prints an image of $1 units of 512 bytes, for $2 (0 legacy, 3 UEFI) and the device
# $3:$4 (numbers); $5 is 128 for the last.
rom_image() {
	local size=$(($1 * 512)) sum=0 i bytes=() text
	for ((i = 0; i < size; i++)); do
		bytes[i]=$((i < 92 ? 0 : i * 7 + $2 & 255))
	done
	bytes[0]=85 bytes[1]=170 bytes[2]=$1 bytes[24]=64
	# A BIOS calls the legacy one: it returns.
	[ "$2" != 0 ] || bytes[3]=203
	# An image for UEFI says so, and where its program is.
	[ "$2" != 3 ] || bytes[4]=241 bytes[5]=14 bytes[22]=96 bytes[96]=77 bytes[97]=90
	bytes[64]=80 bytes[65]=67 bytes[66]=73 bytes[67]=82
	bytes[68]=$(($3 & 255)) bytes[69]=$(($3 >> 8)) bytes[70]=$(($4 & 255)) bytes[71]=$(($4 >> 8))
	bytes[74]=28 bytes[76]=3 bytes[79]=3 bytes[80]=$1 bytes[84]=$2 bytes[85]=$5
	for ((i = 0; i < size; i++)); do
		sum=$((sum + bytes[i]))
	done
	bytes[size - 1]=$((bytes[size - 1] - sum & 255))
	printf -v text '\\x%02x' "${bytes[@]}"
	printf '%b' "$text"
}

# The ROM of virtio-vga, into file $1.
rom_make() {
	rom_image 3 0 0x1af4 0x1050 0 >"$1"
	rom_image 2 3 0x1af4 0x1050 128 >>"$1"
}

# Prints $1 as four bytes.
rom_u32() {
	# shellcheck disable=SC2059 # it makes the format
	printf "$(printf '\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24)))"
}

# What follows the header of a VFCT: ROM $1 twice, for another device and for the GPU,
# which is function 0 on bus 1.
rom_vfct() {
	local zeros='\0\0\0\0' size device
	size=$(stat -c %s "$1")
	printf '%b' "$zeros$zeros$zeros$zeros"
	rom_u32 76
	printf '%b' "$zeros$zeros$zeros$zeros$zeros"
	for device in 0x99991af4 0x10501af4; do
		rom_u32 1
		printf '%b' "$zeros$zeros"
		rom_u32 "$device"
		printf '%b' "$zeros$zeros"
		rom_u32 "$size"
		cat "$1"
	done
}
