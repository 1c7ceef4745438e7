/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_KEEP_H
#define _GPUPM_KEEP_H

#include "gpu.h"

extern bool gpupm_insist_param;

void gpupm_keep_init(struct gpupm_gpu *gpu);
int gpupm_keep(struct gpupm_gpu *gpu);
void gpupm_apply_soon(struct gpupm_gpu *gpu, bool rouse);
void gpupm_keep_nothing(struct gpupm_gpu *gpu);
int gpupm_set_policy(struct gpupm_gpu *gpu, enum gpupm_policy policy);
int gpupm_hold(struct gpupm_gpu *gpu, u32 portid);
int gpupm_release(struct gpupm_gpu *gpu, u32 portid);
void gpupm_release_all(u32 portid);
void gpupm_insist(struct gpupm_gpu *gpu);

#endif /* _GPUPM_KEEP_H */
