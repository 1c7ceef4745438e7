/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_BLOCKER_H
#define _GPUPM_BLOCKER_H

#include <linux/types.h>

#include "uapi/linux/gpupm.h"

/* Room for any PCI address: "10000:e1:00.0" behind a VMD controller. */
#define GPUPM_ADDRESS_LEN 24

/**
 * struct gpupm_dev_facts - what matters of one function or port
 * @address: its PCI address
 * @has_driver: a driver is bound
 * @vfio: that driver is a VFIO driver
 * @pm_off: runtime PM is turned off for it
 * @active: it is not suspended
 * @used: something holds a runtime-PM reference on it
 * @d3cold_ok: it may go to D3cold
 * @bridge_d3: port: the PCI core allows D3 for it
 */
struct gpupm_dev_facts {
	char address[GPUPM_ADDRESS_LEN];
	bool has_driver;
	bool vfio;
	bool pm_off;
	bool active;
	bool used;
	bool d3cold_ok;
	bool bridge_d3;
};

/**
 * struct gpupm_blocker_facts - what decides why a GPU is not off
 * @policy: the policy in force
 * @fallback: the policy fell back to warm after a failed wake
 * @lost: it does not answer
 * @holds: number of holds
 * @failed: address of the function that did not answer
 * @functions: the functions
 * @nfunctions: how many
 * @ports: the ports, next to the functions first, root port last
 * @nports: how many
 * @sibling: address of another device that keeps a port busy, or empty
 * @power_resource: some port has a power resource
 */
struct gpupm_blocker_facts {
	enum gpupm_policy policy;
	bool fallback;
	bool lost;
	unsigned int holds;
	const char *failed;
	const struct gpupm_dev_facts *functions;
	unsigned int nfunctions;
	const struct gpupm_dev_facts *ports;
	unsigned int nports;
	const char *sibling;
	bool power_resource;
};

/**
 * struct gpupm_blame - why a GPU is not off
 * @reason: an &enum gpupm_blocker, or 0 when nothing is in the way
 * @device: address of the device at fault, or empty
 */
struct gpupm_blame {
	u32 reason;
	char device[GPUPM_ADDRESS_LEN];
};

void gpupm_blame(const struct gpupm_blocker_facts *facts,
		 struct gpupm_blame *blame);

extern const char *const gpupm_blocker_names[GPUPM_BLOCKER_MAX + 1];

#endif /* _GPUPM_BLOCKER_H */
