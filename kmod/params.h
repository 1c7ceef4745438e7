/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_PARAMS_H
#define _GPUPM_PARAMS_H

#include "uapi/linux/gpupm.h"

extern enum gpupm_policy gpupm_default_policy;

#endif /* _GPUPM_PARAMS_H */
