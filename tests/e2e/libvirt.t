#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# daemon
# laptop: --cpus 1
# A real libvirtd starts and ends VMs that have the GPU, and no hook script is
# anywhere: the GPU is in-use while they run, they know the laptop's battery, and
# the power is cut afterwards.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/power-lib.sh
. "$(dirname "$0")/power-lib.sh"

# A guest boots within it, on an emulated processor of an emulated processor.
PATIENCE=180

# define NAME MANAGED: a domain with what is on standard input.
define()
{
	lab-libvirt xml "$1" "$2" >"/run/lab/$1.xml"
	virsh --quiet define "/run/lab/$1.xml" || diag "$(cat "/run/lab/$1.xml")"
}

# domain_is STATE NAME
domain_is()
{
	[ "$(virsh domstate "$2")" = "$1" ]
}

# The module has nothing to do with the GPU.
let_go()
{
	[ ! -e "/sys/class/gpupm/$GPU0" ]
}

settings_are()
{
	[ "$(settings)" = "$1" ]
}

# user_is NAME: the domain's QEMU, and nobody else, has the GPU.
user_is()
{
	is "$1: in-use names the process" "$(field '.user | "\(.comm) \(.pid)"')" \
		"qemu-system-x86 $(cat "/run/libvirt/qemu/$1.pid")"
}


power_supplies
load_off
cat >"$CONFIG" <<-END
	[vm hand]
	guest-command = power-plan quiet
END
# The laptop's root is another machine's, where a daemon may run, too.
rm -rf /var/lib/gpupm
daemon_ready
lab-libvirt start || diag "libvirtd does not run: $(cat /run/lab/libvirt/log)"
is "libvirt has no hooks" "$(ls -A /etc/libvirt/hooks)" ""
ok "libvirt, which looks around when it starts, leaves the GPU off" truly_off

# ---- managed='yes', and bound to vfio-pci since the laptop was started ----------

gpupm qemu-args --libvirt | define game yes
power_mark
lab-power battery 80
# Not in $(): what reads the console holds the pipe open.
lab-libvirt boot game >/run/lab/said 2>&1 || diag "$(cat /run/lab/said)"
like "the guest finds the GPU" "$(lab-vm log game)" 'GUEST: found display'
ok "started: in-use" state_is in-use
user_is game
soon "it is told through the channel" guest_field_is game .backend channel
soon "it knows the laptop's battery" guest_shows game "ADP0 online=0*" \
	"BAT0 *status=Discharging capacity=80 *"
guest_mark game
lab-power ac 81
soon "plugged in: a uevent in the guest" guest_told game "GUEST: uevent ADP0 online=1 *"

guest_mark game
virsh --quiet reboot game
soon "rebooted" guest_told game "GUEST: ready"
soon "it knows the laptop's battery again" guest_shows game "ADP0 online=1*" \
	"BAT0 *status=Charging capacity=81 *"
is "a reboot keeps the power on" "$(field .opens) $(power_is GPU0 ON && echo on)" "1 on"

virsh --quiet shutdown game
is_off "shut down: power is cut"
soon "shut down: so says libvirt" domain_is "shut off" game
ok "it is still bound to vfio-pci" test -e "/sys/bus/pci/drivers/vfio-pci/$GPU0"
soon "nobody is told any more" guests_are ""

# ---- managed='yes', and taken from other drivers -----------------------------------

lab-bind --unbind GPU0
lab-bind --driver snd_hda_intel "$AUDIO0"
within "$PATIENCE" let_go
before=$(settings)
virsh --quiet start game
soon "taken from other drivers: in-use" state_is in-use
user_is game
ok "with both functions" test -e "/sys/bus/pci/drivers/vfio-pci/$AUDIO0"
virsh --quiet destroy game
soon "destroyed: libvirt gives it back" test -e "/sys/bus/pci/drivers/snd_hda_intel/$AUDIO0"
soon "the module lets it go" let_go
soon "as it was found" settings_are "$before"

# ---- managed='no' ----------------------------------------------------------------

# A disk called "battery", behind an option that takes "-device" for its value: to
# the daemon, a QEMU with battery devices. So it asks the monitor.
truncate -s 1M /battery
define hand no <<-END
	<qemu:commandline>
	<qemu:arg value='-append'/>
	<qemu:arg value='-device'/>
	<qemu:arg value='battery'/>
	</qemu:commandline>
END
lab-bind GPU0
within "$PATIENCE" truly_off
lab-vm attach hand /run/libvirt/qemu/hand.pid >/dev/null 2>&1
virsh --quiet start hand
soon "already bound: in-use" state_is in-use
user_is hand
soon "its monitor is asked through libvirt" daemon_said "VM hand: its QEMU has no battery devices"
soon "its agent is asked through libvirt" daemon_said "libvirt cannot reach the guest agent: .*agent"
is "the daemon has nothing of libvirt in its memory" "$(grep -c libvirt "/proc/$DAEMON/maps")" 0
kilobytes=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$DAEMON/status")
diag "gpupmd: $kilobytes kB"
ok "and is as small as before" test "$kilobytes" -lt 4096
virsh --quiet destroy hand
is_off "destroyed: power is cut"

lab-libvirt stop
daemon_stop TERM
done_testing
