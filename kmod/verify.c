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
#include <linux/slab.h>

#include "event.h"
#include "follow.h"
#include "keep.h"
#include "verify.h"

static void restore(struct gpupm_function *fn)
{
	if (fn->saved && !pci_load_saved_state(fn->pdev, fn->saved))
		pci_restore_state(fn->pdev);
}

static bool in_reset(const struct pci_dev *pdev)
{
	return pdev->block_cfg_access;
}

/*
 * 1: it answers; 0: it does not; -EAGAIN: it can't be asked at the moment;
 * -EBUSY: nor can it while this reset goes on.
 *
 * A function under reset answers nobody: that is no failure. Resets lock
 * configuration space, and a reset takes longer than a read. That lock must not
 * be taken here to keep them out: VFIO resets a function when it is opened, does
 * not wait for the lock, and its open would fail because of us.
 */
static int ask(struct pci_dev *pdev)
{
	u16 vendor;

	if (in_reset(pdev))
		return -EBUSY;
	pci_read_config_word(pdev, PCI_VENDOR_ID, &vendor);
	if (vendor == pdev->vendor)
		return 1;
	return in_reset(pdev) ? -EBUSY : 0;
}

static int answers(struct pci_dev *pdev)
{
	int ret = -EAGAIN;

	/* With a reference an active function stays so while it is asked. */
	pm_runtime_get_noresume(&pdev->dev);
	if (pm_runtime_active(&pdev->dev))
		ret = ask(pdev);
	pm_runtime_put(&pdev->dev);
	return ret;
}

/**
 * gpupm_remember - keep a copy of each function's configuration space
 * @gpu: the GPU, all its functions suspended
 *
 * While a function is lost the PM core saves its configuration space all the
 * same, as all ones, and writes that back later. So a copy is taken of what the
 * PM core saved while the function was well and nobody had it open.
 *
 * Context: process; called from the supplier's suspend, which all functions wait
 *	for before they resume. @gpu->lock is not held.
 */
void gpupm_remember(struct gpupm_gpu *gpu)
{
	struct pci_saved_state *saved;
	struct gpupm_function *fn;
	struct pci_dev *pdev;
	unsigned int i;

	for (i = 0; i < GPUPM_MAX_FUNCTIONS; i++) {
		fn = &gpu->functions[i];
		pdev = NULL;
		spin_lock(&gpu->lock);
		if (!fn->saved && !fn->unverified && !gpu->facts.lost &&
		    !gpupm_is_open(gpu))
			pdev = pci_dev_get(fn->pdev);
		spin_unlock(&gpu->lock);
		if (!pdev)
			continue;
		saved = pci_store_saved_state(pdev);
		spin_lock(&gpu->lock);
		if (fn->pdev == pdev && !fn->saved)
			swap(fn->saved, saved);
		spin_unlock(&gpu->lock);
		kfree(saved);
		pci_dev_put(pdev);
	}
}

static void lost(struct gpupm_gpu *gpu, struct pci_dev *pdev)
{
	struct gpupm_process by = gpupm_touched_by(&gpu->wakes, NULL);

	spin_lock(&gpu->lock);
	if (gpu->lost_told) {
		spin_unlock(&gpu->lock);
		return;
	}
	pci_err(pdev, "did not answer after a wake%s\n",
		gpu->recovering ? ", power cycle did not help" :
				  ", policy is warm from now on");
	strscpy(gpu->failed, pci_name(pdev), sizeof(gpu->failed));
	gpu->facts.lost = true;
	gpu->policy = GPUPM_POLICY_WARM;
	gpu->fallback = true;
	gpu->lost_told = true;
	gpupm_happened(gpu, GPUPM_CAUSE_LOST, &by, gpu->failed);
	if (!gpu->recovering && gpu->nports) {
		gpu->recovering = true;
		gpupm_apply_soon(gpu, false);
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
 *	(asleep, on its way up), -EBUSY when that is because of a reset; -EIO
 *	when the GPU is lost.
 */
int gpupm_verify(struct gpupm_gpu *gpu)
{
	struct pci_dev *silent = NULL;
	struct gpupm_function *fn;
	int ret, err = 0;
	bool open;

	lockdep_assert_held(&gpu->mutex);
	spin_lock(&gpu->lock);
	open = gpupm_is_open(gpu);
	spin_unlock(&gpu->lock);

	gpupm_for_each_function(gpu, fn) {
		if (!fn->unverified)
			continue;
		ret = answers(fn->pdev);
		if (ret < 0) {
			if (err != -EBUSY)
				err = ret;
			continue;
		}
		if (!ret) {
			if (!silent)
				silent = fn->pdev;
			continue;
		}
		fn->unverified = false;
	}
	if (silent) {
		lost(gpu, silent);
		return -EIO;
	}
	if (!err && gpu->facts.lost)
		found(gpu, open);
	return err;
}

/**
 * gpupm_verify_last - ask those that went to sleep before they could be asked
 * @gpu: the GPU, its functions suspended, its ports not yet
 *
 * VFIO resets a function that does not come up, for a minute and more, gives up,
 * and lets it go at once: between two looks. But below a port that is up a
 * function answers in D3hot, too. One with power resources of its own does not
 * when they are off, and cannot be told from a dead one.
 *
 * Context: process; called from the supplier's suspend, which all functions wait
 *	for before they resume. @gpu->lock is not held, nor is @gpu->mutex.
 */
void gpupm_verify_last(struct gpupm_gpu *gpu)
{
	struct gpupm_function *fn;
	struct pci_dev *pdev;
	unsigned int i;

	for (i = 0; i < GPUPM_MAX_FUNCTIONS; i++) {
		fn = &gpu->functions[i];
		spin_lock(&gpu->lock);
		pdev = fn->unverified && !gpu->gone ? pci_dev_get(fn->pdev) :
						      NULL;
		spin_unlock(&gpu->lock);
		if (!pdev)
			continue;
		if (!pci_pr3_present(pdev) && !ask(pdev))
			lost(gpu, pdev);
		pci_dev_put(pdev);
	}
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
