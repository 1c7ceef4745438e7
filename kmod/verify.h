/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_VERIFY_H
#define _GPUPM_VERIFY_H

#include "gpu.h"

void gpupm_remember(struct gpupm_gpu *gpu);
int gpupm_verify(struct gpupm_gpu *gpu);
void gpupm_verify_last(struct gpupm_gpu *gpu);
void gpupm_reconnect(struct gpupm_gpu *gpu);
void gpupm_recover(struct gpupm_gpu *gpu);

#endif /* _GPUPM_VERIFY_H */
