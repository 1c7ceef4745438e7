/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_MATCH_H
#define GPUPM_CLIENT_MATCH_H

#include "gpu.h"

/**
 * gpu_match - find the GPUs a name stands for
 * @list: every GPU
 * @name: an address, with or without its domain when that is 0000, or any part
 *	of one; that of another function of the GPU does as well
 * @matches: set to the indices in @list; room for @list->n
 *
 * A whole address stands for its GPU alone, also when it is part of another's.
 *
 * Return: the number of GPUs; more than one when @name is ambiguous.
 */
size_t gpu_match(const struct gpu_list *list, const char *name, size_t *matches);

#endif
