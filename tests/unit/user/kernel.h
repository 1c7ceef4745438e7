/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stand-in for the kernel below libnl: what is sent is answered as the module would,
 * and what a test makes happen is heard by whoever listens.
 */
#ifndef GPUPM_UNIT_KERNEL_H
#define GPUPM_UNIT_KERNEL_H

#include "unit.h"

#include "client/event.h"
#include "client/wake.h"
#include "power/power.h"

/**
 * struct kernel - what the kernel has, and how it behaves
 * @later: what happens when a listener has heard all and waits, in turn; after the
 *	last the process gets SIGTERM
 * @loaded: the module is there
 * @version: of its family
 * @without_groups: it has no multicast groups: an old one
 * @gpu: its first GPU; another is the same at 0000:41:00.0
 * @n_gpus: 0, 1 or 2
 * @wakes: its log
 * @n_wakes: how many
 * @power: host power
 * @interrupted: so many dumps are interrupted first
 * @refusal: the negative errno for all that changes something
 * @reason: the words with it; may be NULL
 * @garbage: every answer is cut short
 * @deaf: nothing can be sent; a positive errno
 * @hold: called for a hold; it is refused with what it returns
 * @release: called for a release
 * @endless: who has heard all of @later is not ended
 * @policy: the last that was set
 */
struct kernel {
	void (*later[8])(void);
	bool loaded;
	__u32 version;
	bool without_groups;
	struct gpu gpu;
	size_t n_gpus;
	struct wake wakes[4];
	size_t n_wakes;
	struct host_power power;
	int interrupted;
	int refusal;
	const char *reason;
	bool garbage;
	int deaf;
	int (*hold)(void);
	void (*release)(void);
	bool endless;
	__u32 policy;
};

extern struct kernel kernel;

/** kernel_start - with one GPU that is off, and a battery; what was before is forgotten */
void kernel_start(void);

/** kernel_stop - free it */
void kernel_stop(void);

/* To all that listen: the GPU is in another state; host power; the module goes; lost. */
void kernel_tells(__u32 cause, __u32 state);
void kernel_tells_power(void);
void kernel_unloads(void);
void kernel_loses(void);
void kernel_tells_nonsense(void);

#endif
