// SPDX-License-Identifier: GPL-2.0-only
/* What a guest sees: its firmware, and what makes it look like a VM; and its agent. */
#include "../vm/show.h"
#include "vm.h"

#include <stdio.h>

static void check_firmware(const struct vm_look *vm, struct checks *checks)
{
	struct feature_look look;

	feature_look(vm->doc, &feature_firmware, &vm->wish, &look);
	if (look.state == FEATURE_ON) {
		check_add(checks, "firmware", NULL, CHECK_OK, "%s",
			  *look.why ? look.why : "it is UEFI without Secure Boot");
		return;
	}
	check_add(checks, "firmware", NULL, CHECK_FAILURE,
		  "it is UEFI with Secure Boot, which takes no ROM or driver without a signature%s%s",
		  *look.why ? "; " : "", look.why);
	check_fix(checks, "sudo gpupm vm enable %s firmware", vm->name);
}

static void check_kvm(const struct vm_look *vm, struct checks *checks)
{
	if (xml_find(vm->doc, "/domain[@type='kvm']")) {
		check_add(checks, "kvm", NULL, CHECK_OK, "it runs on the processor itself");
		return;
	}
	check_add(checks, "kvm", NULL, CHECK_FAILURE,
		  "its processor is emulated (domain type is not kvm): many times as slow");
	check_fix(checks, "sudo virsh edit %s, and make it <domain type='kvm'>", vm->name);
}

static void check_disguise(const struct vm_look *vm, struct checks *checks)
{
	const struct {
		const char *path;
		const char *name;
	} flags[] = {
		{ "/domain/features/kvm/hidden[@state='on']", "kvm hidden" },
		{ "/domain/features/hyperv[@mode='passthrough'] | /domain/features/hyperv/vendor_id[@state='on']",
		  "hyperv vendor_id" },
		{ "/domain/features/vmport[@state='off']", "vmport off" },
		{ "/domain/os/smbios[@mode='sysinfo' or @mode='host']", "SMBIOS" },
	};
	char missing[128] = "";
	size_t n = 0;

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (!xml_find(vm->doc, "%s", flags[i].path))
			n += snprintf(missing + n, sizeof(missing) - n, "%s%s", n ? ", " : "",
				      flags[i].name);
	if (!n) {
		check_add(checks, "hypervisor-flags", NULL, CHECK_OK,
			  "it looks like a machine: kvm hidden, hyperv vendor_id, vmport off, SMBIOS");
		return;
	}
	check_add(checks, "hypervisor-flags", NULL, CHECK_WARNING,
		  "drivers that refuse to run in a VM see that it is one; missing: %s", missing);
	check_fix(checks, "sudo gpupm vm enable %s disguise", vm->name);
}

static void check_agent(const struct vm_look *vm, struct checks *checks)
{
	if (!xml_find(vm->doc, "/domain/devices/channel[target/@name='org.qemu.guest_agent.0']")) {
		check_add(checks, "agent", NULL, CHECK_WARNING,
			  "it has no channel for a guest agent: no guest-command of a profile reaches it, and it cannot be asked to shut down");
		check_fix(checks, "sudo gpupm vm enable %s agent", vm->name);
		return;
	}
	switch (vm->agent) {
	case ANSWER_YES:
		check_add(checks, "agent", NULL, CHECK_OK, "its guest agent answers");
		return;
	case ANSWER_NOT_ASKED:
		check_add(checks, "agent", NULL, CHECK_OK,
			  "it has a channel for one; whether a guest agent answers is seen when it runs");
		return;
	case ANSWER_NO:
		check_add(checks, "agent", NULL, CHECK_WARNING,
			  "it has a channel for one, but no guest agent answers");
		check_fix(checks,
			  "in the guest: install and start qemu-guest-agent (Linux), or virtio-win-guest-tools (Windows)");
		return;
	case ANSWER_NONE:
		check_add(checks, "agent", NULL, CHECK_CANNOT_TELL,
			  "libvirt would not ask its guest agent");
		check_fix(checks, "sudo virsh qemu-agent-command %s '{\"execute\":\"guest-ping\"}'",
			  vm->name);
		return;
	}
}

void doctor_vm_guest(const struct vm_look *vm, struct checks *checks)
{
	check_kvm(vm, checks);
	check_firmware(vm, checks);
	check_disguise(vm, checks);
	check_agent(vm, checks);
}
