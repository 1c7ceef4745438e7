# shellcheck shell=bash disable=SC2034 # suites use what is set here
# SPDX-License-Identifier: GPL-2.0-only
#
# What the suites of "gpupm vm" have in common: a VM of libvirt called "game". A suite
# sources it after lib.sh.

ROM=/usr/share/seabios/vgabios-virtio.bin
ALL='agent disguise firmware gpu mmio64 pinning power rom'

# What somebody has who never heard of passthrough.
plain_domain()
{
	lab-libvirt xml game yes </dev/null |
		sed -e '/<hostdev/,/<\/hostdev>/d' -e "s/machine='pc'/machine='$1'/"
}

xml()
{
	virsh --quiet dumpxml --inactive --security-info game
}

# Those that it has, whoever gave them.
has()
{
	gpupm vm show game --json | jq -r '[.features[] | select(.state == "on") | .name] | sort | join(" ")'
}
