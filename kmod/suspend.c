// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: System suspend
 *
 * When the whole system sleeps, runtime-PM references keep nothing powered: the
 * PCI core puts every port as low as the platform can. For a GPU that is free
 * that is right. But its power was never to be cut while the policy is warm,
 * while somebody holds it, or while a VM has it open, whose driver would find a
 * GPU that has forgotten everything. So its ports are kept from D3cold for as
 * long as such a sleep takes. In S3 the firmware decides, and does as it likes.
 *
 * What else there is to do when the system wakes up is in port_complete().
 */
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/suspend.h>

#include "gpu.h"
#include "keep.h"
#include "suspend.h"

/*
 * The ports of such a GPU are active: nobody else writes these bits of theirs at
 * this moment. Where the bit is set already that is for another reason.
 */
static void spare(struct gpupm_gpu *gpu)
{
	struct gpupm_port *port;
	bool needed;

	mutex_lock(&gpu->mutex);
	spin_lock(&gpu->lock);
	needed = gpu->ports_kept || gpu->facts.open;
	spin_unlock(&gpu->lock);
	gpupm_for_each_port(gpu, port) {
		if (!needed || port->pdev->no_d3cold)
			continue;
		pci_d3cold_disable(port->pdev);
		port->spared = true;
	}
	mutex_unlock(&gpu->mutex);
}

/**
 * gpupm_spare_no_more - let the ports of a GPU into D3cold again
 * @gpu: the GPU; the system is awake
 *
 * Context: process; @gpu->mutex is held.
 * Return: true if they were kept from it.
 */
bool gpupm_spare_no_more(struct gpupm_gpu *gpu)
{
	struct gpupm_port *port;
	bool spared = false;

	lockdep_assert_held(&gpu->mutex);
	gpupm_for_each_port(gpu, port) {
		if (!port->spared)
			continue;
		pci_d3cold_enable(port->pdev);
		port->spared = false;
		spared = true;
	}
	return spared;
}

static void awake_again(struct gpupm_gpu *gpu)
{
	mutex_lock(&gpu->mutex);
	/* Perhaps its VM ended meanwhile, and it has not got to D3cold. */
	if (gpupm_spare_no_more(gpu)) {
		spin_lock(&gpu->lock);
		gpupm_apply_soon(gpu, true);
		spin_unlock(&gpu->lock);
	}
	mutex_unlock(&gpu->mutex);
}

static int on_system_sleep(struct notifier_block *nb, unsigned long action,
			   void *data)
{
	struct gpupm_gpu *gpu;

	mutex_lock(&gpupm_gpus_lock);
	list_for_each_entry(gpu, &gpupm_gpus, node) {
		if (action == PM_SUSPEND_PREPARE)
			spare(gpu);
		else if (action == PM_POST_SUSPEND)
			awake_again(gpu);
	}
	mutex_unlock(&gpupm_gpus_lock);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = on_system_sleep,
};

/**
 * gpupm_suspend_init - listen to system suspend
 *
 * Return: 0 or a negative errno.
 */
int gpupm_suspend_init(void)
{
	return register_pm_notifier(&notifier);
}

/**
 * gpupm_suspend_exit - stop listening
 *
 * When the system has just said that it is about to sleep, detach puts back what
 * was done for that.
 */
void gpupm_suspend_exit(void)
{
	unregister_pm_notifier(&notifier);
}
