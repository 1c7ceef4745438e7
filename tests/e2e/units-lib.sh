# shellcheck shell=bash disable=SC2034 # suites use what is set here
# SPDX-License-Identifier: GPL-2.0-only
#
# For suites in a laptop with systemd: gpupmd and its relays as units.

UNITS=/run/systemd/system
CONFIG=/etc/gpupm/gpupm.conf

# unit_in_lab UNIT [LINE...]: it waits for nothing that a whole system has; and more lines
# for its [Service].
unit_in_lab()
{
	local unit=$1
	shift
	mkdir -p "$UNITS/$unit.d"
	{
		printf '%s\n' "[Unit]" "DefaultDependencies=no"
		[ "${unit##*.}" = socket ] ||
			printf '%s\n' "[Service]" "StandardError=append:$DAEMON_LOG" "$@"
	} >"$UNITS/$unit.d/lab.conf"
}

# As "make install" does it.
install_daemon()
{
	install -D "$BUILT/gpupmd" /usr/local/sbin/gpupmd
	install -D -t /usr/local/libexec "$BUILT/gpupmd-libvirt" "$BUILT/gpupmd-forward"
	mkdir -p "$UNITS" /etc/gpupm
	grep -q ^kvm: /etc/group || echo 'kvm:x:64056:' >>/etc/group
	sed 's|@sbindir@|/usr/local/sbin|' "$TOP/user/systemd/gpupmd.service.in" >"$UNITS/gpupmd.service"
	cp "$TOP/user/systemd/gpupmd-forward.socket" "$UNITS/"
	sed 's|@libexecdir@|/usr/local/libexec|' "$TOP/user/systemd/gpupmd-forward@.service.in" \
		>"$UNITS/gpupmd-forward@.service"
	unit_in_lab gpupmd.service
	unit_in_lab gpupmd-forward.socket
	unit_in_lab gpupmd-forward@.service
	systemctl daemon-reload
}

unit()
{
	systemctl show --value --property="$1" gpupmd
}

unit_is()
{
	[ "$(unit "$1")" = "$2" ]
}
