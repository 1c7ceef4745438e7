/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_SYSFS_H
#define _GPUPM_SYSFS_H

#include <linux/device.h>

extern struct class gpupm_class;

#endif /* _GPUPM_SYSFS_H */
