/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_VM_BACKUP_H
#define GPUPM_VM_BACKUP_H

#include <limits.h>

/* Not in /var/lib/gpupm, which goes when gpupm is uninstalled. */
#define BACKUPS	"/var/backups/gpupm"

/**
 * backup_write - keep the XML of a VM
 * @root: directory that stands for /; "" for the real one
 * @name: of the VM
 * @xml: what is to be kept; it may have passwords in it, so only root may read it
 * @path: set to where it is: a file of its own each time
 *
 * Return: 0, or a negative errno.
 */
int backup_write(const char *root, const char *name, const char *xml, char path[static PATH_MAX]);

#endif
