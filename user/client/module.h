/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_MODULE_H
#define GPUPM_CLIENT_MODULE_H

#include <stddef.h>

/**
 * module_missing - say why there is no netlink family and what to do
 * @root: directory that stands for /; "" for the real one
 * @text: set to one sentence
 * @size: bytes in @text
 */
void module_missing(const char *root, char *text, size_t size);

#endif
