/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_SUSPEND_H
#define _GPUPM_SUSPEND_H

int gpupm_suspend_init(void);
void gpupm_suspend_exit(void);

#endif /* _GPUPM_SUSPEND_H */
