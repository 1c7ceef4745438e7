/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_FOLLOW_H
#define _GPUPM_FOLLOW_H

#include "gpu.h"

extern const struct device_type gpupm_gpu_type;
extern const struct device_type gpupm_port_type;

void gpupm_follow_init(struct gpupm_gpu *gpu);
bool gpupm_is_open(const struct gpupm_gpu *gpu);
void gpupm_look(struct gpupm_gpu *gpu);
void gpupm_recheck_soon(struct gpupm_gpu *gpu);

int gpupm_probe_register(void);
void gpupm_probe_unregister(void);

#endif /* _GPUPM_FOLLOW_H */
