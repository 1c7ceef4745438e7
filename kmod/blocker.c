// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Why a GPU is not off
 *
 * Several things can be in the way at once; one is named, the one to see to
 * first. So the order is that of the chain of events that ends in a power cut:
 * somebody's wish against it, then what keeps a function active, then what
 * keeps a port active, then what keeps power on a port that sleeps. Mending the
 * one that is named brings up the next, if there is one.
 *
 * Pure: the facts are gathered elsewhere, so every reason is tested on fakes.
 */
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#include "blocker.h"

const char *const gpupm_blocker_names[GPUPM_BLOCKER_MAX + 1] = {
	[GPUPM_BLOCKER_FAILED_WAKE] = "failed-wake",
	[GPUPM_BLOCKER_HOLD] = "hold",
	[GPUPM_BLOCKER_POLICY] = "policy",
	[GPUPM_BLOCKER_RUNTIME_PM_OFF] = "runtime-pm-off",
	[GPUPM_BLOCKER_DRIVER] = "driver",
	[GPUPM_BLOCKER_BUSY] = "busy",
	[GPUPM_BLOCKER_PORT_BUSY] = "port-busy",
	[GPUPM_BLOCKER_D3COLD] = "d3cold",
	[GPUPM_BLOCKER_BRIDGE_D3] = "bridge-d3",
	[GPUPM_BLOCKER_POWER_RESOURCE] = "power-resource",
	[GPUPM_BLOCKER_PLATFORM] = "platform",
};

static void set(struct gpupm_blame *blame, enum gpupm_blocker reason,
		const char *device)
{
	blame->reason = reason;
	/* Both are GPUPM_ADDRESS_LEN long and terminated. */
	if (device)
		memcpy(blame->device, device, strlen(device) + 1);
}

static bool blame_wish(const struct gpupm_blocker_facts *f,
		       struct gpupm_blame *blame)
{
	if (f->lost || f->fallback)
		set(blame, GPUPM_BLOCKER_FAILED_WAKE, f->failed);
	else if (f->holds)
		set(blame, GPUPM_BLOCKER_HOLD, NULL);
	else if (f->policy != GPUPM_POLICY_AUTO)
		set(blame, GPUPM_BLOCKER_POLICY, NULL);
	return blame->reason;
}

static bool blame_function(const struct gpupm_dev_facts *fn,
			   struct gpupm_blame *blame)
{
	if (fn->pm_off)
		set(blame, GPUPM_BLOCKER_RUNTIME_PM_OFF, fn->address);
	else if (fn->active && fn->has_driver && !fn->vfio)
		set(blame, GPUPM_BLOCKER_DRIVER, fn->address);
	else if (fn->active && fn->used)
		set(blame, GPUPM_BLOCKER_BUSY, fn->address);
	return blame->reason;
}

static bool blame_port(const struct gpupm_dev_facts *port,
		       struct gpupm_blame *blame)
{
	if (port->pm_off)
		set(blame, GPUPM_BLOCKER_RUNTIME_PM_OFF, port->address);
	else if (!port->bridge_d3 || !port->has_driver)
		set(blame, GPUPM_BLOCKER_BRIDGE_D3, port->address);
	return blame->reason;
}

/**
 * gpupm_blame - find why a GPU is not off
 * @facts: the facts, of a GPU that is neither off nor in use
 * @blame: where to write the answer; reason 0 when nothing is in the way, as
 *	for a GPU that is just on its way down
 */
void gpupm_blame(const struct gpupm_blocker_facts *facts,
		 struct gpupm_blame *blame)
{
	const struct gpupm_dev_facts *root;
	unsigned int i;

	memset(blame, 0, sizeof(*blame));
	if (blame_wish(facts, blame))
		return;
	for (i = 0; i < facts->nfunctions; i++)
		if (blame_function(&facts->functions[i], blame))
			return;
	if (!facts->nports) {
		set(blame, GPUPM_BLOCKER_POWER_RESOURCE,
		    facts->functions[0].address);
		return;
	}
	/*
	 * D3cold of a device below is a condition for D3 of the port above
	 * it: it goes first, or the port would be blamed for its child.
	 */
	for (i = 0; i < facts->nfunctions; i++)
		if (!facts->functions[i].d3cold_ok) {
			set(blame, GPUPM_BLOCKER_D3COLD,
			    facts->functions[i].address);
			return;
		}
	for (i = 0; i < facts->nports; i++) {
		if (!facts->ports[i].d3cold_ok) {
			set(blame, GPUPM_BLOCKER_D3COLD,
			    facts->ports[i].address);
			return;
		}
		if (blame_port(&facts->ports[i], blame))
			return;
	}
	root = &facts->ports[facts->nports - 1];
	if (!facts->power_resource) {
		set(blame, GPUPM_BLOCKER_POWER_RESOURCE, root->address);
		return;
	}
	if (facts->sibling[0]) {
		set(blame, GPUPM_BLOCKER_PORT_BUSY, facts->sibling);
		return;
	}
	for (i = 0; i < facts->nports; i++)
		if (facts->ports[i].active && facts->ports[i].used) {
			set(blame, GPUPM_BLOCKER_PORT_BUSY,
			    facts->ports[i].address);
			return;
		}
	if (!root->active)
		set(blame, GPUPM_BLOCKER_PLATFORM, root->address);
}
