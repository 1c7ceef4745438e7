/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_REACH_H
#define GPUPM_MACHINE_REACH_H

#include <limits.h>
#include <stdbool.h>

/**
 * reach_all - whether every user can read a file, as QEMU's has to
 * @path: of the file
 * @closed: set to the directory, or the file, whose mode forbids it; empty when it can
 *	be read
 *
 * Only modes are looked at: access control lists and security modules may allow more
 * or less.
 *
 * Return: whether it can, or false with @path in @closed when it is not there.
 */
bool reach_all(const char *path, char closed[static PATH_MAX]);

#endif
