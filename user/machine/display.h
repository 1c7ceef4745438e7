/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_DISPLAY_H
#define GPUPM_MACHINE_DISPLAY_H

#include "../client/gpu.h"

#include <stdbool.h>

/**
 * display_drives - whether a GPU drives a display
 * @root: directory that stands for /; "" for the real one
 * @gpu: the GPU
 * @how: set to how that is known, for people; empty when it does not
 * @size: bytes in @how
 *
 * The kernel knows of each connector of a GPU with a driver whether something is
 * connected. Of one without such a driver it is only known whether firmware booted
 * with it, which then shows on its display.
 */
bool display_drives(const char *root, const struct gpu *gpu, char *how, size_t size);

/**
 * display_only - whether a GPU drives the only display
 * @root: directory that stands for /; "" for the real one
 * @list: all GPUs of the machine
 * @gpu: one of them
 * @how: set to how that is known, for people
 * @size: bytes in @how
 *
 * Return: whether it drives one, and no other does.
 */
bool display_only(const char *root, const struct gpu_list *list, const struct gpu *gpu, char *how,
		  size_t size);

#endif
