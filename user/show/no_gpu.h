/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_SHOW_NO_GPU_H
#define GPUPM_SHOW_NO_GPU_H

#include "names.h"
#include "style.h"

/**
 * no_gpu_show - say that there is no GPU to manage, and how to get one
 * @out: where to
 * @style: what the reader can show
 * @names: names of devices
 * @root: directory that stands for /; "" for the real one
 */
void no_gpu_show(FILE *out, const struct style *style, struct names *names, const char *root);

#endif
