// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Finding GPUs
 *
 * The bus notifier tells of every PCI device that comes, goes, or changes its
 * driver. A display function that gets a VFIO driver is attached; it is
 * detached before it loses it. What comes and goes in the slot of a GPU joins
 * and leaves it.
 *
 * What cannot be attached stays as it is: a GPU that is not managed works as it
 * did without the module, and the log says why.
 */
#include <linux/device/bus.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>

#include "gpu.h"
#include "watch.h"

static void part_changed(struct gpupm_gpu *gpu, struct pci_dev *pdev,
			 unsigned long action)
{
	bool display = gpu->functions[0].pdev == pdev;

	switch (action) {
	case BUS_NOTIFY_ADD_DEVICE:
		gpupm_gpu_add_function(gpu, pdev);
		break;
	case BUS_NOTIFY_DEL_DEVICE:
		if (display)
			gpupm_gpu_detach(gpu);
		else
			gpupm_gpu_del_function(gpu, pdev);
		break;
	case BUS_NOTIFY_REMOVED_DEVICE:
		/* A GPU that was attached after DEL_DEVICE has it again. */
		if (!display)
			gpupm_gpu_del_function(gpu, pdev);
		break;
	case BUS_NOTIFY_BIND_DRIVER:
		gpupm_gpu_driver_leaves(gpu, pdev);
		break;
	case BUS_NOTIFY_UNBIND_DRIVER:
		if (display)
			gpupm_gpu_detach(gpu);
		else
			gpupm_gpu_driver_leaves(gpu, pdev);
		break;
	case BUS_NOTIFY_BOUND_DRIVER:
	case BUS_NOTIFY_UNBOUND_DRIVER:
	case BUS_NOTIFY_DRIVER_NOT_BOUND:
		gpupm_gpu_driver_settled(gpu, pdev);
		break;
	}
}

static int on_bus(struct notifier_block *nb, unsigned long action, void *data)
{
	struct pci_dev *pdev = to_pci_dev(data);
	struct gpupm_gpu *gpu;

	mutex_lock(&gpupm_gpus_lock);
	gpu = gpupm_gpu_of_slot(pdev);
	if (gpu)
		part_changed(gpu, pdev, action);
	else if (action == BUS_NOTIFY_BOUND_DRIVER && gpupm_is_gpu(pdev))
		gpupm_gpu_attach(pdev);
	mutex_unlock(&gpupm_gpus_lock);
	return NOTIFY_DONE;
}

static struct notifier_block bus_notifier = { .notifier_call = on_bus };

static bool is_new_gpu(struct pci_dev *pdev)
{
	bool new;

	mutex_lock(&gpupm_gpus_lock);
	new = gpupm_is_gpu(pdev) && !gpupm_gpu_of_slot(pdev);
	mutex_unlock(&gpupm_gpus_lock);
	return new;
}

/* It may be asleep. Ports resume before a lock is taken, see ports_up() in keep.c. */
static void attach(struct pci_dev *pdev)
{
	if (!is_new_gpu(pdev))
		return;
	pm_runtime_get_sync(&pdev->dev);
	mutex_lock(&gpupm_gpus_lock);
	if (!gpupm_gpu_of_slot(pdev))
		gpupm_gpu_attach(pdev);
	mutex_unlock(&gpupm_gpus_lock);
	pm_runtime_put(&pdev->dev);
}

/**
 * gpupm_watch_init - attach what is there, and watch for more
 *
 * Return: 0 or a negative errno.
 */
int gpupm_watch_init(void)
{
	struct pci_dev *pdev = NULL;
	int err;

	err = bus_register_notifier(&pci_bus_type, &bus_notifier);
	if (err)
		return err;
	for_each_pci_dev(pdev) {
		/* As in the notifier: its driver must not change. */
		device_lock(&pdev->dev);
		attach(pdev);
		device_unlock(&pdev->dev);
	}
	return 0;
}

/**
 * gpupm_watch_exit - stop watching, and detach everything
 */
void gpupm_watch_exit(void)
{
	struct gpupm_gpu *gpu, *next;

	bus_unregister_notifier(&pci_bus_type, &bus_notifier);
	mutex_lock(&gpupm_gpus_lock);
	list_for_each_entry_safe(gpu, next, &gpupm_gpus, node)
		gpupm_gpu_detach(gpu);
	mutex_unlock(&gpupm_gpus_lock);
}
