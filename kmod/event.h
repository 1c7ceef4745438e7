/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_EVENT_H
#define _GPUPM_EVENT_H

#include "gpu.h"

/**
 * struct gpupm_event - one thing that happened to a GPU
 * @gpu: address of the GPU
 * @cause: what happened
 * @state: the state after it
 * @previous: the state before it
 * @policy: the policy after it
 * @at: when, CLOCK_BOOTTIME in ns
 * @by: the process behind it, pid 0 for none
 * @device: address of the device it is about, or NULL
 *
 * It lives as long as the call that hands it over.
 */
struct gpupm_event {
	const char *gpu;
	enum gpupm_cause cause;
	enum gpupm_state state;
	enum gpupm_state previous;
	enum gpupm_policy policy;
	u64 at;
	struct gpupm_process by;
	const char *device;
};

struct notifier_block;

int gpupm_events_subscribe(struct notifier_block *nb);
void gpupm_events_unsubscribe(struct notifier_block *nb);
void gpupm_happened(struct gpupm_gpu *gpu, enum gpupm_cause cause,
		    const struct gpupm_process *by, const char *device);

#endif /* _GPUPM_EVENT_H */
