/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_TABLE_FILE_H
#define GPUPM_GUEST_TABLE_FILE_H

#include <limits.h>
#include <stdbool.h>

/**
 * table_file - find the power table that a VM is to be given
 * @vm: its name; NULL for any VM
 * @path: set to the file: that which gpupmd keeps for this VM, or for all, or else
 *	the live one that was installed with this program
 *
 * Return: whether there is one.
 */
bool table_file(const char *vm, char path[static PATH_MAX]);

#endif
