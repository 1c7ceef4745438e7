// SPDX-License-Identifier: GPL-2.0-only
#include "initramfs.h"
#include "../client/sysfs.h"

#include <stddef.h>

static const struct initramfs known[] = {
	{
		.name = "initramfs-tools",
		.program = "mkinitramfs",
		.file = "/etc/initramfs-tools/modules",
		.text = "vfio-pci\n",
		.command = { "update-initramfs", "-u", "-k", "all" },
	}, {
		.name = "dracut",
		.program = "dracut",
		.file = "/etc/dracut.conf.d/zz-gpupm.conf",
		.owned = true,
		/* force: in the beginning, before udev finds the devices. */
		.text = "force_drivers+=\" vfio-pci \"\n"
			"install_items+=\" " BIND_MODPROBE " \"\n",
		.command = { "dracut", "--regenerate-all", "--force" },
	}, {
		.name = "mkinitcpio",
		.program = "mkinitcpio",
		.file = "/etc/mkinitcpio.conf",
		/* A shell script: what comes last may build on what was set before. */
		.text = "MODULES=(vfio_pci vfio vfio_iommu_type1 \"${MODULES[@]}\")\n"
			"FILES+=(" BIND_MODPROBE ")\n",
		.command = { "mkinitcpio", "-P" },
	},
};

bool program_exists(const char *root, const char *program)
{
	static const char * const directories[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };

	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		if (sysfs_exists(root, "%s/%s", directories[i], program))
			return true;
	return false;
}

const struct initramfs *initramfs_find(const char *root)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (program_exists(root, known[i].program))
			return &known[i];
	return NULL;
}
