// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: How the module sees a VM come and go
 *
 * VFIO takes a runtime-PM reference on a function when it is opened, and drops
 * it when it is closed. The module makes every function a consumer of a device
 * of its own, through device links. The PM core then resumes that device before
 * the first function resumes, and suspends it after the last one has suspended:
 *
 *   gpu_resume()    a function is about to resume; its port is up already
 *   gpu_suspend()   all functions are suspended
 *
 * A second device is the supplier of the root port in the same way:
 *
 *   port_resume()   the root port is about to get its power back
 *   port_suspend()  it is suspended, and its D-state says whether power was cut
 *
 * That tells everything while functions do suspend. They do not while something
 * else holds a reference: a hold of ours, the policy "on", or a program that
 * writes "on" to power/control (and does so, of all times, while a VM runs).
 * Then an open, a close and that write itself change no runtime-PM status, and
 * no link tells. But all three ask the PM core for the function, so the module
 * listens to the PM core's tracepoint rpm_resume too. It is exported for
 * modules, it is in the context of the process that asks, and it costs two
 * comparisons for any other device.
 *
 * In all cases the truth is pci_is_enabled(): VFIO enables a function when it is
 * opened and disables it when it is closed, a little after the resume and a
 * little before the suspend. So a resume is followed by a *recheck* or more,
 * with doubling delays, for as long as an open may take. Nothing runs after, but
 * while a function that does not come up is being reset.
 */
#include <linux/pm_runtime.h>
#include <linux/rculist.h>
#include <trace/events/rpm.h>

#include "event.h"
#include "follow.h"
#include "keep.h"
#include "verify.h"

/*
 * The first look comes when a warm open is usually done; the last one after
 * RECHECK_MAX_MS, when even an open that resets a slow GPU's whole bus is. The
 * sum of all delays is twice that.
 */
#define RECHECK_MIN_MS 5
#define RECHECK_MAX_MS 5120U
/* No open takes so long: what is awake by then is awake for another reason. */
#define WAKE_AFTER_MS 1500

/* Without the lock, what is read may be a moment old. */
static bool seems_open(const struct gpupm_gpu *gpu)
{
	const struct gpupm_function *fn;

	gpupm_for_each_function(gpu, fn)
		if (READ_ONCE(fn->vfio) && pci_is_enabled(fn->pdev))
			return true;
	return false;
}

/**
 * gpupm_is_open - has a VFIO user any function open?
 * @gpu: the GPU; its lock is held
 *
 * Return: true if so.
 */
bool gpupm_is_open(const struct gpupm_gpu *gpu)
{
	lockdep_assert_held(&gpu->lock);
	return seems_open(gpu);
}

/*
 * From the start again. A look that is due as soon as this one is left alone,
 * or whoever asks every millisecond would put it off for ever.
 */
static void queue_recheck(struct gpupm_gpu *gpu)
{
	if (delayed_work_pending(&gpu->recheck) &&
	    READ_ONCE(gpu->recheck_ms) == RECHECK_MIN_MS)
		return;
	WRITE_ONCE(gpu->recheck_ms, RECHECK_MIN_MS);
	mod_delayed_work(gpupm_wq, &gpu->recheck,
			 msecs_to_jiffies(RECHECK_MIN_MS));
}

/**
 * gpupm_recheck_soon - look again shortly
 * @gpu: the GPU, attached
 */
void gpupm_recheck_soon(struct gpupm_gpu *gpu)
{
	spin_lock(&gpu->lock);
	queue_recheck(gpu);
	spin_unlock(&gpu->lock);
}

static void opened(struct gpupm_gpu *gpu)
{
	gpu->facts.open = true;
	gpu->user = gpupm_touched_by(&gpu->wakes, NULL);
	gpupm_wake_forget(&gpu->wakes);
	gpupm_happened(gpu, GPUPM_CAUSE_OPENED, &gpu->user, NULL);
}

static void closed(struct gpupm_gpu *gpu)
{
	gpu->facts.open = false;
	WRITE_ONCE(gpu->closing, false);
	gpupm_happened(gpu, GPUPM_CAUSE_CLOSED, &gpu->user, NULL);
	gpu->user = (struct gpupm_process){};
}

static void look(struct gpupm_gpu *gpu)
{
	bool open = gpupm_is_open(gpu);

	if (open && !gpu->facts.open)
		opened(gpu);
	else if (!open && gpu->facts.open)
		closed(gpu);
}

static void commit_wake(struct gpupm_gpu *gpu)
{
	const struct gpupm_wake *wake = gpupm_wake_commit(&gpu->wakes);

	if (wake)
		gpupm_happened(gpu, GPUPM_CAUSE_WAKE, &wake->by, wake->device);
}

/**
 * gpupm_look - bring the state up to date for somebody who asks
 * @gpu: the GPU; its lock is held
 *
 * There is nothing to find where the tracepoint can be had. It makes the answer
 * right all the same for a vfio-pci that uses no runtime PM (disable_idle_d3),
 * whose open and close nothing announces.
 */
void gpupm_look(struct gpupm_gpu *gpu)
{
	lockdep_assert_held(&gpu->lock);
	look(gpu);
}

/*
 * The PM core suspends the root port's supplier a little after the port. A VM
 * that starts in that very moment takes the port up again before, and nothing
 * tells that power was cut, but the probe.
 */
static void make_up_for_cut(struct gpupm_gpu *gpu)
{
	if (!READ_ONCE(gpu->cut_unseen))
		return;
	WRITE_ONCE(gpu->cut_unseen, false);
	gpu->facts.cut = true;
	gpupm_happened(gpu, GPUPM_CAUSE_POWER_CUT, NULL, NULL);
}

static void power_restored(struct gpupm_gpu *gpu)
{
	char device[GPUPM_ADDRESS_LEN];
	struct gpupm_process by;

	make_up_for_cut(gpu);
	gpupm_wake_begin(&gpu->wakes, gpu->clock.state);
	if (!gpu->facts.cut)
		return;
	gpu->facts.cut = false;
	by = gpupm_touched_by(&gpu->wakes, device);
	gpupm_happened(gpu, GPUPM_CAUSE_POWER_RESTORED, &by, device);
}

static int gpu_resume(struct device *dev)
{
	struct gpupm_gpu *gpu = dev_get_drvdata(dev);
	struct gpupm_process by;
	char device[GPUPM_ADDRESS_LEN];
	struct gpupm_function *fn;
	struct gpupm_port *port;

	spin_lock(&gpu->lock);
	if (gpu->gone)
		goto out;
	if (!gpu->facts.awake)
		power_restored(gpu);
	gpupm_for_each_function(gpu, fn)
		fn->unverified = true;
	gpu->lost_told = false;
	/*
	 * The ports are up, for the PM core resumes the parent before the
	 * suppliers and holds it meanwhile. From here on they stay up whatever
	 * a guest does with the functions.
	 */
	if (!gpu->ports_held) {
		gpu->ports_held = true;
		gpupm_for_each_port(gpu, port)
			pm_runtime_get_noresume(&port->pdev->dev);
	}
	if (!gpu->facts.awake) {
		gpu->facts.awake = true;
		by = gpupm_touched_by(&gpu->wakes, device);
		gpupm_happened(gpu, GPUPM_CAUSE_WOKEN, &by, device);
	}
	queue_recheck(gpu);
out:
	spin_unlock(&gpu->lock);
	return 0;
}

static int gpu_suspend(struct device *dev)
{
	struct gpupm_gpu *gpu = dev_get_drvdata(dev);
	struct gpupm_port *port;
	bool open;

	gpupm_verify_last(gpu);
	gpupm_remember(gpu);
	spin_lock(&gpu->lock);
	if (gpu->gone)
		goto out;
	open = gpupm_is_open(gpu);
	/* An open may have come and gone between two looks. */
	if (!gpu->facts.open && (open || READ_ONCE(gpu->closing)))
		opened(gpu);
	gpu->facts.awake = false;
	if (gpu->facts.open && !open)
		closed(gpu);
	else if (!open)
		gpupm_happened(gpu, GPUPM_CAUSE_SUSPENDED, NULL, NULL);
	WRITE_ONCE(gpu->closing, false);
	if (!open) {
		gpupm_fell_asleep(&gpu->wakes);
		if (gpu->ports_held) {
			gpu->ports_held = false;
			gpupm_for_each_port(gpu, port)
				pm_runtime_put(&port->pdev->dev);
		}
	}
out:
	spin_unlock(&gpu->lock);
	return 0;
}

static int port_resume(struct device *dev)
{
	struct gpupm_gpu *gpu = dev_get_drvdata(dev);

	spin_lock(&gpu->lock);
	if (gpu->gone)
		goto out;
	/* port_suspend() has seen it. */
	WRITE_ONCE(gpu->cut_unseen, false);
	power_restored(gpu);
	gpupm_reconnect(gpu);
	queue_recheck(gpu);
out:
	spin_unlock(&gpu->lock);
	return 0;
}

static int port_suspend(struct device *dev)
{
	struct gpupm_gpu *gpu = dev_get_drvdata(dev);
	struct gpupm_function *fn;
	bool cut;

	spin_lock(&gpu->lock);
	if (gpu->gone)
		goto out;
	cut = gpupm_root_port(gpu)->current_state == PCI_D3cold;
	gpupm_for_each_function(gpu, fn)
		if (fn->pdev->current_state != PCI_D3cold)
			cut = false;
	commit_wake(gpu);
	gpupm_fell_asleep(&gpu->wakes);
	if (cut && !gpu->facts.cut) {
		gpu->facts.cut = true;
		gpupm_happened(gpu, GPUPM_CAUSE_POWER_CUT, NULL, NULL);
	}
	if (gpu->recovering)
		gpupm_apply_soon(gpu, false);
	/* Everything sleeps: there is nothing left to look at. */
	if (!gpu->facts.awake)
		cancel_delayed_work(&gpu->recheck);
out:
	spin_unlock(&gpu->lock);
	return 0;
}

/* Resumes the root port, so that it falls asleep anew. No wake: nobody is behind it. */
static void rouse(struct gpupm_gpu *gpu)
{
	struct device *root = &gpupm_root_port(gpu)->dev;

	pm_runtime_get_sync(root);
	/* It may have been active without its supplier, see below. */
	pm_runtime_resume(gpu->port_dev);
	spin_lock(&gpu->lock);
	if (!gpu->facts.awake)
		gpupm_wake_forget(&gpu->wakes);
	spin_unlock(&gpu->lock);
	pm_runtime_put(root);
}

/*
 * The system has woken up. The PM core has given ports their power back itself and
 * calls them active, and their suppliers were not told, whose runtime PM was off.
 * They are told now, or else they would not hear of the port's next suspend.
 *
 * When the system changes its mind half way, the PCI core gives a suspended port
 * its power back and leaves it at that: it would stay on until somebody uses it.
 */
static void port_complete(struct device *dev)
{
	struct gpupm_gpu *gpu = dev_get_drvdata(dev);
	struct pci_dev *root;

	/* Detached: nobody needs to know. */
	if (!gpu)
		return;
	root = gpupm_root_port(gpu);
	if (pm_runtime_active(&root->dev) || root->current_state == PCI_D0)
		rouse(gpu);
}

static const struct dev_pm_ops gpu_pm_ops = {
	SET_RUNTIME_PM_OPS(gpu_suspend, gpu_resume, NULL)
};

static const struct dev_pm_ops port_pm_ops = {
	SET_RUNTIME_PM_OPS(port_suspend, port_resume, NULL)
	.complete = port_complete,
};

/* PM ops of the supplier of the functions; drvdata is the GPU. */
const struct device_type gpupm_gpu_type = {
	.name = "gpupm",
	.pm = &gpu_pm_ops,
};

/* PM ops of the supplier of the root port; drvdata is the GPU. */
const struct device_type gpupm_port_type = {
	.name = "gpupm_port",
	.pm = &port_pm_ops,
};

/*
 * Whoever drops the last reference asks for the suspend, and that can get lost:
 * to ask for the resume of an active device cancels the request (rpm_resume(),
 * on every kernel). Then it would stay awake for ever. What is used ignores this.
 */
static void nudge(struct gpupm_gpu *gpu)
{
	struct gpupm_function *fn;

	gpupm_for_each_function(gpu, fn)
		pm_request_idle(&fn->pdev->dev);
}

static bool is_resuming(const struct pci_dev *pdev)
{
	return READ_ONCE(pdev->dev.power.runtime_status) == RPM_RESUMING;
}

static bool any_resuming(const struct gpupm_gpu *gpu)
{
	const struct gpupm_function *fn;
	const struct gpupm_port *port;

	gpupm_for_each_function(gpu, fn)
		if (is_resuming(fn->pdev))
			return true;
	gpupm_for_each_port(gpu, port)
		if (is_resuming(port->pdev))
			return true;
	return false;
}

/* Queued by this module only while the GPU is attached. */
static void recheck(struct work_struct *work)
{
	struct gpupm_gpu *gpu =
		container_of(to_delayed_work(work), struct gpupm_gpu, recheck);
	bool more;
	int err;

	mutex_lock(&gpu->mutex);
	if (gpu->gone) {
		mutex_unlock(&gpu->mutex);
		return;
	}
	gpupm_insist(gpu);
	err = gpupm_verify(gpu);

	spin_lock(&gpu->lock);
	look(gpu);
	if (any_resuming(gpu))
		gpupm_wake_lasts(&gpu->wakes);
	else if (gpupm_wake_age_ms(&gpu->wakes) >= WAKE_AFTER_MS)
		commit_wake(gpu);
	if (gpu->facts.awake && !gpu->facts.open)
		nudge(gpu);
	more = gpu->recheck_ms < RECHECK_MAX_MS &&
	       ((gpu->facts.awake && (err || !gpu->facts.open)) ||
		gpu->wakes.is_pending || READ_ONCE(gpu->closing));
	/* The reset of a function that does not come up takes a minute. */
	if (more || err == -EBUSY) {
		gpu->recheck_ms = min(gpu->recheck_ms * 2, RECHECK_MAX_MS);
		queue_delayed_work(gpupm_wq, &gpu->recheck,
				   msecs_to_jiffies(gpu->recheck_ms));
	} else {
		WRITE_ONCE(gpu->closing, false);
	}
	spin_unlock(&gpu->lock);
	mutex_unlock(&gpu->mutex);
}

/**
 * gpupm_follow_init - prepare the works of a new GPU
 * @gpu: the GPU
 */
void gpupm_follow_init(struct gpupm_gpu *gpu)
{
	INIT_DELAYED_WORK(&gpu->recheck, recheck);
}

static bool has_function(const struct gpupm_gpu *gpu, const struct pci_dev *pdev)
{
	const struct gpupm_function *fn;

	/* Only pointers are compared: a function that leaves does no harm. */
	gpupm_for_each_function(gpu, fn)
		if (fn->pdev == pdev)
			return true;
	return false;
}

static bool has_port(const struct gpupm_gpu *gpu, const struct pci_dev *pdev)
{
	const struct gpupm_port *port;

	gpupm_for_each_port(gpu, port)
		if (port->pdev == pdev)
			return true;
	return false;
}

static void asked_for(struct gpupm_gpu *gpu, struct pci_dev *pdev, int rpmflags)
{
	bool active = pdev->dev.power.runtime_status == RPM_ACTIVE;
	bool function = has_function(gpu, pdev);

	if (!function && !has_port(gpu, pdev))
		return;
	/*
	 * While a VM runs, VFIO asks at each slow access of the guest, always
	 * for a reference. A close and a write to power/control ask for none.
	 */
	if (READ_ONCE(gpu->facts.open) && rpmflags & RPM_GET_PUT)
		return;
	/*
	 * An open asks for its reference first and enables the function then. Who
	 * asks between that and the look that finds it open is not who opened it,
	 * like libvirt, which reads a function it has just given to a VM.
	 */
	if (READ_ONCE(gpu->facts.open) || !seems_open(gpu))
		gpupm_touch(&gpu->wakes, &pdev->dev, !function, !active);
	if (pdev == gpupm_root_port(gpu) && !active &&
	    pdev->current_state == PCI_D3cold)
		WRITE_ONCE(gpu->cut_unseen, true);
	if (function && !(rpmflags & RPM_GET_PUT) && pci_is_enabled(pdev))
		WRITE_ONCE(gpu->closing, true);
	/* What sleeps is followed by way of the links. */
	if (active)
		queue_recheck(gpu);
}

/*
 * The PM core was asked to resume a device; its lock is held and interrupts are
 * off, so gpu->lock must not be taken here.
 */
static void on_rpm_resume(void *data, struct device *dev, int rpmflags)
{
	struct gpupm_gpu *gpu;

	if (!dev_is_pci(dev))
		return;
	rcu_read_lock();
	list_for_each_entry_rcu(gpu, &gpupm_gpus, node)
		asked_for(gpu, to_pci_dev(dev), rpmflags);
	rcu_read_unlock();
}

/**
 * gpupm_probe_register - listen to the PM core
 *
 * Return: 0 or a negative errno.
 */
int gpupm_probe_register(void)
{
	return register_trace_rpm_resume(on_rpm_resume, NULL);
}

/**
 * gpupm_probe_unregister - stop listening
 *
 * No probe runs any more when this returns.
 */
void gpupm_probe_unregister(void)
{
	unregister_trace_rpm_resume(on_rpm_resume, NULL);
	tracepoint_synchronize_unregister();
}
