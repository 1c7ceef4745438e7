/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_POWER_H
#define _GPUPM_POWER_H

#include "supply.h"

/**
 * typedef gpupm_announce_fn - host power changed
 * @power: the new snapshot; or NULL when there is no telling, for lack of memory
 *
 * Context: a workqueue; may sleep. Calls come in order, one at a time.
 */
typedef void (*gpupm_announce_fn)(const struct gpupm_power *power);

struct gpupm_power *gpupm_power_now(void);
int gpupm_power_init(gpupm_announce_fn announce);
void gpupm_power_exit(void);

#endif /* _GPUPM_POWER_H */
