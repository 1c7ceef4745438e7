// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Does it answer?
 *
 * Some machines cannot bring a GPU back from D3cold. The PM core does not
 * notice: it waits as long as the PCIe specification asks for (Base
 * Specification 6.6.1, conventional reset), and calls the device active. So
 * after each wake every function has to answer a read of its vendor id. There
 * is nothing to wait for here: the PCI core has waited before it restored the
 * configuration space, so a function that does not answer now has lost that too.
 *
 * A GPU with such a function is lost. One attempt is made to get it back: as
 * soon as nobody uses it any more its ports are powered down and up again. And
 * from then on its policy is warm, whatever comes of the attempt: what failed
 * once would fail again at the worst moment.
 */
#define dev_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/pm_runtime.h>

#include "event.h"
#include "follow.h"
#include "verify.h"

/*
 * While a function is lost the PM core saves its configuration space all the
 * same, as all ones, and would write that back. So a copy is taken while it is
 * well and nobody uses it; a reset or a power cut leads back to that.
 */
static void save(struct gpupm_function *fn)
{
	if (fn->saved)
		return;
	pci_save_state(fn->pdev);
	fn->saved = pci_store_saved_state(fn->pdev);
}

static void restore(struct gpupm_function *fn)
{
	if (fn->saved && !pci_load_saved_state(fn->pdev, fn->saved))
		pci_restore_state(fn->pdev);
}

/* 1: it answers; 0: it does not; -EAGAIN: it can't be asked at the moment. */
static int answers(struct pci_dev *pdev)
{
	int ret = -EAGAIN;
	u16 vendor;

	/* With a reference an active function stays so while it is asked. */
	pm_runtime_get_noresume(&pdev->dev);
	if (!pm_runtime_active(&pdev->dev))
		goto out;
	/* A function under reset answers nobody: that is no failure. */
	if (!pci_cfg_access_trylock(pdev))
		goto out;
	pci_read_config_word(pdev, PCI_VENDOR_ID, &vendor);
	pci_cfg_access_unlock(pdev);
	ret = vendor == pdev->vendor;
out:
	pm_runtime_put(&pdev->dev);
	return ret;
}

static void lost(struct gpupm_gpu *gpu, struct pci_dev *pdev)
{
	struct gpupm_process by = gpupm_touched_by(&gpu->wakes, NULL);

	pci_err(pdev, "did not answer after a wake%s\n",
		gpu->recovering ? ", power cycle did not help" :
				  ", policy is warm from now on");
	spin_lock(&gpu->lock);
	strscpy(gpu->failed, pci_name(pdev), sizeof(gpu->failed));
	gpu->facts.lost = true;
	gpu->policy = GPUPM_POLICY_WARM;
	gpu->fallback = true;
	gpu->lost_told = true;
	gpupm_happened(gpu, GPUPM_CAUSE_LOST, &by, gpu->failed);
	if (!gpu->recovering && gpu->nports) {
		gpu->recovering = true;
		queue_work(gpupm_wq, &gpu->apply);
	}
	spin_unlock(&gpu->lock);
}

static void found(struct gpupm_gpu *gpu, bool open)
{
	struct gpupm_function *fn;

	/* What a VM has made of a function meanwhile is the VM's. */
	if (!open)
		gpupm_for_each_function(gpu, fn)
			restore(fn);
	pci_info(gpu->functions[0].pdev, "answers again\n");
	spin_lock(&gpu->lock);
	gpu->facts.lost = false;
	gpu->recovering = false;
	gpupm_happened(gpu, GPUPM_CAUSE_RECOVERED, NULL, NULL);
	spin_unlock(&gpu->lock);
}

/**
 * gpupm_verify - ask every function that has not answered since it woke
 * @gpu: the GPU
 *
 * A function that does not answer is asked again next time: it makes the GPU
 * lost once for each wake, and not any more as soon as it answers after all.
 *
 * Context: process; @gpu->mutex is held. Resumes nothing.
 * Return: 0 when all have answered; -EAGAIN when some could not be asked yet
 *	(asleep, on its way up, in reset); -EIO when the GPU is lost.
 */
int gpupm_verify(struct gpupm_gpu *gpu)
{
	struct pci_dev *silent = NULL;
	struct gpupm_function *fn;
	bool open, waiting = false;
	int ret;

	lockdep_assert_held(&gpu->mutex);
	spin_lock(&gpu->lock);
	open = gpupm_is_open(gpu);
	spin_unlock(&gpu->lock);

	gpupm_for_each_function(gpu, fn) {
		if (!fn->unverified)
			continue;
		ret = answers(fn->pdev);
		if (ret == -EAGAIN) {
			waiting = true;
			continue;
		}
		if (!ret) {
			if (!silent)
				silent = fn->pdev;
			continue;
		}
		fn->unverified = false;
		if (!open && !gpu->facts.lost)
			save(fn);
	}
	if (silent) {
		if (!gpu->lost_told)
			lost(gpu, silent);
		return -EIO;
	}
	if (waiting)
		return -EAGAIN;
	if (gpu->facts.lost)
		found(gpu, open);
	return 0;
}

/**
 * gpupm_reconnect - give a lost GPU a new chance
 * @gpu: the GPU, whose root port is about to get its power back
 *
 * When a port comes up and nothing below it answers for a minute, the PCI core
 * marks what is below as disconnected (since 6.6, and in stable kernels before),
 * and refuses to power it up ever after. Now its power has been off and comes
 * back: it is worth another attempt, which sets the mark again when it fails.
 *
 * Context: @gpu->lock is held.
 */
void gpupm_reconnect(struct gpupm_gpu *gpu)
{
	struct gpupm_function *fn;

	lockdep_assert_held(&gpu->lock);
	if (!gpu->facts.lost)
		return;
	gpupm_for_each_function(gpu, fn)
		if (fn->pdev->error_state == pci_channel_io_perm_failure)
			fn->pdev->error_state = pci_channel_io_normal;
}

/**
 * gpupm_recover - wake a lost GPU after its power was cut
 * @gpu: the GPU, lost, its root port suspended
 *
 * Context: process; @gpu->mutex is held. Sleeps for as long as the PCI core
 *	waits for a device: up to a minute when it does not come back.
 */
void gpupm_recover(struct gpupm_gpu *gpu)
{
	struct gpupm_function *fn;

	lockdep_assert_held(&gpu->mutex);
	gpupm_for_each_function(gpu, fn)
		pm_runtime_get_sync(&fn->pdev->dev);
	gpupm_verify(gpu);
	spin_lock(&gpu->lock);
	gpu->recovering = false;
	spin_unlock(&gpu->lock);
	gpupm_for_each_function(gpu, fn)
		pm_runtime_put(&fn->pdev->dev);
}
