/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_DRIVERS_H
#define GPUPM_MACHINE_DRIVERS_H

#include <stdbool.h>
#include <stddef.h>

#define DRIVERS_MAX	8

/**
 * struct drivers - drivers that a kernel has by itself for a function
 * @name: their names, as those of modules
 * @built_in: whether they are in the kernel itself, and there before any module; newer
 *	kernels say so, and not of each
 * @n: how many; no function has more than a few
 */
struct drivers {
	char name[DRIVERS_MAX][64];
	bool built_in[DRIVERS_MAX];
	size_t n;
};

/**
 * drivers_read - find the drivers that a kernel has for a function
 * @root: directory that stands for /; "" for the real one
 * @release: of the kernel, as uname has it
 * @address: the function
 * @drivers: filled in; those of VFIO are left out
 *
 * Return: whether it could be found out: the kernel has a list of aliases, and the
 * function has one.
 */
bool drivers_read(const char *root, const char *release, const char *address,
		  struct drivers *drivers);

#endif
