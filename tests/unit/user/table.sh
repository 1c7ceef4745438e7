#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# gpupm acpi and gpupm qemu-args. GPUPM is the tool.

# shellcheck disable=SC2016 # the inner shells expand these

set -eu
. ../../lib/tap.sh

: "${GPUPM:=../../../user/gpupm}"
GPUPM=$(realpath "$GPUPM")
work=$(mktemp -d)
tap_cleanup() { rm -rf "$work"; }
gpupm() { "$GPUPM" "$@"; }

for command in acpi qemu-args; do
	like "$command --help says how to use it" "$(gpupm "$command" -h)" "^Usage: gpupm $command"
	fails "$command refuses unknown options" 2 "unknown option --frob" gpupm "$command" --frob
	fails "$command refuses what is too much" 2 "unexpected argument" \
		gpupm "$command" gpu gpu gpu gpu gpu gpu gpu gpu gpu
	fails "$command --json" 2 "no option --json" gpupm "$command" --json
	like "gpupm --help lists $command" "$(gpupm --help)" "^  $command "
done

# The tables are right when acpica executes them: ../table. Here: which one it is.
gpupm acpi >"$work/live"
is "a table" "$(head -c 4 "$work/live")" SSDT
ok "-o writes the same" gpupm acpi -o "$work/live.aml"
ok "really" cmp "$work/live" "$work/live.aml"
is "for everybody to read" "$(stat -c %a "$work/live.aml")" 644
is "and nothing beside it" "$(cd "$work" && echo live*)" "live live.aml"
for kind in ac battery; do
	ok "--static $kind" gpupm acpi --static "$kind" --output "$work/$kind.aml"
	fails "which is another" 1 differ cmp "$work/live.aml" "$work/$kind.aml"
done
fails "ac is not battery" 1 differ cmp "$work/ac.aml" "$work/battery.aml"
gpupm acpi --heartbeat 5 >"$work/5"
ok "--heartbeat 5 is as it was" cmp "$work/live" "$work/5"
# All bytes of a table add up to zero.
sum() { od -A n -v -t u1 -w1 "$1" | awk '{ sum += $1 } END { print sum % 256 }'; }
for seconds in 1 30 300; do
	gpupm acpi --heartbeat "$seconds" >"$work/other"
	fails "--heartbeat $seconds is another" 1 differ cmp "$work/live" "$work/other"
	is "with its checksum right" "$(sum "$work/other")" 0
done
for seconds in 0 301 -5 5s ''; do
	fails "--heartbeat '$seconds'" 2 "from 1 to 300" gpupm acpi --heartbeat "$seconds"
done
fails "--static of something else" 2 "ac or battery, not 'on'" gpupm acpi --static on
fails "--static without a value" 2 "--static needs a value" gpupm acpi --static
fails "a static table has no heartbeat" 2 "no heartbeat" gpupm acpi --static ac --heartbeat 5
fails "a terminal" 2 "a terminal shows no binary table" script -qec "$GPUPM acpi" /dev/null
fails "no such directory" 1 "could not write $work/none/x: No such file" \
	gpupm acpi -o "$work/none/x"
fails "a full disk" 1 "could not write /dev/full: No space left" gpupm acpi -o /dev/full
is "a pipe stays a pipe" "$(gpupm acpi -o /dev/stdout | wc -c)" "$(wc -c <"$work/live")"
fails "a full disk as standard output" 1 "No space left" sh -c '"$0" acpi >/dev/full' "$GPUPM"

# A program that takes for arguments what is in its file "takes".
qemu() {
	cat >"$work/$1" <<-'END'
		#!/bin/sh
		echo "$*" >>"$0.asked"
		case "$*" in
		*reconnect-ms=1000*) grep -q ms "$0.takes" ;;
		*reconnect=1*) grep -q seconds "$0.takes" ;;
		*isa-serial*) grep -q uart "$0.takes" ;;
		*) false ;;
		esac || { echo "$0: no $*" >&2; exit 1; }
		echo "QEMU emulator version 99"
	END
	chmod +x "$work/$1"
	shift
	echo "$*" >"$work/qemu.takes"
}
args() { gpupm qemu-args --qemu "$work/qemu" --table "$work/live.aml" "$@"; }
expect() {
	echo "-acpitable file=$work/live.aml -chardev socket,id=gpupm,path=/run/gpupm/guest.sock,server=off,$1 -device isa-serial,chardev=gpupm,iobase=0x5e8,irq=5,index=3"
}
qemu qemu seconds uart
is "an old QEMU" "$(args)" "$(expect reconnect=1)"
qemu qemu ms uart
is "a new QEMU" "$(args)" "$(expect reconnect-ms=1000)"
qemu qemu ms seconds uart
is "one that takes both" "$(args)" "$(expect reconnect-ms=1000)"
qemu qemu uart
fails "one that cannot connect again" 1 "is not a QEMU of 4.0 or later" args
qemu qemu ms
fails "one that is no PC" 1 "no isa-serial" args
like "another socket" "$(qemu qemu ms uart; args --socket /tmp/x)" "path=/tmp/x,server"
like "a comma is doubled" "$(args --socket /tmp/a,b)" "path=/tmp/a,,b,server"
fails "a path that is not whole" 2 "has to be a whole path" args --socket x
fails "a path that a shell would cut" 1 "has a ' ' in its path" args --socket "/tmp/a b"
fails "no such table" 1 "no table $work/none .*gpupm acpi -o" args --table "$work/none"
is "a table is named from /" "$(cd "$work" && args --table live.aml)" "$(args)"
fails "no such program" 1 "nothere cannot be used: there is no such program; name another" \
	gpupm qemu-args --qemu nothere --table "$work/live"
fails "not a program" 1 "Permission denied" gpupm qemu-args --qemu /etc/passwd --table "$work/live"
fails "not a QEMU" 1 "is not a QEMU" gpupm qemu-args --qemu true --table "$work/live"
printf '#!/bin/sh\nexec yes\n' >"$work/talks"
chmod +x "$work/talks"
fails "not a QEMU, and without end" 1 "Message too long" \
	gpupm qemu-args --qemu "$work/talks" --table "$work/live"
fails "no table anywhere" 1 "start gpupmd.*or write a table" \
	unshare -m sh -c 'mount -t tmpfs none /var/lib; exec "$0" qemu-args' "$GPUPM"

# Installed, it finds the table beside it.
mkdir -p "$work/prefix/bin" "$work/prefix/share/gpupm"
cp "$GPUPM" "$work/prefix/bin"
cp "$work/live.aml" "$work/prefix/share/gpupm"
like "the installed table" "$(unshare -m sh -c 'mount -t tmpfs none /var/lib; exec "$0"/prefix/bin/gpupm qemu-args --qemu "$0/qemu"' "$work")" \
	"^-acpitable file=$work/prefix/share/gpupm/live.aml "

xml() { gpupm qemu-args --libvirt --table "$work/live.aml" "$@"; }
value() { xml --socket "/tmp/<&'x'>" | python3 -c '
import sys, xml.etree.ElementTree as tree
print(tree.parse(sys.stdin).getroot().find(sys.argv[1]).get(sys.argv[2]))' "$@"; }
is "XML: the socket" "$(value devices/serial/source path)" "/tmp/<&'x'>"
is "XML: QEMU connects" "$(value devices/serial/source mode)" connect
is "XML: and again" "$(value devices/serial/source/reconnect enabled)" yes
is "XML: the UART" "$(value devices/serial/address iobase)" 0x5e8
is "XML: its interrupt" "$(value devices/serial/address irq)" 0x5
is "XML: its number" "$(value devices/serial/target port)" 3
is "XML: the table" \
	"$(value '{http://libvirt.org/schemas/domain/qemu/1.0}commandline/*[2]' value)" \
	"file=$work/live.aml"
fails "libvirt knows its QEMU" 2 "no --qemu with --libvirt" args --libvirt

# Whatever QEMU this machine has is asked for real.

# ---- features ----------------------------------------------------------------------

fails "a feature that is none" 2 "no feature 'powr'; did you mean power" args powr
fails "libvirt has a verb for that" 2 "with 'gpupm vm enable'" gpupm qemu-args --libvirt gpu
fails "the ROM alone" 2 "name gpu as well" args rom
fails "a ROM for nothing" 2 "rom is for the feature rom" args --rom "$work/live.aml"
fails "a ROM that is not there" 1 "there is no ROM $work/none: No such file" args gpu rom --rom "$work/none"
fails "a varstore that is not there" 1 "there is no varstore $work/none" args firmware --varstore "$work/none"
fails "pinning is not QEMU's" 1 "vcpu-affinity in a profile" args pinning
fails "the agent's socket from anywhere" 2 "has to be a whole path" args agent --agent x
is "one argument a line" "$(args agent --lines | head -n 2)" "-device
virtio-serial-pci,id=gpupm-serial"
is "the same on one line" "$(args agent)" "$(args agent --lines | tr '\n' ' ' | sed 's/ $//')"
is "in an order of their own" "$(args agent power)" "$(args power agent)"

if command -v qemu-system-x86_64 >/dev/null; then
	vars=/usr/share/OVMF/OVMF_VARS_4M.fd
	features='power mmio64 disguise agent'
	# A machine without a GPU, as those are that build, has none to make room for.
	gpupm qemu-args mmio64 >/dev/null 2>&1 || features='power disguise agent'
	if [ -e "$vars" ]; then
		cp "$vars" "$work/vars"
		features="$features firmware"
	else
		pass "a real QEMU takes the arguments for its firmware # SKIP there is no $vars"
		vars=
	fi
	# shellcheck disable=SC2086 # words
	gpupm qemu-args $features --lines --table "$work/live.aml" --socket "$work/none.sock" \
		--agent "$work/agent.sock" ${vars:+--varstore "$work/vars"} >"$work/lines"
	ok "a real QEMU takes the arguments of features" \
		timeout 60 sh -c 'echo quit | xargs -d "\n" -a "$1" qemu-system-x86_64 -machine q35 -S -nodefaults -display none -monitor stdio' \
		sh "$work/lines"
	# shellcheck disable=SC2046 # arguments
	ok "a real QEMU takes the arguments, and starts without a daemon" \
		timeout 60 sh -c 'echo quit | qemu-system-x86_64 -S -nodefaults -display none -monitor stdio "$@"' sh \
		$(gpupm qemu-args --table "$work/live.aml" --socket "$work/none.sock")
fi

done_testing
