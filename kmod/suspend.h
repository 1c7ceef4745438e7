/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_SUSPEND_H
#define _GPUPM_SUSPEND_H

#include "gpu.h"

bool gpupm_spare_no_more(struct gpupm_gpu *gpu);
int gpupm_suspend_init(void);
void gpupm_suspend_exit(void);

#endif /* _GPUPM_SUSPEND_H */
