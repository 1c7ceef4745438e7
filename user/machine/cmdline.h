/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_CMDLINE_H
#define GPUPM_MACHINE_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

/* The longest there is, on any architecture. */
#define CMDLINE_SIZE	8192

/**
 * cmdline_read - read the command line of the kernel that runs
 * @root: directory that stands for /; "" for the real one
 * @line: set to it; empty after an error
 *
 * Return: whether it could be read.
 */
bool cmdline_read(const char *root, char line[CMDLINE_SIZE]);

/**
 * cmdline_get - find a parameter in a command line
 * @line: the command line, also that of a boot loader's configuration
 * @name: "vfio-pci.ids"; - and _ are the same, as for the kernel
 * @value: set to its value, without quotes; empty when it has none. Of several, the
 *	last counts, as it does for the kernel
 * @size: bytes in @value
 *
 * Return: whether it is there.
 */
bool cmdline_get(const char *line, const char *name, char *value, size_t size);

/**
 * cmdline_lists - whether a parameter with a list, in any place, has an item
 * @line: the command line
 * @name: "module_blacklist"
 * @item: "nouveau"; - and _ are the same
 */
bool cmdline_lists(const char *line, const char *name, const char *item);

#endif
