// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: One GPU, from attach to detach
 *
 * Lifetime. A GPU is in the list from attach to detach, both under
 * gpupm_gpus_lock. Whoever finds it there takes a reference and may then let go
 * of the lock; after detach it finds @gone set under @mutex and does nothing.
 * The tracepoint probe and the netlink release notifier walk the list under RCU
 * instead; detach waits for them.
 *
 * The two devices are made by the driver core and released by it. Device links
 * are freed later, by a work of the driver core, and hold the devices until
 * then; so their release must not be code of this module, which may be gone.
 * With runtime PM disabled on them no callback of ours can run any more.
 *
 * Lock order: a PCI device's own lock, gpupm_gpus_lock, gpu->mutex, gpu->lock,
 * the PM core's locks, wakes.touch_lock.
 */
#define dev_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "event.h"
#include "follow.h"
#include "gpu.h"
#include "keep.h"
#include "params.h"
#include "rom.h"
#include "settings.h"
#include "suspend.h"
#include "sysfs.h"
#include "verify.h"

/* All attached GPUs, oldest first. */
LIST_HEAD(gpupm_gpus);
/* Held for attach and detach, and while drivers of their functions change. */
DEFINE_MUTEX(gpupm_gpus_lock);
/* Changes whenever the list does. */
unsigned int gpupm_generation = 1;
/* For recheck and apply; freezes with the PM core's own. */
struct workqueue_struct *gpupm_wq;

static u64 last_id;

/**
 * gpupm_is_vfio - is a device bound to a VFIO driver?
 * @pdev: the device
 *
 * That is vfio-pci or one of its variants. They have no mark of their own in
 * the driver core, but all of them, and few others, manage DMA ownership
 * themselves.
 *
 * Context: gpupm_gpus_lock is held. No driver of a PCI device goes away while
 *	it is: before a driver is freed the bus notifier takes it too.
 * Return: true if so.
 */
bool gpupm_is_vfio(const struct pci_dev *pdev)
{
	struct device_driver *drv = READ_ONCE(pdev->dev.driver);

	lockdep_assert_held(&gpupm_gpus_lock);
	return drv && to_pci_driver(drv)->driver_managed_dma &&
	       strstr(drv->name, "vfio");
}

static bool is_display(const struct pci_dev *pdev)
{
	return pdev->class >> 16 == PCI_BASE_CLASS_DISPLAY;
}

/**
 * gpupm_is_gpu - does a device make a GPU that is to be attached?
 * @pdev: the device
 *
 * A virtual function is none: its power is that of the physical function, which
 * belongs to the host.
 *
 * Context: gpupm_gpus_lock is held.
 * Return: true for a display function bound to a VFIO driver.
 */
bool gpupm_is_gpu(const struct pci_dev *pdev)
{
	return is_display(pdev) && !pdev->is_virtfn && gpupm_is_vfio(pdev);
}

/**
 * gpupm_gpu_find - find a GPU by its address
 * @address: address of its display function
 *
 * Context: process; gpupm_gpus_lock is not held.
 * Return: the GPU with a reference, or NULL.
 */
struct gpupm_gpu *gpupm_gpu_find(const char *address)
{
	struct gpupm_gpu *gpu, *found = NULL;

	mutex_lock(&gpupm_gpus_lock);
	list_for_each_entry(gpu, &gpupm_gpus, node)
		if (!strcmp(gpu->address, address)) {
			kref_get(&gpu->kref);
			found = gpu;
			break;
		}
	mutex_unlock(&gpupm_gpus_lock);
	return found;
}

/**
 * gpupm_gpu_of_slot - find the GPU that a device belongs to
 * @pdev: any PCI device
 *
 * Context: gpupm_gpus_lock is held.
 * Return: the GPU, without a reference, or NULL.
 */
struct gpupm_gpu *gpupm_gpu_of_slot(struct pci_dev *pdev)
{
	struct gpupm_gpu *gpu;
	struct pci_dev *display;

	lockdep_assert_held(&gpupm_gpus_lock);
	list_for_each_entry(gpu, &gpupm_gpus, node) {
		display = gpu->functions[0].pdev;
		if (display == pdev)
			return gpu;
		/* On the root bus a slot says nothing about power. */
		if (gpu->nports && display->bus == pdev->bus &&
		    PCI_SLOT(display->devfn) == PCI_SLOT(pdev->devfn))
			return gpu;
	}
	return NULL;
}

static void free_gpu(struct kref *kref)
{
	struct gpupm_gpu *gpu = container_of(kref, struct gpupm_gpu, kref);
	struct gpupm_function *fn;
	struct gpupm_port *port;

	gpupm_for_each_function(gpu, fn) {
		kfree(fn->saved);
		pci_dev_put(fn->pdev);
	}
	gpupm_for_each_port(gpu, port)
		pci_dev_put(port->pdev);
	kfree(gpu);
}

/**
 * gpupm_gpu_put - drop a reference
 * @gpu: the GPU
 */
void gpupm_gpu_put(struct gpupm_gpu *gpu)
{
	kref_put(&gpu->kref, free_gpu);
}

/*
 * Another driver's display function is another driver's business even when it
 * shares our slot. Everything else in the slot has to be able to sleep.
 */
static int apply_settings(struct gpupm_function *fn)
{
	if (!fn->vfio && fn->driver[0] && is_display(fn->pdev))
		return 0;
	fn->settings = gpupm_settings_apply(fn->pdev);
	return fn->settings ? 0 : -ENOMEM;
}

static void note_driver(struct gpupm_gpu *gpu, struct gpupm_function *fn)
{
	const struct device_driver *drv = READ_ONCE(fn->pdev->dev.driver);

	spin_lock(&gpu->lock);
	strscpy(fn->driver, drv ? drv->name : "", sizeof(fn->driver));
	fn->vfio = gpupm_is_vfio(fn->pdev);
	spin_unlock(&gpu->lock);
}

/*
 * A function comes to the GPU: awake, and linked as such. The caller drops the
 * reference that keeps it awake when everything is in place.
 */
static int join(struct gpupm_gpu *gpu, struct gpupm_function *fn)
{
	struct device *dev = &fn->pdev->dev;
	u32 flags = DL_FLAG_STATELESS | DL_FLAG_PM_RUNTIME;
	int err;

	note_driver(gpu, fn);
	pm_runtime_get_sync(dev);
	err = apply_settings(fn);
	/* The link takes over the supplier's state from its consumer. */
	if (pm_runtime_active(dev))
		flags |= DL_FLAG_RPM_ACTIVE;
	if (!err && !device_link_add(dev, gpu->dev, flags))
		err = -ENOMEM;
	if (!err)
		return 0;
	pci_err(fn->pdev, "cannot be made part of its GPU: %pe\n",
		ERR_PTR(err));
	gpupm_settings_restore(fn->settings);
	fn->settings = NULL;
	pm_runtime_put(dev);
	return err;
}

static void part(struct gpupm_gpu *gpu, struct gpupm_function *fn)
{
	device_link_remove(&fn->pdev->dev, gpu->dev);
	gpupm_settings_restore(fn->settings);
	fn->settings = NULL;
}

static struct gpupm_gpu *alloc_gpu(struct pci_dev *display)
{
	struct gpupm_gpu *gpu = kzalloc(sizeof(*gpu), GFP_KERNEL);
	unsigned int slot = PCI_SLOT(display->devfn), i, n = 0;
	struct pci_bus *bus = display->bus;
	struct pci_dev *pdev;

	if (!gpu)
		return NULL;
	kref_init(&gpu->kref);
	mutex_init(&gpu->mutex);
	spin_lock_init(&gpu->lock);
	strscpy(gpu->address, pci_name(display), sizeof(gpu->address));
	gpu->policy = gpupm_default_policy;
	gpupm_wakes_init(&gpu->wakes);
	gpupm_follow_init(gpu);
	gpupm_keep_init(gpu);

	for (pdev = pci_upstream_bridge(display);
	     pdev && gpu->nports < GPUPM_MAX_PORTS;
	     pdev = pci_upstream_bridge(pdev)) {
		gpu->ports[gpu->nports++].pdev = pci_dev_get(pdev);
		gpu->power_resource |= pci_pr3_present(pdev);
	}
	gpu->functions[n++].pdev = pci_dev_get(display);
	/* Not pci_get_slot(): it also knows those that have been removed. */
	for (i = 0; gpu->nports && i < GPUPM_MAX_FUNCTIONS; i++) {
		pdev = pci_get_domain_bus_and_slot(pci_domain_nr(bus),
						   bus->number,
						   PCI_DEVFN(slot, i));
		if (pdev && pdev != display)
			gpu->functions[n++].pdev = pdev;
		else
			pci_dev_put(pdev);
	}
	return gpu;
}

static int make_devices(struct gpupm_gpu *gpu)
{
	char name[GPUPM_ADDRESS_LEN + 8];
	struct device *dev;

	dev = device_create(&gpupm_class, NULL, 0, gpu, "%s", gpu->address);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	dev->type = &gpupm_gpu_type;
	gpu->dev = dev;
	pm_runtime_enable(dev);
	gpupm_rom_offer(gpu, gpu->functions[0].pdev);
	if (!gpu->nports)
		return 0;

	snprintf(name, sizeof(name), "gpupm-%s", gpu->address);
	dev = root_device_register(name);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	dev_set_drvdata(dev, gpu);
	dev->type = &gpupm_port_type;
	gpu->port_dev = dev;
	pm_runtime_enable(dev);
	return 0;
}

static int join_ports(struct gpupm_gpu *gpu)
{
	struct device *root;
	struct gpupm_port *port;

	if (!gpu->nports)
		return 0;
	gpupm_for_each_port(gpu, port) {
		port->settings = gpupm_settings_apply(port->pdev);
		if (!port->settings)
			return -ENOMEM;
	}
	/* Awake, for the functions are. */
	root = &gpupm_root_port(gpu)->dev;
	if (!device_link_add(root, gpu->port_dev,
			     DL_FLAG_STATELESS | DL_FLAG_PM_RUNTIME |
				     DL_FLAG_RPM_ACTIVE))
		return -ENOMEM;
	return 0;
}

/* Undo everything but the list, whether all of it was done or not. */
static void dismantle(struct gpupm_gpu *gpu)
{
	struct gpupm_function *fn;
	struct gpupm_port *port;

	mutex_lock(&gpu->mutex);
	spin_lock(&gpu->lock);
	gpu->gone = true;
	spin_unlock(&gpu->lock);
	gpupm_keep_nothing(gpu);
	gpupm_spare_no_more(gpu);
	mutex_unlock(&gpu->mutex);

	if (gpu->dev) {
		gpupm_for_each_function(gpu, fn)
			part(gpu, fn);
	}
	if (gpu->port_dev)
		device_link_remove(&gpupm_root_port(gpu)->dev, gpu->port_dev);
	/* From here on no callback queues a work. */
	if (gpu->dev)
		pm_runtime_disable(gpu->dev);
	if (gpu->port_dev) {
		pm_runtime_disable(gpu->port_dev);
		/* Nor does the end of a system suspend, which may be this moment. */
		device_lock(gpu->port_dev);
		dev_set_drvdata(gpu->port_dev, NULL);
		device_unlock(gpu->port_dev);
	}
	cancel_delayed_work_sync(&gpu->recheck);

	if (gpu->ports_held)
		gpupm_for_each_port(gpu, port)
			pm_runtime_put(&port->pdev->dev);
	/*
	 * A port that was found forbidden to sleep resumes here, with locks held, which is
	 * wrong elsewhere (see ports_up()). When a driver leaves or comes the driver core has
	 * it awake, and when the module is unloaded nobody calls our notifier any more.
	 */
	gpupm_for_each_port(gpu, port)
		gpupm_settings_restore(port->settings);
	if (gpu->port_dev)
		root_device_unregister(gpu->port_dev);
	if (gpu->dev)
		device_unregister(gpu->dev);
}

/**
 * gpupm_gpu_attach - begin to manage a GPU
 * @display: its display function, which gpupm_is_gpu()
 *
 * The GPU is woken once, so that links, references and state begin in step.
 *
 * Context: process; gpupm_gpus_lock is held; waits for devices to resume.
 * Return: 0 or a negative errno; then everything is as it was.
 */
int gpupm_gpu_attach(struct pci_dev *display)
{
	struct gpupm_function *fn;
	struct gpupm_gpu *gpu;
	unsigned int joined = 0;
	int err;

	lockdep_assert_held(&gpupm_gpus_lock);
	gpu = alloc_gpu(display);
	if (!gpu)
		return -ENOMEM;
	spin_lock(&gpu->lock);
	gpu->facts.awake = true;
	gpupm_clock_start(&gpu->clock, &gpu->facts, ktime_get_boottime_ns());
	spin_unlock(&gpu->lock);

	/* Keeps recheck away until all is in place. */
	mutex_lock(&gpu->mutex);
	err = make_devices(gpu);
	if (err)
		goto fail;
	gpupm_for_each_function(gpu, fn) {
		err = join(gpu, fn);
		if (err)
			goto fail;
		joined++;
	}
	err = join_ports(gpu);
	if (err)
		goto fail;

	gpu->id = ++last_id;
	list_add_tail_rcu(&gpu->node, &gpupm_gpus);
	gpupm_generation++;
	pci_info(display, "attached with %u function%s, %u port%s, policy %s\n",
		 joined, joined == 1 ? "" : "s", gpu->nports,
		 gpu->nports == 1 ? "" : "s", gpupm_policy_names[gpu->policy]);

	spin_lock(&gpu->lock);
	/* This wake was ours. Whoever has it open did so before we looked. */
	gpupm_wake_forget(&gpu->wakes);
	gpupm_fell_asleep(&gpu->wakes);
	gpupm_happened(gpu, GPUPM_CAUSE_ATTACHED, NULL, NULL);
	gpupm_look(gpu);
	spin_unlock(&gpu->lock);
	gpupm_keep(gpu);
	gpupm_verify(gpu);
	mutex_unlock(&gpu->mutex);

	gpupm_for_each_function(gpu, fn)
		pm_runtime_put(&fn->pdev->dev);
	return 0;

fail:
	gpupm_for_each_function(gpu, fn)
		if (joined) {
			pm_runtime_put(&fn->pdev->dev);
			joined--;
		}
	mutex_unlock(&gpu->mutex);
	dismantle(gpu);
	gpupm_gpu_put(gpu);
	pci_err(display, "cannot be attached: %pe\n", ERR_PTR(err));
	return err;
}

/**
 * gpupm_gpu_detach - stop managing a GPU, and put back all settings
 * @gpu: the GPU
 *
 * A VM that runs goes on running.
 *
 * Context: process; gpupm_gpus_lock is held.
 */
void gpupm_gpu_detach(struct gpupm_gpu *gpu)
{
	lockdep_assert_held(&gpupm_gpus_lock);
	list_del_rcu(&gpu->node);
	gpupm_generation++;
	/* Probe and release notifier are done with it after this. */
	synchronize_rcu();
	spin_lock(&gpu->lock);
	gpupm_happened(gpu, GPUPM_CAUSE_DETACHED, NULL, NULL);
	spin_unlock(&gpu->lock);
	dismantle(gpu);
	pci_info(gpu->functions[0].pdev, "detached\n");
	gpupm_gpu_put(gpu);
}

static struct gpupm_function *find_function(struct gpupm_gpu *gpu,
					    const struct pci_dev *pdev)
{
	struct gpupm_function *fn;

	gpupm_for_each_function(gpu, fn)
		if (fn->pdev == pdev)
			return fn;
	return NULL;
}

/**
 * gpupm_gpu_add_function - a function appeared in the slot of a GPU
 * @gpu: the GPU
 * @pdev: the function
 *
 * Context: process; gpupm_gpus_lock is held.
 * Return: 0 or a negative errno.
 */
int gpupm_gpu_add_function(struct gpupm_gpu *gpu, struct pci_dev *pdev)
{
	struct gpupm_function *fn = gpu->functions;
	int err;

	if (find_function(gpu, pdev))
		return 0;
	while (fn->pdev)
		if (++fn == gpu->functions + GPUPM_MAX_FUNCTIONS)
			return -E2BIG;
	mutex_lock(&gpu->mutex);
	spin_lock(&gpu->lock);
	memset(fn, 0, sizeof(*fn));
	fn->pdev = pci_dev_get(pdev);
	spin_unlock(&gpu->lock);
	err = join(gpu, fn);
	if (!err) {
		gpupm_keep(gpu);
		pm_runtime_put(&pdev->dev);
	} else {
		spin_lock(&gpu->lock);
		fn->pdev = NULL;
		spin_unlock(&gpu->lock);
		pci_dev_put(pdev);
	}
	mutex_unlock(&gpu->mutex);
	return err;
}

/**
 * gpupm_gpu_del_function - a function of a GPU goes away
 * @gpu: the GPU
 * @pdev: the function, not the display function
 *
 * Context: process; gpupm_gpus_lock is held.
 */
void gpupm_gpu_del_function(struct gpupm_gpu *gpu, struct pci_dev *pdev)
{
	struct gpupm_function *fn = find_function(gpu, pdev);
	struct pci_saved_state *saved = NULL;

	if (!fn)
		return;
	mutex_lock(&gpu->mutex);
	gpupm_settings_forget(fn->settings);
	fn->settings = NULL;
	part(gpu, fn);
	if (fn->kept)
		pm_runtime_put(&pdev->dev);
	spin_lock(&gpu->lock);
	fn->pdev = NULL;
	swap(fn->saved, saved);
	spin_unlock(&gpu->lock);
	kfree(saved);
	mutex_unlock(&gpu->mutex);
	pci_dev_put(pdev);
}

/**
 * gpupm_gpu_driver_leaves - the driver of a function is about to change
 * @gpu: the GPU
 * @pdev: the function
 *
 * Drivers set runtime PM up when they come and undo it when they go. They must
 * find what they or their predecessor left, not what the module made of it.
 *
 * Context: process; gpupm_gpus_lock and the function's own lock are held.
 */
void gpupm_gpu_driver_leaves(struct gpupm_gpu *gpu, struct pci_dev *pdev)
{
	struct gpupm_function *fn = find_function(gpu, pdev);

	if (!fn)
		return;
	mutex_lock(&gpu->mutex);
	gpupm_settings_restore(fn->settings);
	fn->settings = NULL;
	mutex_unlock(&gpu->mutex);
}

/**
 * gpupm_gpu_driver_settled - the driver of a function has changed
 * @gpu: the GPU
 * @pdev: the function
 *
 * Context: process; gpupm_gpus_lock and the function's own lock are held.
 */
void gpupm_gpu_driver_settled(struct gpupm_gpu *gpu, struct pci_dev *pdev)
{
	struct gpupm_function *fn = find_function(gpu, pdev);
	struct pci_saved_state *saved = NULL;

	if (!fn)
		return;
	mutex_lock(&gpu->mutex);
	note_driver(gpu, fn);
	if (!fn->settings && apply_settings(fn))
		pci_err(pdev, "cannot be allowed to sleep, for lack of memory\n");
	/* Its configuration space is that of the new driver now. */
	spin_lock(&gpu->lock);
	swap(fn->saved, saved);
	fn->unverified = gpu->facts.awake;
	spin_unlock(&gpu->lock);
	kfree(saved);
	mutex_unlock(&gpu->mutex);
	gpupm_recheck_soon(gpu);
}
