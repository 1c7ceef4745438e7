# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2054,SC2153 # shared with other files; QEMU's commas
# What the laptop is made of: variants in, QEMU arguments out.

# Slot of GPU N's root port. The slot after it holds the port's shadow, see
# acpi/port.asl.
hardware_port_slot() {
	echo $((8 + 2 * $1))
}

# Where QEMU's root ports keep Slot Control: their PCI Express capability is at
# 0x54 and the register 0x18 further.
LAB_SLOT_CONTROL=0x6c

LAB_VARIANTS="two-gpus switch shared-switch no-power-resource lone-function usb-function hotplug rom firmware-rom host-display"

hardware_has() {
	case ",$LAB_VARIANT," in
	*",$1,"*) return 0 ;;
	*) return 1 ;;
	esac
}

hardware_check_variants() {
	local variant
	for variant in ${LAB_VARIANT//,/ }; do
		case " $LAB_VARIANTS " in
		*" $variant "*) ;;
		*) die "no variant called '$variant': choose from $LAB_VARIANTS" ;;
		esac
	done
}

hardware_gpu_count() {
	if hardware_has two-gpus || hardware_has shared-switch; then
		echo 2
	else
		echo 1
	fi
}

# The functions of GPU $1 on bus $2. The second GPU is not a VGA one, as in laptops.
# QEMU takes no GPU out of its slot, so one that can be unplugged is another device
# that says it is a display.
hardware_functions() {
	local gpu=$1 bus=$2 multi=on display=virtio-vga rom=
	hardware_has lone-function && multi=off
	[ "$gpu" = 0 ] || display=virtio-gpu-pci
	# Of the one firmware boots with, the kernel shows what firmware has copied.
	! hardware_has rom && ! hardware_has firmware-rom || display=virtio-gpu-pci
	! hardware_has hotplug || display=virtio-serial-pci,class=0x0380
	! hardware_has rom || [ "$gpu" != 0 ] || rom=$RUN/gpu.rom
	ARGS+=(-device "$display,id=gpu$gpu,bus=$bus,addr=0.0,multifunction=$multi,romfile=$rom")
	[ "$multi" = on ] || return 0
	ARGS+=(-device "ich9-intel-hda,id=gpu$gpu-audio,bus=$bus,addr=0.1"
		-device "hda-output,bus=gpu$gpu-audio.0,audiodev=silence")
	if hardware_has usb-function; then
		ARGS+=(-device "qemu-xhci,id=gpu$gpu-usb,bus=$bus,addr=0.2")
	fi
}

# Root port $1 in its slot with its shadow after it. The shadow must come later
# than the port: QEMU asks the newest bridge first. A port of 2.5 GT/s does not say
# whether its link is up, which lets newer kernels give up on a GPU that stays
# silent after one second instead of sixty.
hardware_root_port() {
	local gpu=$1 slot shadow
	slot=$(hardware_port_slot "$gpu")
	shadow=$((slot + 1))
	ARGS+=(-device "pcie-root-port,id=port$gpu,bus=pcie.0,addr=$(printf '%x' "$slot").0,chassis=$slot,slot=$slot,hotplug=$HOTPLUG,x-speed=2_5"
		-device "pcie-root-port,id=shadow$gpu,bus=pcie.0,addr=$(printf '%x' "$shadow").0,chassis=$shadow,slot=$shadow,hotplug=off")
}

hardware_gpus() {
	local gpu count
	count=$(hardware_gpu_count)
	HOTPLUG=off
	hardware_has hotplug && HOTPLUG=on

	if hardware_has shared-switch || hardware_has switch; then
		hardware_root_port 0
		ARGS+=(-device "x3130-upstream,id=upstream,bus=port0,addr=0.0")
		for ((gpu = 0; gpu < count; gpu++)); do
			ARGS+=(-device "xio3130-downstream,id=downstream$gpu,bus=upstream,addr=$gpu.0,chassis=$((20 + gpu)),slot=$((20 + gpu)),hotplug=$HOTPLUG")
			hardware_functions "$gpu" "downstream$gpu"
		done
	else
		for ((gpu = 0; gpu < count; gpu++)); do
			hardware_root_port "$gpu"
			hardware_functions "$gpu" "port$gpu"
		done
	fi
}

# The ROM, which scripts find in /lab/gpu.rom.
hardware_rom() {
	if hardware_has rom || hardware_has firmware-rom; then
		rom_make "$RUN/gpu.rom"
	fi
	if hardware_has firmware-rom; then
		od -A n -v -t x1 "$RUN/gpu.rom" | sed 's/ \(..\)/0x\1,/g; $s/,$//' >"$RUN/gpu.rom.inc"
		rom_vfct "$RUN/gpu.rom" >"$RUN/vfct"
		ARGS+=(-acpitable "sig=VFCT,rev=1,oem_id=GPUPM,data=$RUN/vfct")
	fi
}

hardware_tables() {
	local gpu ports=1 define=()
	hardware_has two-gpus && ports=2
	hardware_has no-power-resource && define+=(-DNO_POWER_RESOURCE)
	hardware_has switch || hardware_has shared-switch || define+=(-DGPU_BELOW)
	qemu_declares_ports && define+=(-DDECLARED)
	for ((gpu = 0; gpu < ports; gpu++)); do
		[ "$gpu" = 0 ] || ! hardware_has firmware-rom || define+=("-DROM=\"$RUN/gpu.rom.inc\"")
		acpi_port_table "$gpu" "$RUN/port$gpu.aml" "$(hardware_port_slot "$gpu")" "${define[@]}"
		ARGS+=(-acpitable "file=$RUN/port$gpu.aml")
	done
}

# The laptop's AC adapter and battery: the project's own power table, which tells
# of AC and a full battery until the first report. Reports are made in the laptop,
# by lab-power, and reach the serial line's socket through a virtio port.
hardware_power() {
	acpi_power_table "$RUN/power.aml"
	ARGS+=(-acpitable "file=$RUN/power.aml"
		-chardev "socket,id=supply,path=$RUN/supply,server=on,wait=off"
		-device isa-serial,chardev=supply,iobase=0x5e8,irq=5,index=3)
}

# Fills ARGS with everything but kernel and root.
hardware_args() {
	local processors=(-accel "tcg,thread=multi" -smp "$LAB_CPUS")
	[ -z "$LAB_ICOUNT" ] || processors=(-accel "tcg,thread=single" -smp 1 -icount "shift=0")
	hardware_check_variants
	ARGS=(
		# Laptops have no five-level page tables, which cost time to emulate.
		-machine q35 -cpu max,-la57 -m "$LAB_MEM"
		"${processors[@]}"
		-nodefaults -display none -no-reboot
		-name gpupm-lab
		# Linux lets bridges sleep on machines from 2015 on.
		-smbios "type=0,vendor=gpupm,version=lab,date=06/01/2024"
		-smbios "type=1,manufacturer=gpupm,product=Emulated laptop"
		-device intel-iommu,intremap=on
		# The ports are described by the lab's own tables.
		-global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off
		-audiodev none,id=silence
		-chardev "file,id=power,path=$RUN/power.log,append=on"
		-device isa-debugcon,iobase=0xe9,chardev=power
		-qmp "unix:$RUN/qmp,server=on,wait=off"
		-qtest "unix:$RUN/qtest,server=on,wait=off" -qtest-log /dev/null
	)
	! hardware_has host-display || ARGS+=(-device "VGA,bus=pcie.0,addr=2.0,romfile=")
	hardware_rom
	hardware_gpus
	hardware_tables
	hardware_power
}
