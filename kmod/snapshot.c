// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Looking at a GPU
 *
 * Everything shown comes from what the kernel remembers: no configuration space
 * is read and nothing is resumed. Looking never wakes.
 */
#include <linux/math64.h>
#include <linux/pm_runtime.h>
#include <linux/pm_wakeup.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "follow.h"
#include "snapshot.h"

static u32 d_state(const struct pci_dev *pdev)
{
	switch (READ_ONCE(pdev->current_state)) {
	case PCI_D0:
		return GPUPM_D_STATE_D0;
	case PCI_D1:
		return GPUPM_D_STATE_D1;
	case PCI_D2:
		return GPUPM_D_STATE_D2;
	case PCI_D3hot:
		return GPUPM_D_STATE_D3HOT;
	case PCI_D3cold:
		return GPUPM_D_STATE_D3COLD;
	default:
		return GPUPM_D_STATE_UNKNOWN;
	}
}

static u32 runtime_status(const struct pci_dev *pdev)
{
	switch (READ_ONCE(pdev->dev.power.runtime_status)) {
	case RPM_ACTIVE:
		return GPUPM_RUNTIME_STATUS_ACTIVE;
	case RPM_RESUMING:
		return GPUPM_RUNTIME_STATUS_RESUMING;
	case RPM_SUSPENDED:
		return GPUPM_RUNTIME_STATUS_SUSPENDED;
	case RPM_SUSPENDING:
		return GPUPM_RUNTIME_STATUS_SUSPENDING;
	default:
		return GPUPM_RUNTIME_STATUS_UNKNOWN;
	}
}

static bool is_active(const struct pci_dev *pdev)
{
	return READ_ONCE(pdev->dev.power.runtime_status) != RPM_SUSPENDED;
}

static void dev_facts(const struct pci_dev *pdev, struct gpupm_dev_facts *facts)
{
	struct device *dev = (struct device *)&pdev->dev;

	strscpy(facts->address, pci_name(pdev), sizeof(facts->address));
	facts->has_driver = READ_ONCE(dev->driver);
	facts->pm_off = !dev->power.runtime_auto;
	facts->active = is_active(pdev);
	facts->used = atomic_read(&dev->power.usage_count) > 0;
	/* The condition of the PCI core, pci_dev_check_d3cold(). */
	facts->d3cold_ok = pdev->d3cold_allowed && !pdev->no_d3cold &&
			   (!device_may_wakeup(dev) ||
			    pci_pme_capable((struct pci_dev *)pdev,
					    PCI_D3cold));
	facts->bridge_d3 = pdev->bridge_d3;
}

struct sibling {
	const struct gpupm_gpu *gpu;
	char *address;
};

/* Called for everything below the root port, upper devices first. */
static int see_sibling(struct pci_dev *pdev, void *data)
{
	struct sibling *sibling = data;
	const struct gpupm_function *fn;
	const struct gpupm_port *port;

	gpupm_for_each_function(sibling->gpu, fn)
		if (fn->pdev == pdev)
			return 0;
	gpupm_for_each_port(sibling->gpu, port)
		if (port->pdev == pdev)
			return 0;
	if (!is_active(pdev))
		return 0;
	strscpy(sibling->address, pci_name(pdev), GPUPM_ADDRESS_LEN);
	/* A bridge is active because of something below it: name that. */
	return !pdev->subordinate;
}

/* Room for the facts of one GPU, too much for a kernel stack. */
struct room {
	struct gpupm_dev_facts functions[GPUPM_MAX_FUNCTIONS];
	struct gpupm_dev_facts ports[GPUPM_MAX_PORTS];
	char sibling[GPUPM_ADDRESS_LEN];
};

/* Not under gpu->lock: the walk may sleep. Only pointers are compared. */
static struct room *make_room(struct gpupm_gpu *gpu)
{
	struct room *room = kzalloc(sizeof(*room), GFP_KERNEL);
	struct pci_dev *root = gpupm_root_port(gpu);
	struct sibling sibling = { .gpu = gpu };

	if (!room)
		return NULL;
	sibling.address = room->sibling;
	if (root && root->subordinate)
		pci_walk_bus(root->subordinate, see_sibling, &sibling);
	return room;
}

static void find_blame(struct gpupm_gpu *gpu, struct room *room,
		       struct gpupm_blame *blame)
{
	struct gpupm_blocker_facts facts = {
		.policy = gpu->policy,
		.fallback = gpu->fallback,
		.lost = gpu->facts.lost,
		.holds = gpu->nholds,
		.failed = gpu->failed,
		.functions = room->functions,
		.ports = room->ports,
		.sibling = room->sibling,
		.power_resource = gpu->power_resource,
	};
	struct gpupm_function *fn;
	struct gpupm_port *port;

	lockdep_assert_held(&gpu->lock);
	memset(blame, 0, sizeof(*blame));
	if (gpu->clock.state == GPUPM_STATE_OFF ||
	    gpu->clock.state == GPUPM_STATE_IN_USE)
		return;
	gpupm_for_each_function(gpu, fn) {
		dev_facts(fn->pdev, &room->functions[facts.nfunctions]);
		room->functions[facts.nfunctions++].vfio = fn->vfio;
	}
	gpupm_for_each_port(gpu, port)
		dev_facts(port->pdev, &room->ports[facts.nports++]);
	gpupm_blame(&facts, blame);
}

/**
 * gpupm_blame_now - why is a GPU not off?
 * @gpu: the GPU
 * @blame: where to write the answer; reason 0 when it is off or in use
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int gpupm_blame_now(struct gpupm_gpu *gpu, struct gpupm_blame *blame)
{
	struct room *room = make_room(gpu);

	if (!room)
		return -ENOMEM;
	spin_lock(&gpu->lock);
	gpupm_look(gpu);
	find_blame(gpu, room, blame);
	spin_unlock(&gpu->lock);
	kfree(room);
	return 0;
}

static void shoot_function(const struct gpupm_function *fn,
			   struct gpupm_function_shot *shot)
{
	const struct pci_dev *pdev = fn->pdev;

	strscpy(shot->address, pci_name(pdev), sizeof(shot->address));
	strscpy(shot->driver, fn->driver, sizeof(shot->driver));
	shot->vendor = pdev->vendor;
	shot->device = pdev->device;
	shot->class = pdev->class;
	shot->d_state = d_state(pdev);
	shot->runtime_status = runtime_status(pdev);
	shot->open = fn->vfio && pci_is_enabled(fn->pdev);
}

static void shoot_port(const struct gpupm_port *port,
		       struct gpupm_port_shot *shot)
{
	const struct device_driver *drv = READ_ONCE(port->pdev->dev.driver);

	strscpy(shot->address, pci_name(port->pdev), sizeof(shot->address));
	strscpy(shot->driver, drv ? drv->name : "", sizeof(shot->driver));
	shot->d_state = d_state(port->pdev);
}

/**
 * gpupm_snapshot - take a picture of a GPU
 * @gpu: the GPU
 * @shot: where to put it
 *
 * Context: process; gpupm_gpus_lock is held, for the drivers' names.
 * Return: 0 or -ENOMEM.
 */
int gpupm_snapshot(struct gpupm_gpu *gpu, struct gpupm_snapshot *shot)
{
	struct room *room = make_room(gpu);
	u64 now = ktime_get_boottime_ns();
	struct gpupm_function *fn;
	struct gpupm_port *port;
	unsigned int i;

	lockdep_assert_held(&gpupm_gpus_lock);
	if (!room)
		return -ENOMEM;
	memset(shot, 0, sizeof(*shot));
	strscpy(shot->address, gpu->address, sizeof(shot->address));

	spin_lock(&gpu->lock);
	gpupm_look(gpu);
	/* Not before the clock was last stepped. */
	now = max(now, gpu->clock.since);
	shot->state = gpu->clock.state;
	shot->since_ms = div_u64(now - gpu->clock.since, NSEC_PER_MSEC);
	for (i = 0; i <= GPUPM_STATE_MAX; i++)
		shot->time_ms[i] = div_u64(gpupm_clock_time(&gpu->clock, i, now),
					   NSEC_PER_MSEC);
	shot->policy = gpu->policy;
	shot->holds = gpu->nholds;
	shot->user = gpu->user;
	shot->opens = gpu->clock.opens;
	shot->power_cuts = gpu->clock.power_cuts;
	shot->failures = gpu->clock.failures;
	shot->wakes = gpu->wakes.total;
	gpupm_for_each_function(gpu, fn)
		shoot_function(fn, &shot->functions[shot->nfunctions++]);
	gpupm_for_each_port(gpu, port)
		shoot_port(port, &shot->ports[shot->nports++]);
	find_blame(gpu, room, &shot->blame);
	spin_unlock(&gpu->lock);
	kfree(room);
	return 0;
}
