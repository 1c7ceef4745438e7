// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the doctor reads of a machine: configuration of modprobe, udev, TLP and others,
 * lists of the kernel. Each piece of input is which file, how long, and what is in it.
 */
#include "fuzz.h"
#include "root.h"

#include "doctor/host.h"
#include "machine/confined.h"
#include "show/checks.h"

#include <stdio.h>

#define GPU	"sys/bus/pci/devices/0000:01:00.0"
#define PORT	"sys/bus/pci/devices/0000:00:01.0"

/* A '@' in front makes it a link. */
static const char * const files[] = {
	"proc/cmdline", "proc/cpuinfo", "proc/interrupts", "proc/iomem", GPU "/vendor",
	GPU "/device", GPU "/class", "@" GPU "/driver", "@" GPU "/iommu_group", GPU "/modalias",
	GPU "/boot_vga", "sys/kernel/iommu_groups/1/type",
	"sys/kernel/iommu_groups/1/devices/0000:01:00.0", "lib/modules/6.1/modules.alias",
	"lib/modules/6.1/modules.dep", "etc/modprobe.d/a.conf", "etc/initramfs-tools/modules",
	"etc/tlp.conf", "usr/sbin/tlp", "usr/sbin/laptop_mode", "usr/sbin/tuned",
	"etc/laptop-mode/conf.d/runtime-pm.conf", "etc/tuned/active_profile",
	"etc/tuned/a/tuned.conf", "etc/systemd/system/a.service", "etc/udev/rules.d/a.rules",
	"sys/module/gpupm/version", "sys/firmware/efi/mok-variables/MokListRT",
	"sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
	"var/lib/dkms/mok.pub", "etc/libvirt/qemu.conf", "etc/passwd", "etc/group", "rom",
	"etc/apparmor.d/abstractions/libvirt-qemu", "sys/module/apparmor/parameters/enabled",
	"lib/modules/6.1/modules.builtin.modinfo", "etc/default/grub", "usr/sbin/update-grub",
	"boot/loader/entries/a.conf", "etc/rc.local",
};

#define N_FILES	(sizeof(files) / sizeof(*files))

/* Each check is complete, and can be shown. */
static void check_checks(const struct checks *checks)
{
	static const struct style plain;
	struct json_object *object;
	char *text = NULL;
	FILE *out;
	size_t n;

	for (size_t i = 0; i < checks->n; i++)
		MUST(!checks->list[i].fix == (checks->list[i].result == CHECK_OK));
	out = open_memstream(&text, &n);
	MUST(out);
	checks_show(out, &plain, checks);
	fclose(out);
	MUST(harmless(text));
	free(text);
	object = json_checks(checks);
	MUST(json_object_to_json_string(object));
	json_object_put(object);
}

static void check_confined(void)
{
	struct qemu_user user;
	char closed[PATH_MAX];

	if (qemu_user_read(root, &user)) {
		MUST(user.n <= GROUPS_MAX);
		qemu_user_can_read(root, &user, "/rom", closed);
	}
	apparmor_of(root, "/usr/share/vgabios/gpu.rom");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host host = { .root = root, .release = "6.1" };
	struct checks checks = {};

	root_fill(files, N_FILES, data, size);
	MUST(!host_read(&host));
	doctor_iommu(&host, &checks);
	doctor_functions(&host, &checks);
	doctor_power(&host, &checks);
	doctor_module(&host, &checks);
	gpu_list_free(&host.gpus);
	check_checks(&checks);
	checks_free(&checks);
	check_confined();
	return 0;
}
