#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# core
# daemon
# laptop: --cpus 1
# What the doctor says of a laptop, with one thing broken at a time; that doing what it
# says mends that; and that to look wakes nothing. More is in bridge.t and nopower.t,
# and of VMs in vm-setup.t and agent.t.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/doctor-lib.sh
. "$(dirname "$0")/doctor-lib.sh"

vfio_with()
{
	lab-bind --unbind GPU0
	rmmod vfio-pci
	modprobe vfio-pci "$@"
	lab-bind
}

# ---- as the laptop is when it was started ---------------------------------------

# A suite before this one may have had VMs. The last VM must not go while two processors
# run, see lab-kvm; here there is one.
kvm_is_gone()
{
	rmmod kvm_amd 2>/dev/null
	[ ! -e /dev/kvm ]
}
[ ! -e /run/lab/kvm ] || kill "$(cat /run/lab/kvm)"
rm -f /run/lab/kvm
soon "KVM is gone" kvm_is_gone
look 1
is "without KVM" "$(result virtualisation)" failure
ok "the fix" fix virtualisation
is "the IOMMU is on" "$(result iommu)" ok
is "interrupts are remapped" "$(result interrupt-remapping)" ok
is "the host's devices go through it" "$(result iommu-pt)" warning
is "the group has nothing else" "$(result group "$GPU0")" ok
is "vfio-pci has the display function" "$(result driver "$GPU0")" ok
is "and the audio function" "$(result driver "$AUDIO0")" ok
is "nobody said so" "$(result boot "$GPU0")" warning
# Only newer kernels say what the drivers that they have built in would take.
wants=warning waits=ok built=/lib/modules/$(uname -r)/modules.builtin
if grep -q /virtio_pci.ko "$built"; then
	if grep -aq '^virtio_pci\.alias=pci:' <(tr '\0' '\n' <"$built.modinfo"); then
		waits=warning
	else
		wants=ok
	fi
fi
is "another driver wants it" "$(result competitor "$GPU0")" "$wants"
is "firmware booted with it" "$(result framebuffer "$GPU0")" warning
is "its power can be cut" "$(result power-resource "$ROOT0")" ok
is "its port may sleep" "$(result bridge-d3 "$ROOT0")" ok
is "the module is not loaded" "$(result loaded)" failure
is "nor installed" "$(result dkms "$(uname -r)")" failure
is "what the module would say is not known" "$(result blocker "$GPU0")" cannot-tell
is "it adds up" "$(jq -c '(.checks | length) == .ok + .warning + .failure + .cannot_tell' $SAID)" true

# As "make install" would.
mkdir -p "/lib/modules/$(uname -r)/updates"
cp "$MODULE" "/lib/modules/$(uname -r)/updates/"
echo updates/gpupm.ko: >>"/lib/modules/$(uname -r)/modules.dep"
# As "gpupm bind" does.
mkdir -p /etc/modprobe.d /etc/initramfs-tools
ids=
for function in $FUNCTIONS0; do
	id="$(value "$PCI/$function/vendor"):$(value "$PCI/$function/device")"
	ids+=${ids:+,}${id//0x/}
done
cat >/etc/modprobe.d/lab-doctor.conf <<-END
	options vfio-pci ids=$ids
	softdep virtio_pci pre: vfio-pci
	softdep snd_hda_intel pre: vfio-pci
END
echo vfio-pci >>/etc/initramfs-tools/modules

# ---- all is well --------------------------------------------------------------------

load_off
power_mark
look 0
is "nothing failed" "$(jq -c '[.checks[] | select(.result == "failure") | .name]' $SAID)" '[]'
is "KVM is there" "$(result virtualisation)" ok
is "the module is loaded" "$(result loaded)" ok
is "it is of the tool's version" "$(result version)" ok
is "it is installed" "$(result dkms "$(uname -r)")" ok
is "who binds it is known" "$(result boot "$GPU0") $(result boot "$AUDIO0")" "ok ok"
is "the others wait, but for what is built in" \
	"$(result competitor "$GPU0") $(result competitor "$AUDIO0")" "$waits ok"
is "nothing keeps it from being off" "$(result blocker "$GPU0")" ok
is "nobody fights" "$(result fights)" ok
gpupm doctor >/run/lab/text
is "a line each, for people" "$(grep -c '^  ' /run/lab/text)" "$(jq '.checks | length' $SAID)"
# Where everybody can reach it.
install -D -t /run/everybody "$BUILT/gpupm" "$BUILT/gpupm-setup"
ok "everybody may ask" setpriv --reuid 65534 --clear-groups /run/everybody/gpupm doctor
is "to look wakes nothing" "$(power_story GPU0)" ""
ok "it is off all the time" truly_off
is "the module saw no wake" "$(field .wakes)" 0

# ---- broken ---------------------------------------------------------------------------

gpupm policy warm >/dev/null
soon "policy warm" blocker_is policy
look 0
is "policy warm: a warning" "$(result blocker "$GPU0")" warning
gpupm policy auto >/dev/null

mkdir -p /etc/udev/rules.d
printf '# mine\nSUBSYSTEM=="pci", ATTR{class}=="0x0403*", ATTR{power/control}="on"\n' \
	>/etc/udev/rules.d/99-lab.rules
look 0
is "a udev rule: a warning, for the module insists" "$(result fights /etc/udev/rules.d/99-lab.rules:2)" warning
echo N >/sys/module/gpupm/parameters/insist
look 1
is "a udev rule: a failure, when it does not" "$(result fights /etc/udev/rules.d/99-lab.rules:2)" failure
ok "a udev rule: the fix" fix fights /etc/udev/rules.d/99-lab.rules:2
echo Y >/sys/module/gpupm/parameters/insist
look 0
is "a udev rule: gone" "$(result fights)" ok

modprobe snd_hda_intel
lab-bind --driver snd_hda_intel "$AUDIO0"
gpupm hold -- true
soon "the audio function has another driver" blocker_is "driver $AUDIO0"
look 1
is "another driver: a failure" "$(result driver "$AUDIO0")" failure
is "another driver: it does not let it sleep now" "$(result sibling "$AUDIO0")" warning
is "another driver: so says the module" "$(result blocker "$GPU0")" failure
lab-bind "$AUDIO0"
is_off "vfio-pci has it again: off"

vfio_with disable_idle_d3=1
soon "disable_idle_d3" blocker_is "busy $GPU0"
look 1
is "disable_idle_d3: a failure" "$(result disable-idle-d3)" failure
vfio_with
is_off "disable_idle_d3 gone: off"
look 0
is "disable_idle_d3 gone: no failure" "$(result disable-idle-d3)" ok

fails "without libvirt, of a VM" 1 'libvirt \(qemu:///system\) cannot be reached' gpupm doctor game

unload
lab-bind --unbind GPU0
look 1
is "no driver: a warning" "$(result driver "$GPU0") $(result driver "$AUDIO0")" "warning warning"
lab-bind

# shellcheck disable=SC2086 # addresses
for function in $FUNCTIONS0; do
	echo 1 >"$PCI/$function/remove"
done
look 1
is "no GPU: a failure" "$(result gpu)" failure
is "no GPU: nothing is said of what is not there" \
	"$(jq -c '[.checks[] | select(.group == "power" and .name != "disable-idle-d3")]' $SAID)" '[]'
echo 1 >/sys/bus/pci/rescan
lab-bind
look 1
is "no GPU: it is back" "$(result driver "$GPU0") $(result driver "$AUDIO0")" "ok ok"

done_testing
