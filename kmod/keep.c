// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: What keeps a GPU from sleeping: policy and holds
 *
 * Policy and holds are wishes; gpupm_want_of() makes of them what has to be
 * kept, and gpupm_keep() takes or drops runtime-PM references until it is so.
 * There is one reference of each kind at most, however many the reasons.
 *
 * The opposite wish belongs here too: gpupm_insist() turns runtime PM on again
 * where another program has turned it off.
 */
#define dev_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/pm_runtime.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "event.h"
#include "follow.h"
#include "keep.h"
#include "verify.h"

/**
 * struct gpupm_hold - one hold
 * @node: in the list of its GPU
 * @portid: the netlink socket that owns it
 */
struct gpupm_hold {
	struct list_head node;
	u32 portid;
};

/* Set by the module parameter "insist". */
bool gpupm_insist_param = true;

/*
 * A hot-plug port takes a lock of pciehp's when it resumes. pciehp's thread has that
 * when it waits for the PCI core's lock on rescans and removals, and who has that one
 * calls our notifier, which takes gpu->mutex. So whoever needs ports in D0 gets them
 * there first, and takes gpu->mutex then.
 */
static void ports_up(struct gpupm_gpu *gpu)
{
	struct gpupm_port *port;

	gpupm_for_each_port(gpu, port)
		pm_runtime_get_sync(&port->pdev->dev);
}

/* The GPU may have gone meanwhile. */
static void ports_down(struct gpupm_gpu *gpu)
{
	struct gpupm_port *port;

	gpupm_for_each_port(gpu, port)
		pm_runtime_put(&port->pdev->dev);
}

/* ports_up(), if that is what policy and holds will ask for. */
static bool ports_up_for(struct gpupm_gpu *gpu, enum gpupm_policy policy,
			 unsigned int holds)
{
	bool up;

	spin_lock(&gpu->lock);
	up = gpupm_want_of(policy, holds, gpu->recovering).ports;
	spin_unlock(&gpu->lock);
	if (up)
		ports_up(gpu);
	return up;
}

/* The ports are up already when @keep, see above. */
static void keep_ports(struct gpupm_gpu *gpu, bool keep)
{
	if (gpu->ports_kept == keep)
		return;
	gpu->ports_kept = keep;
	if (keep)
		ports_up(gpu);
	else
		ports_down(gpu);
}

static int keep_function(struct gpupm_function *fn)
{
	int err;

	if (fn->kept)
		return 0;
	err = pm_runtime_get_sync(&fn->pdev->dev);
	fn->kept = true;
	/* -EACCES: it has no runtime PM, so it cannot be but awake. */
	return err < 0 && err != -EACCES ? err : 0;
}

static void drop_functions(struct gpupm_gpu *gpu)
{
	struct gpupm_function *fn;

	gpupm_for_each_function(gpu, fn) {
		if (fn->kept)
			pm_runtime_put(&fn->pdev->dev);
		fn->kept = false;
	}
}

/**
 * gpupm_keep - keep awake what policy and holds ask for, and nothing else
 * @gpu: the GPU
 *
 * Context: process; @gpu->mutex is held, and ports that may have to be kept
 *	are up already, see ports_up(). Waits for devices to resume.
 * Return: 0, or -EIO when a function does not come up or does not answer, or
 *	did not before and waits for recovery.
 */
int gpupm_keep(struct gpupm_gpu *gpu)
{
	struct gpupm_function *fn;
	struct gpupm_want want;
	bool refused;
	int err = 0;

	lockdep_assert_held(&gpu->mutex);
	spin_lock(&gpu->lock);
	want = gpupm_want_of(gpu->policy, gpu->nholds, gpu->recovering);
	refused = gpu->recovering &&
		  gpupm_want_of(gpu->policy, gpu->nholds, false).functions;
	spin_unlock(&gpu->lock);

	/* Ports first up and last down: a function needs its port. */
	if (want.ports)
		keep_ports(gpu, true);
	if (!want.functions) {
		drop_functions(gpu);
	} else {
		gpupm_for_each_function(gpu, fn) {
			if (!keep_function(fn))
				continue;
			pci_err(fn->pdev, "cannot be resumed\n");
			err = -EIO;
		}
		if (!err && gpupm_verify(gpu) == -EIO)
			err = -EIO;
	}
	if (!want.ports)
		keep_ports(gpu, false);
	return refused ? -EIO : err;
}

/**
 * gpupm_keep_nothing - drop all references, and forget all holds
 * @gpu: the GPU, on its way out
 *
 * Context: process; @gpu->mutex is held.
 */
void gpupm_keep_nothing(struct gpupm_gpu *gpu)
{
	struct gpupm_hold *hold, *next;

	lockdep_assert_held(&gpu->mutex);
	drop_functions(gpu);
	keep_ports(gpu, false);
	spin_lock(&gpu->lock);
	list_for_each_entry_safe(hold, next, &gpu->holds, node)
		kfree(hold);
	INIT_LIST_HEAD(&gpu->holds);
	gpu->nholds = 0;
	spin_unlock(&gpu->lock);
}

/**
 * gpupm_set_policy - set the policy of a GPU
 * @gpu: the GPU
 * @policy: the policy
 *
 * It ends a fall-back to warm: whoever sets a policy wants it tried again.
 *
 * Context: process. Waits for devices to resume.
 * Return: 0; -ENODEV when the GPU has gone; -EIO when a function does not
 *	answer, and then the policy is as before, or warm if it is lost.
 */
int gpupm_set_policy(struct gpupm_gpu *gpu, enum gpupm_policy policy)
{
	struct gpupm_process by = gpupm_process_current();
	enum gpupm_policy before;
	int err = -ENODEV;
	bool fallback;
	bool up;

	/* Where somebody holds it the ports are kept already. */
	up = ports_up_for(gpu, policy, 0);
	mutex_lock(&gpu->mutex);
	if (gpu->gone)
		goto out;
	spin_lock(&gpu->lock);
	before = gpu->policy;
	fallback = gpu->fallback;
	gpu->policy = policy;
	gpu->fallback = false;
	spin_unlock(&gpu->lock);

	err = gpupm_keep(gpu);

	spin_lock(&gpu->lock);
	if (!err) {
		if (policy != before || fallback)
			gpupm_happened(gpu, GPUPM_CAUSE_POLICY, &by, NULL);
	} else if (!gpu->fallback) {
		gpu->policy = before;
		gpu->fallback = fallback;
	}
	spin_unlock(&gpu->lock);
	if (err)
		gpupm_keep(gpu);
out:
	mutex_unlock(&gpu->mutex);
	if (up)
		ports_down(gpu);
	return err;
}

static struct gpupm_hold *find_hold(struct gpupm_gpu *gpu, u32 portid)
{
	struct gpupm_hold *hold;

	lockdep_assert_held(&gpu->lock);
	list_for_each_entry(hold, &gpu->holds, node)
		if (hold->portid == portid)
			return hold;
	return NULL;
}

static bool drop_hold(struct gpupm_gpu *gpu, u32 portid)
{
	struct gpupm_hold *hold = find_hold(gpu, portid);

	if (!hold)
		return false;
	list_del(&hold->node);
	gpu->nholds--;
	kfree(hold);
	return true;
}

/**
 * gpupm_hold - keep a GPU in D0
 * @gpu: the GPU
 * @portid: the netlink socket that will own the hold
 *
 * Context: process. Waits for devices to resume.
 * Return: 0 when every function is in D0 and has answered; -EALREADY when the
 *	socket holds it already; -ENODEV when it has gone; -ENOMEM; -EIO when a
 *	function does not answer. But for 0 there is no hold.
 */
int gpupm_hold(struct gpupm_gpu *gpu, u32 portid)
{
	struct gpupm_process by = gpupm_process_current();
	struct gpupm_hold *hold;
	int err = -ENODEV;
	bool up;

	hold = kzalloc(sizeof(*hold), GFP_KERNEL);
	if (!hold)
		return -ENOMEM;
	hold->portid = portid;

	up = ports_up_for(gpu, GPUPM_POLICY_AUTO, 1);
	mutex_lock(&gpu->mutex);
	if (gpu->gone)
		goto out;
	err = -EALREADY;
	spin_lock(&gpu->lock);
	if (!find_hold(gpu, portid)) {
		list_add_tail(&hold->node, &gpu->holds);
		gpu->nholds++;
		hold = NULL;
		err = 0;
	}
	spin_unlock(&gpu->lock);
	if (err)
		goto out;

	err = gpupm_keep(gpu);

	spin_lock(&gpu->lock);
	if (!err)
		gpupm_happened(gpu, GPUPM_CAUSE_HELD, &by, NULL);
	else
		drop_hold(gpu, portid);
	spin_unlock(&gpu->lock);
	if (err)
		gpupm_keep(gpu);
out:
	mutex_unlock(&gpu->mutex);
	if (up)
		ports_down(gpu);
	kfree(hold);
	return err;
}

/**
 * gpupm_release - undo gpupm_hold()
 * @gpu: the GPU
 * @portid: the netlink socket that owns the hold
 *
 * Context: process.
 * Return: 0, or -ENOENT when that socket does not hold it.
 */
int gpupm_release(struct gpupm_gpu *gpu, u32 portid)
{
	struct gpupm_process by = gpupm_process_current();
	bool dropped;

	mutex_lock(&gpu->mutex);
	spin_lock(&gpu->lock);
	dropped = drop_hold(gpu, portid);
	if (dropped)
		gpupm_happened(gpu, GPUPM_CAUSE_RELEASED, &by, NULL);
	spin_unlock(&gpu->lock);
	if (dropped)
		gpupm_keep(gpu);
	mutex_unlock(&gpu->mutex);
	return dropped ? 0 : -ENOENT;
}

/**
 * gpupm_release_all - a netlink socket was closed: release what it held
 * @portid: the socket
 *
 * Every netlink socket of the system comes by here when it closes. So nothing
 * is waited for: the references are dropped in a work.
 *
 * Context: process.
 */
void gpupm_release_all(u32 portid)
{
	struct gpupm_process by = gpupm_process_current();
	struct gpupm_gpu *gpu;

	rcu_read_lock();
	list_for_each_entry_rcu(gpu, &gpupm_gpus, node) {
		spin_lock(&gpu->lock);
		if (drop_hold(gpu, portid)) {
			gpupm_happened(gpu, GPUPM_CAUSE_RELEASED, &by, NULL);
			gpupm_apply_soon(gpu, false);
		}
		spin_unlock(&gpu->lock);
	}
	rcu_read_unlock();
}

static void insist_on(struct gpupm_gpu *gpu, struct pci_dev *pdev)
{
	struct gpupm_process by;

	if (pdev->dev.power.runtime_auto)
		return;
	by = gpupm_touched_by(&gpu->wakes, NULL);
	spin_lock(&gpu->lock);
	gpupm_happened(gpu, GPUPM_CAUSE_RUNTIME_PM_OFF, &by, pci_name(pdev));
	spin_unlock(&gpu->lock);
	if (by.pid)
		pci_notice(pdev, "runtime PM was turned off by %s[%u], turned it on again\n",
			   by.comm, by.pid);
	else
		pci_notice(pdev, "runtime PM was turned off, turned it on again\n");
	pm_runtime_allow(&pdev->dev);
}

/**
 * gpupm_insist - turn runtime PM on again where it was turned off
 * @gpu: the GPU
 *
 * Laptop power tools turn it off for devices whose driver they do not know;
 * vfio-pci is one. Devices whose driver changes this moment are left alone.
 *
 * Context: process; @gpu->mutex is held.
 */
void gpupm_insist(struct gpupm_gpu *gpu)
{
	struct gpupm_function *fn;
	struct gpupm_port *port;

	lockdep_assert_held(&gpu->mutex);
	if (!gpupm_insist_param)
		return;
	gpupm_for_each_function(gpu, fn)
		if (fn->settings)
			insist_on(gpu, fn->pdev);
	gpupm_for_each_port(gpu, port)
		if (port->settings)
			insist_on(gpu, port->pdev);
}

static void apply(struct work_struct *work)
{
	struct gpupm_gpu *gpu = container_of(work, struct gpupm_gpu, apply);
	bool recover = false;
	bool rouse = false;
	bool up = false;

	spin_lock(&gpu->lock);
	if (!gpu->gone) {
		recover = gpu->recovering &&
			  pm_runtime_suspended(&gpupm_root_port(gpu)->dev);
		up = gpupm_want_of(gpu->policy, gpu->nholds,
				   gpu->recovering).ports;
		swap(rouse, gpu->rouse);
	}
	spin_unlock(&gpu->lock);

	up |= recover || rouse;
	if (up)
		ports_up(gpu);
	mutex_lock(&gpu->mutex);
	spin_lock(&gpu->lock);
	/* This wake was ours. */
	if (rouse && !gpu->facts.awake)
		gpupm_wake_forget(&gpu->wakes);
	spin_unlock(&gpu->lock);
	if (!gpu->gone) {
		gpupm_keep(gpu);
		if (recover && gpu->recovering) {
			gpupm_recover(gpu);
			gpupm_keep(gpu);
		}
	}
	mutex_unlock(&gpu->mutex);
	if (up)
		ports_down(gpu);
	gpupm_gpu_put(gpu);
}

/**
 * gpupm_apply_soon - bring the references of a GPU in line with what is wished
 * @gpu: the GPU
 * @rouse: have its ports resume in any case, so that they fall asleep anew
 *
 * The work keeps the GPU, and nobody who detaches it waits for the work: that is
 * done with locks held, and the work waits for ports, see ports_up().
 *
 * Context: @gpu->lock is held.
 */
void gpupm_apply_soon(struct gpupm_gpu *gpu, bool rouse)
{
	lockdep_assert_held(&gpu->lock);
	if (gpu->gone)
		return;
	gpu->rouse |= rouse;
	/* It begins with @gpu->lock, and so it cannot be over before this. */
	if (queue_work(gpupm_wq, &gpu->apply))
		kref_get(&gpu->kref);
}

/**
 * gpupm_keep_init - prepare the holds of a new GPU
 * @gpu: the GPU
 */
void gpupm_keep_init(struct gpupm_gpu *gpu)
{
	INIT_LIST_HEAD(&gpu->holds);
	INIT_WORK(&gpu->apply, apply);
}
