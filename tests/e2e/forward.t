#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# long
# daemon
# laptop: --cpus 1 --append lab.systemd
# Ports of the host that reach a guest in a network of libvirt's own, with its rules, its
# lease and its VM; on the guest's side of the wire there is a network namespace instead,
# with the VM's address of hardware.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/power-lib.sh
. "$(dirname "$0")/power-lib.sh"
# shellcheck source=tests/e2e/units-lib.sh
. "$(dirname "$0")/units-lib.sh"

MAC=52:54:00:00:00:50

relays()
{
	systemctl list-units --no-legend --plain --state=active 'gpupmd-forward@*' | cut -d ' ' -f 1
}

no_relays()
{
	[ -z "$(relays)" ]
}

# hears WORD ADDRESS PORT: somebody at that port says this.
hears()
{
	local said=
	{ read -r -t 20 said <"/dev/tcp/$2/$3"; } 2>/dev/null || true
	[ "$said" = "$1" ]
}

# The same for another machine.
outside_hears()
{
	ip netns exec outside bash -c "$(declare -f hears); hears $*"
}

is_closed()
{
	! (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

forward_is()
{
	[ "$(gpupm profile --json | jq -r ".forwards[] | select(.forward == \"$1\") | $2")" = "$3" ]
}

no_vms()
{
	! virsh list --name | grep -q .
}

rules()
{
	iptables-save | grep -v '^#'
	ip6tables-save | grep -v '^#'
}

# A network like libvirt's own "default".
network()
{
	cat >/run/lab/network.xml <<-END
		<network>
		<name>default</name>
		<bridge name='virbr0'/>
		<forward/>
		<ip address='192.168.122.1' netmask='255.255.255.0'>
		<dhcp><range start='192.168.122.50' end='192.168.122.99'/></dhcp>
		</ip>
		</network>
	END
	virsh --quiet net-create /run/lab/network.xml
}

start_vm()
{
	cat >/run/lab/win11.xml <<-END
		<domain type='kvm'>
		<name>win11</name>
		<memory unit='MiB'>32</memory>
		<os><type arch='x86_64' machine='pc'>hvm</type></os>
		<devices>
		<emulator>/usr/bin/qemu-system-x86_64</emulator>
		<memballoon model='none'/>
		<interface type='network'>
		<mac address='$MAC'/><source network='default'/><rom enabled='no'/>
		</interface>
		</devices>
		</domain>
	END
	virsh --quiet create --paused /run/lab/win11.xml
}

# wire NAME: a network namespace, at the end of NAME0.
wire()
{
	ip netns add "$1"
	ip link add "${1}0" type veth peer name eth0 netns "$1"
	ip -n "$1" link set lo up
	ip link set "${1}0" up
}

# The guest's network, with an address from libvirt's DHCP server.
plug_guest()
{
	wire guest
	ip -n guest link set eth0 address "$MAC" up
	ip link set guest0 master virbr0
	cat >/run/lab/dhcp <<-'END'
		#!/bin/sh
		[ "$1" != bound ] || {
			ip address add "$ip/24" dev "$interface"
			ip route add default via "$router"
		}
	END
	chmod +x /run/lab/dhcp
	ip netns exec guest busybox udhcpc -q -n -t 20 -i eth0 -s /run/lab/dhcp >/run/lab/dhcp.log 2>&1 ||
		diag "$(cat /run/lab/dhcp.log)"
	GUEST=$(ip -n guest -4 -o address show dev eth0 | sed 's|.* inet \([0-9.]*\)/.*|\1|')
}

serve()
{
	ip netns exec guest python3 -S -c "$(cat <<-'END'
		import socket, sys
		server = socket.create_server(("", int(sys.argv[1])))
		while True:
		    peer, _ = server.accept()
		    peer.sendall(sys.argv[2].encode() + b"\n")
		    peer.close()
	END
	)" "$@" &
}

power_supplies
rm -rf /var/lib/gpupm
# There is no udev: nobody else loads it.
modprobe tun
ip link set lo up
install_daemon
cat >"$CONFIG" <<-END
	[vm win11]
	forward = 13389:3389, 80:8080
END

lab-libvirt start network || diag "libvirtd does not run: $(cat /run/lab/libvirt/log)"
ok "libvirt has a network" network
wire outside
ip address add 10.9.0.1/24 dev outside0
ip -n outside address add 10.9.0.2/24 dev eth0
ip -n outside link set eth0 up
like "libvirt refuses what is new from outside" "$(rules)" '-A LIBVIRT_FWI -o virbr0 -j REJECT'

# ---- it runs ------------------------------------------------------------------------

ok "the daemon runs" systemctl start gpupmd
ok "with the socket that starts relays" systemctl is-active --quiet gpupmd-forward.socket
ok "no VM runs: no relay does" no_relays
ok "nor is there a port" is_closed 13389
ok "libvirt starts the VM" start_vm
before=$(rules)
soon "it has a relay" forward_is 13389:3389 .listens true
soon "also for a port below 1024" forward_is 80:8080 .listens true
never "the guest has no address" hears guest 127.0.0.1 13389
soon "and so it is said" daemon_said "forward 13389:3389: the guest's address is not known: libvirt has no lease of it, and its agent cannot be asked: "
plug_guest
like "DHCP gives it one" "$GUEST" '^192\.168\.122\.[5-9][0-9]$'
serve 3389 guest
serve 8080 web
soon "from localhost" hears guest 127.0.0.1 13389
soon "over IPv6, too" hears guest ::1 13389
soon "from outside" outside_hears guest 10.9.0.1 13389
soon "the other port" outside_hears web 10.9.0.1 80
ok "its address is that of the lease" forward_is 13389:3389 .address "$GUEST"
ok "and nothing is wrong any more" forward_is 13389:3389 .error null
is "no rule of a firewall has changed" "$(rules)" "$before"
never "libvirt does not call the VM tainted for that" grep -q "tainted: custom" /var/log/libvirt/qemu/win11.log

# ---- its walls ------------------------------------------------------------------------

relay=$(relays)
status=$(cat "/proc/$(systemctl show --value --property=MainPID "$relay")/status")
never "the relay is not root" grep -qE '^[UG]id:.*[[:space:]]0([[:space:]]|$)' <<<"$status"
like "it may open ports below 1024, and nothing else" "$status" '^CapEff:.0000000000000400$'
like "not ever" "$status" '^CapBnd:.0000000000000400$'
like "its calls are watched" "$status" '^Seccomp:.2$'
like "the daemon has no network" "$(unit RestrictAddressFamilies)" '^(AF_UNIX AF_NETLINK|AF_NETLINK AF_UNIX)$'
diag "$(systemd-analyze security "$relay" 2>/dev/null | tail -n 1)"

# ---- it ends ----------------------------------------------------------------------------

main=$(unit MainPID)
kill -KILL "$main"
soon "the daemon is killed, and comes back" unit_is NRestarts 1
soon "so does the forward" hears guest 127.0.0.1 13389
soon "with a relay of its own" test "$(relays)" != "$relay"
systemctl stop gpupmd
soon "the daemon is stopped: so are relays" no_relays
ok "and the port is closed" is_closed 13389
systemctl start gpupmd
soon "started: there it is" outside_hears guest 10.9.0.1 13389

kill -KILL "$(cat /run/libvirt/qemu/win11.pid)"
soon "the VM is killed: its relay ends" no_relays
ok "its port is closed" is_closed 13389
soon "libvirt knows it, too" no_vms
ok "the VM is started again" start_vm
soon "its port is open again" hears guest 127.0.0.1 13389
virsh --quiet destroy win11
soon "and closed when libvirt ends it" is_closed 13389
soon "with its relay" no_relays
is "no unit has failed" "$(systemctl list-units --failed --no-legend 'gpupmd*')" ""
virsh --quiet net-destroy default
lab-libvirt stop
done_testing
