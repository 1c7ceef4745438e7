// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_sleepless: for as long as it is loaded, what the emulated laptop has from the
 * lab (its root file system, its ports to the host) takes no part in system suspend,
 * as no part of a laptop would. For tests only.
 *
 * Those devices are all virtio devices on the root bus. The kernel resets virtio
 * devices when it resumes, and 9p has no way to go on after that.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm.h>

static void set_all(bool sleepless)
{
	struct pci_dev *pdev = NULL;

	while ((pdev = pci_get_device(PCI_VENDOR_ID_REDHAT_QUMRANET, PCI_ANY_ID, pdev)))
		if (pci_is_root_bus(pdev->bus))
			dev_pm_syscore_device(&pdev->dev, sleepless);
}

static int __init lab_sleepless_init(void)
{
	set_all(true);
	return 0;
}
module_init(lab_sleepless_init);

static void __exit lab_sleepless_exit(void)
{
	set_all(false);
}
module_exit(lab_sleepless_exit);

MODULE_DESCRIPTION("The lab's devices in an emulated laptop do not sleep");
MODULE_LICENSE("GPL");
