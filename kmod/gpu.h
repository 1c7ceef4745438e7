/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_GPU_H
#define _GPUPM_GPU_H

#include <linux/device.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/workqueue.h>

#include "blocker.h"
#include "state.h"
#include "wake.h"

/* A PCI slot has eight functions. */
#define GPUPM_MAX_FUNCTIONS 8
/* Six Thunderbolt devices in a row, three ports each, and room to spare. */
#define GPUPM_MAX_PORTS 32
#define GPUPM_DRIVER_LEN 64

struct gpupm_settings;

/**
 * struct gpupm_function - one function of a GPU
 * @pdev: the device, referenced; NULL when this place is free
 * @settings: what was changed of it; NULL while its driver changes
 * @saved: its configuration space, taken while it was well; NULL before
 * @driver: name of its driver, or empty
 * @vfio: that is a VFIO driver
 * @kept: the module holds a runtime-PM reference on it
 * @unverified: it has not answered since it last woke
 */
struct gpupm_function {
	struct pci_dev *pdev;
	struct gpupm_settings *settings;
	struct pci_saved_state *saved;
	char driver[GPUPM_DRIVER_LEN];
	bool vfio;
	bool kept;
	bool unverified;
};

/**
 * struct gpupm_port - one port above a GPU
 * @pdev: the device, referenced
 * @settings: what was changed of it
 * @spared: kept from D3cold while the system sleeps. Under the GPU's mutex
 */
struct gpupm_port {
	struct pci_dev *pdev;
	struct gpupm_settings *settings;
	bool spared;
};

/**
 * struct gpupm_gpu - one GPU
 * @kref: one for being attached, one for each user
 * @node: in the list of all; written under gpupm_gpus_lock, read under RCU
 * @id: grows with each attach
 * @address: of the display function
 *
 * @dev: in class gpupm, the supplier of every function
 * @port_dev: the supplier of the root port; NULL without ports
 * @rom: ACPI handle of the method _ROM, for the file rom; NULL without one
 *
 * @mutex: what is slow, one at a time: changing @functions and @ports, and the
 *	references kept on them. Taken after gpupm_gpus_lock
 * @gone: detached: no new work, no new references. Written under @mutex
 *
 * @lock: everything below, and what is in @functions. Taken after @mutex;
 *	never in the tracepoint probe, which runs under the PM core's locks
 * @functions: the display function first; a place keeps its function
 * @ports: next to the functions first, root port last; fixed while attached
 * @nports: how many
 * @power_resource: some port has one; fixed while attached
 * @clock: state, time, counters
 * @facts: what the state follows from
 * @policy: in force
 * @fallback: it fell back to warm after a failed wake
 * @failed: address of the function that did not answer
 * @recovering: lost, and waiting for its power to be cut
 * @lost_told: it was said already that it did not come up this time
 * @holds: list of struct gpupm_hold
 * @nholds: how many
 * @user: who opened it; pid 0 when unknown
 * @wakes: who woke it
 * @ports_held: a reference on every port, from a resume until all functions
 *	sleep and none is open
 * @ports_kept: a reference on every port, for the policy. Under @mutex
 * @rouse: @apply resumes the ports in any case
 *
 * @cut_unseen: the probe saw the root port leave D3cold before it was noted that
 *	it had got there
 * @closing: the probe saw an open function be resumed again, as its close does
 * @recheck: looks again whether it is open, and whether it answers
 * @recheck_ms: delay of the next look
 * @apply: brings the references in line with policy, holds and recovery
 */
struct gpupm_gpu {
	struct kref kref;
	struct list_head node;
	u64 id;
	char address[GPUPM_ADDRESS_LEN];

	struct device *dev;
	struct device *port_dev;
	void *rom;

	struct mutex mutex; /* what is slow, see above */
	bool gone;

	spinlock_t lock; /* all that follows */
	struct gpupm_function functions[GPUPM_MAX_FUNCTIONS];
	struct gpupm_port ports[GPUPM_MAX_PORTS];
	unsigned int nports;
	bool power_resource;
	struct gpupm_clock clock;
	struct gpupm_facts facts;
	enum gpupm_policy policy;
	bool fallback;
	char failed[GPUPM_ADDRESS_LEN];
	bool recovering;
	bool lost_told;
	struct list_head holds;
	u32 nholds;
	struct gpupm_process user;
	struct gpupm_wakes wakes;
	bool ports_held;
	bool ports_kept;
	bool rouse;

	bool cut_unseen;
	bool closing;
	struct delayed_work recheck;
	unsigned int recheck_ms;
	struct work_struct apply;
};

/* The function after @fn, or the first one after NULL; free places are skipped. */
static inline struct gpupm_function *
gpupm_next_function(const struct gpupm_gpu *gpu, const struct gpupm_function *fn)
{
	const struct gpupm_function *end = gpu->functions + GPUPM_MAX_FUNCTIONS;

	for (fn = fn ? fn + 1 : gpu->functions; fn < end; fn++)
		if (fn->pdev)
			return (struct gpupm_function *)fn;
	return NULL;
}

#define gpupm_for_each_function(gpu, fn)                             \
	for ((fn) = gpupm_next_function(gpu, NULL); (fn);            \
	     (fn) = gpupm_next_function(gpu, fn))

#define gpupm_for_each_port(gpu, port)       \
	for ((port) = (gpu)->ports;          \
	     (port) < (gpu)->ports + (gpu)->nports; (port)++)

static inline struct pci_dev *gpupm_root_port(const struct gpupm_gpu *gpu)
{
	return gpu->nports ? gpu->ports[gpu->nports - 1].pdev : NULL;
}

extern struct list_head gpupm_gpus;
extern struct mutex gpupm_gpus_lock;
extern unsigned int gpupm_generation;
extern struct workqueue_struct *gpupm_wq;

bool gpupm_is_vfio(const struct pci_dev *pdev);
bool gpupm_is_gpu(const struct pci_dev *pdev);
struct gpupm_gpu *gpupm_gpu_find(const char *address);
struct gpupm_gpu *gpupm_gpu_of_slot(struct pci_dev *pdev);
void gpupm_gpu_put(struct gpupm_gpu *gpu);
int gpupm_gpu_attach(struct pci_dev *display);
void gpupm_gpu_detach(struct gpupm_gpu *gpu);
int gpupm_gpu_add_function(struct gpupm_gpu *gpu, struct pci_dev *pdev);
void gpupm_gpu_del_function(struct gpupm_gpu *gpu, struct pci_dev *pdev);
void gpupm_gpu_driver_leaves(struct gpupm_gpu *gpu, struct pci_dev *pdev);
void gpupm_gpu_driver_settled(struct gpupm_gpu *gpu, struct pci_dev *pdev);

#endif /* _GPUPM_GPU_H */
