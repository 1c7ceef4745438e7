/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_AFFINITY_H
#define GPUPM_PROFILE_AFFINITY_H

#include "../daemon/vm.h"
#include "config.h"

/*
 * Where the vCPUs of VMs run. Results go to the log.
 */

/* The first look after the one at once comes so soon, each later one after twice as long. */
#define AFFINITY_LOOK_MS	50

/**
 * affinity_open - begin
 * @loop: the loop, which must outlive affinity_close()
 * @root: directory that stands for /; "" for the real one
 * @look_ms: AFFINITY_LOOK_MS
 */
void affinity_open(uv_loop_t *loop, const char *root, unsigned int look_ms);

/** affinity_close - stop; undoes nothing */
void affinity_close(void);

/**
 * affinity_set - let the vCPUs of a VM run on some CPUs
 * @vm: the VM
 * @actions: its @affinity and @cpus say where; copied
 *
 * A VM that has just started may not have its vCPUs yet: they are looked for some
 * more times, further and further apart, for 6 s at most.
 */
void affinity_set(struct vm *vm, const struct actions *actions);

/** affinity_ended - a VM has ended */
void affinity_ended(const struct vm *vm);

#endif
