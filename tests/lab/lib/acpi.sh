# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The ACPI tables of each GPU's root port, and of AC and battery.

# Compiles acpi/port.asl for GPU $1 into file $2. The root port sits in slot $3,
# its shadow in the slot after it; the other arguments are further definitions.
acpi_port_table() {
	local gpu=$1 out=$2 slot=$3 shadow=$(($3 + 1)) log=$2.iasl
	shift 3
	cpp -P -undef -nostdinc \
		-DLABEL="\"GPU$gpu\"" -DINDEX="$gpu" \
		-DPORT="$(printf 'S%02X' $((slot * 8)))" \
		-DPORT_ADDRESS="$(printf '0x%04X0000' "$slot")" \
		-DSHADOW="$(printf 'S%02X' $((shadow * 8)))" \
		-DSHADOW_ADDRESS="$(printf '0x%04X0000' "$shadow")" \
		-DSLOT_CONTROL="$LAB_SLOT_CONTROL" \
		"$@" "$LAB_DIR/acpi/port.asl" "${out%.aml}.asl"
	iasl -we -p "${out%.aml}" "${out%.aml}.asl" >"$log" 2>&1 ||
		die "iasl refuses acpi/port.asl, see $log"
}

# Compiles the project's power table into file $1; the other arguments are
# definitions, see user/guest/power.asl.
acpi_power_table() {
	local out=$1 log=$1.iasl
	shift
	cpp -P -undef -nostdinc "$@" "$LAB_DIR/../../user/guest/power.asl" "${out%.aml}.asl"
	iasl -we -vw 2146 -p "${out%.aml}" "${out%.aml}.asl" >"$log" 2>&1 ||
		die "iasl refuses user/guest/power.asl, see $log"
}
