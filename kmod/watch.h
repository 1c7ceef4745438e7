/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_WATCH_H
#define _GPUPM_WATCH_H

int gpupm_watch_init(void);
void gpupm_watch_exit(void);

#endif /* _GPUPM_WATCH_H */
