#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# long
# A guest-command through libvirt, to the real QEMU guest agent in a real guest: the
# laptop's own kernel with nothing but the agent. It also ends the guest.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/power-lib.sh
. "$(dirname "$0")/power-lib.sh"

PATIENCE=300
KERNELS=${GPUPM_CACHE:-/var/cache/gpupm}/kernels
GUEST=/run/lab/guest
CONSOLE=/run/lab/console

# The kernel that the laptop runs, as a file.
kernel_file()
{
	local kernel
	for kernel in "$KERNELS"/*; do
		[ "$(value "$kernel/release")" != "$(uname -r)" ] || break
	done
	echo "$kernel/vmlinuz"
}

# A program and what it is linked with, where they are.
with_libraries()
{
	echo "$1"
	ldd "$1" | grep -o '/[^ ]*'
}

make_initramfs()
{
	local file
	mkdir -p "$GUEST/root/bin" "$GUEST/root/modules"
	cp /bin/busybox "$GUEST/root/bin/"
	with_libraries "$(command -v qemu-ga)" | while read -r file; do
		install -D "$file" "$GUEST/root$file"
	done
	modprobe --show-depends virtio_pci >"$GUEST/modules"
	modprobe --show-depends virtio_console >>"$GUEST/modules"
	sed -n 's/^insmod \([^ ]*\).*/\1/p' "$GUEST/modules" | while read -r file; do
		cp "$file" "$GUEST/root/modules/"
		basename "$file"
	done >"$GUEST/root/modules/list"
	cat >"$GUEST/root/init" <<-'END'
		#!/bin/busybox sh
		/bin/busybox --install -s /bin
		export PATH=/bin
		mkdir -p /proc /sys /dev /run /var/run /tmp
		mount -t proc proc /proc
		mount -t sysfs sys /sys
		mount -t devtmpfs dev /dev
		while read -r module; do
			insmod "/modules/$module"
		done </modules/list 2>/dev/null
		until [ -e /dev/vport0p1 ] || [ -e /dev/vport1p1 ]; do
			sleep 1
		done
		# What the agent calls when it is told to shut down.
		mkdir -p /sbin
		printf '#!/bin/sh\necho "GUEST: shutdown $*" >/dev/console\npoweroff -f\n' >/sbin/shutdown
		chmod +x /sbin/shutdown
		echo "GUEST: the agent begins" >/dev/console
		exec /usr/sbin/qemu-ga -m virtio-serial -p /dev/vport[01]p1 -t /tmp
	END
	chmod +x "$GUEST/root/init"
	(cd "$GUEST/root" && find . | cpio --quiet -o -H newc >"$GUEST/initramfs")
	cp "$(kernel_file)" "$GUEST/vmlinuz"
}

define()
{
	cat >"$GUEST/talk.xml" <<-END
		<domain type='kvm'>
		<name>talk</name>
		<memory unit='MiB'>256</memory>
		<os>
		<type arch='x86_64' machine='pc'>hvm</type>
		<kernel>$GUEST/vmlinuz</kernel>
		<initrd>$GUEST/initramfs</initrd>
		<cmdline>console=ttyS0 quiet mitigations=off panic=-1</cmdline>
		</os>
		<features><acpi/></features>
		<cpu mode='host-passthrough'/>
		<devices>
		<emulator>/usr/bin/qemu-system-x86_64</emulator>
		<controller type='usb' model='none'/>
		<memballoon model='none'/>
		<serial type='file'><source path='$CONSOLE'/><target type='isa-serial' port='0'/></serial>
		<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
		</devices>
		</domain>
	END
	virsh --quiet define "$GUEST/talk.xml"
}

agent_answers()
{
	virsh --quiet qemu-agent-command talk '{"execute": "guest-ping"}' >/dev/null 2>&1
}

guest_said()
{
	grep -q "$1" "$CONSOLE"
}

power_supplies
rm -rf /var/lib/gpupm
make_initramfs
lab-libvirt start || diag "libvirtd does not run: $(cat /run/lab/libvirt/log)"
define
cat >"$CONFIG" <<-END
	[ac]
	guest-command = sh -c 'echo "GUEST: on AC" >/dev/console'
	[battery]
	guest-command = sh -c 'echo "GUEST: on battery" >/dev/console; echo "no such plan" >&2; exit 7'
END
daemon_ready
virsh --quiet start talk
soon "the daemon knows the VM" daemon_said "VM talk \(pid .*is there"
# The first command has its time, and a guest that boots may need more.
soon "the agent is there" agent_answers
lab-power battery 50
soon "on battery the guest runs its command" guest_said "GUEST: on battery"
soon "and the log says how that ended" \
	daemon_said "guest-command sh in VM talk .*: 'sh' exited with 7 in the guest: no such plan"
lab-power ac 51
soon "on AC it runs the other" guest_said "GUEST: on AC"
soon "which went well" daemon_said "guest-command sh in VM talk .*: done"

gpupm doctor talk --json >/run/lab/doctor || true
is "the doctor asks the agent, which answers" \
	"$(jq -r '.checks[] | select(.name == "agent") | "\(.result): \(.evidence)"' /run/lab/doctor)" \
	"ok: its guest agent answers"

# ---- libvirtd goes in the middle ------------------------------------------------

kill -KILL "$(cat /run/lab/libvirt/pid)"
lab-power battery 52
soon "without libvirtd: the log says so" \
	daemon_said "guest-command sh in VM talk .*: libvirt cannot reach the guest agent: .*"
rm -f /run/libvirt/libvirt-sock
lab-libvirt start
within "$PATIENCE" agent_answers
: >"$CONSOLE"
lab-power ac 53
soon "with a new one all is well again" guest_said "GUEST: on AC"

is "the daemon has nothing of libvirt in its memory" "$(grep -c libvirt "/proc/$DAEMON/maps")" 0

# ---- gpupm vm stop ----------------------------------------------------------------

gpupm vm stop talk --timeout 120 >/run/lab/said 2>&1 || diag "$(cat /run/lab/said)"
is "vm stop: the agent is asked" "$(sed -n 1p /run/lab/said)" "talk: asks its guest agent to shut down"
like "vm stop: the guest shuts down" "$(cat "$CONSOLE")" "GUEST: shutdown"
like "vm stop: it has ended" "$(tail -n 1 /run/lab/said)" "^talk: has ended, after "
is "vm stop: neither button nor force" "$(grep -c 'button\|force' /run/lab/said)" 0
lab-libvirt stop
daemon_stop TERM
done_testing
