#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# long
# laptop: --append lab.systemd
# The daemon as systemd runs it, inside the walls of its unit: what it and the
# commands of a profile can do there, and what they cannot.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/power-lib.sh
. "$(dirname "$0")/power-lib.sh"
# shellcheck source=tests/e2e/units-lib.sh
. "$(dirname "$0")/units-lib.sh"

COMMANDS=/run/gpupm/commands
# A real one, with the laptop for its guest.
AGENT=/tmp/agent.sock

commanded()
{
	grep -qxF -- "$1" "$COMMANDS"
}

policy_is()
{
	field_is "$1" .policy
}

vcpu_on()
{
	local thread
	for thread in "/proc/$(vm_pid "$1")/task"/*; do
		[[ $(value "$thread/comm") != CPU\ * ]] ||
			grep -q "^Cpus_allowed_list:.$2\$" "$thread/status" || return 1
	done
}

# A hybrid: CPU 0 is a performance core, and CPU 1 an efficiency core. Everything
# else is as it is.
make_hybrid()
{
	local entry
	mkdir -p /run/lab/sys /run/lab/devices/cpu_core /run/lab/devices/cpu_atom
	mount -t sysfs sys /run/lab/sys
	for entry in /run/lab/sys/devices/*; do
		ln -s "$entry" /run/lab/devices/
	done
	echo 0 >/run/lab/devices/cpu_core/cpus
	echo 1 >/run/lab/devices/cpu_atom/cpus
}

# What a command of a profile starts.
install_more()
{
	cat >"$UNITS/more.service" <<-END
		[Unit]
		DefaultDependencies=no
		[Service]
		Type=oneshot
		ExecStart=touch /etc/gpupm/more
	END
	systemctl daemon-reload
}

power_supplies
rm -rf /var/lib/gpupm
load
is "systemd runs the laptop" "$(value /proc/1/comm)" systemd
make_hybrid
install_daemon
unit_in_lab gpupmd.service BindReadOnlyPaths=/run/lab/devices:/sys/devices
install_more
cat >"$CONFIG" <<-END
	[ac]
	gpu-policy = warm
	vcpu-affinity = performance
	host-command = sh -c 'echo ac >>$COMMANDS; touch /etc/gpupm/no; chmod 777 /dev/null; unshare -m true; systemctl start more'
	[battery]
	gpu-policy = auto
	vcpu-affinity = efficiency
	host-command = sh -c 'echo "battery for \$GPUPM_VM" >>$COMMANDS'
	guest-command = sh -c 'echo "battery, says the guest" >>/run/lab/guest; echo it works >&2; exit 7'
	[vm one]
	agent = $AGENT
END

# ---- it starts -----------------------------------------------------------------

ok "the unit starts" systemctl start gpupmd
is "it is ready, and says so" "$(unit ActiveState) $(unit SubState)" "active running"
is "systemd knows what it does" "$(unit StatusText)" "on AC, says the module"
soon "it sets the policy of the GPU" policy_is warm
soon "the host command was run" commanded ac
soon "it cannot write elsewhere" daemon_said "host-command sh: touch: .*'/etc/gpupm/no': Read-only file system"
soon "nor change devices" daemon_said "host-command sh: chmod: .*'/dev/null': "
soon "nor get out of its namespaces" daemon_said "host-command sh: unshare: .*Operation not permitted"
soon "what needs more is a unit that it can start" test -e /etc/gpupm/more
soon "which is no failure" daemon_said "host-command sh: done"
ok "VMs that start get a table" test -s /var/lib/gpupm/power.aml
is "the sockets are for whom they are for" \
	"$(stat -c '%a %G' /run/gpupm/guest.sock) $(stat -c '%a' /run/gpupm/control.sock)" "660 kvm 666"

# ---- a VM, its vCPUs and its agent ----------------------------------------------------

qemu-ga -m unix-listen -p "$AGENT" -t /run/lab -l /run/lab/agent.log &
within "$PATIENCE" test -S "$AGENT"
vm_start one --no-boot -- -name one,debug-threads=on
soon "a VM is in use" state_is in-use
soon "its vCPU is on a performance core" vcpu_on one 0
lab-power battery 50
soon "on battery: the policy" policy_is auto
soon "its vCPU is on an efficiency core" vcpu_on one 1
ok "and the log says how the cores are known" daemon_said "vcpu-affinity: .*the kernel's two kinds of core"
soon "the guest agent runs the guest's command" grep -qx "battery, says the guest" /run/lab/guest
soon "and how that ended is known" \
	daemon_said "guest-command sh in VM one .*: 'sh' exited with 7 in the guest: it works"

# ---- libvirt ----------------------------------------------------------------------------

sed -i '/^agent = /d' "$CONFIG"
lab-libvirt start || diag "libvirtd does not run: $(cat /run/lab/libvirt/log)"
systemctl reload gpupmd
gpupm profile ac >/dev/null
gpupm profile battery >/dev/null
soon "libvirt is reached as well, and does not know the VM" \
	daemon_said "guest-command sh in VM one .*: libvirt cannot reach the guest agent: Domain not found"
gpupm profile auto >/dev/null

# ---- VMs that are stopped when the host shuts down ------------------------------------

install -D "$BUILT/gpupm" /usr/local/bin/gpupm
install -D "$BUILT/gpupm-setup" /usr/local/libexec/gpupm-setup
sed 's|@bindir@|/usr/local/bin|' "$TOP/user/systemd/gpupm-stop.service.in" >"$UNITS/gpupm-stop.service"
unit_in_lab gpupm-stop.service Environment=SECONDS_FOR_VMS=2 StandardOutput=append:/run/lab/stopped
# systemd ends the scopes of VMs after this one, if it runs.
printf '[Unit]\nDefaultDependencies=no\n' >"$UNITS/virt-guest-shutdown.target"
systemctl daemon-reload
systemctl start gpupm-stop
is "systemd is to wait with its own end of VMs" "$(systemctl is-active virt-guest-shutdown.target)" active
# Nothing in it answers.
cat >/run/lab/deaf.xml <<-END
	<domain type='kvm'>
	<name>deaf</name>
	<memory unit='MiB'>32</memory>
	<os><type arch='x86_64' machine='pc'>hvm</type></os>
	<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><memballoon model='none'/></devices>
	</domain>
END
virsh --quiet create --paused /run/lab/deaf.xml
is "a VM of libvirt runs" "$(virsh list --name | grep .)" deaf
ok "the unit that stops VMs is stopped" systemctl stop gpupm-stop
is "which they do not survive" "$(virsh list --name | grep -c .)" 0
like "step by step" "$(cat /run/lab/stopped)" '^deaf: presses its power button'
like "the last of which is force" "$(cat /run/lab/stopped)" '^deaf: force: '
is "it comes before libvirt's own when the host shuts down" \
	"$(systemctl show --value --property=After gpupm-stop | tr ' ' '\n' | grep -cx 'libvirt-guests.service\|libvirtd.service')" 2
ok "a VM without libvirt goes on" test -d "/proc/$(vm_pid one)"
lab-libvirt stop

# ---- it dies ------------------------------------------------------------------------------

before=$(unit MainPID)
kill -KILL "$before"
soon "killed: it comes back" unit_is NRestarts 1
soon "killed: it is ready again" unit_is ActiveState active
soon "killed: the VM is known" daemon_said "VM one \(pid $(vm_pid one)\)"
ok "killed: the VM's policy stays" policy_is auto

lab-vm stop one quit
echo "[ac" >"$CONFIG"
systemctl reload gpupmd || true
soon "a mistake in the configuration: it goes on with the old one" daemon_said "the configuration stays as it was"
ok "and says that it has reloaded" unit_is ActiveState active
systemctl restart gpupmd 2>/dev/null || true
soon "which it cannot start with" unit_is ActiveState failed
is "and is not tried again" "$(unit ExecMainStatus) $(unit NRestarts)" "2 0"
done_testing
