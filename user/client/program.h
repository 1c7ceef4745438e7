/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_PROGRAM_H
#define GPUPM_CLIENT_PROGRAM_H

#include <limits.h>

/**
 * program_find - find a program of ours that nobody calls by hand
 * @path: set to where it is; not cut, for there is no such long name
 * @name: its name
 *
 * It is where "make install" puts it, seen from where this program is: in
 * ../libexec; or, before it was installed, beside this program.
 *
 * Return: @path, whether or not there is something; @name when even this program's
 * own place is not known.
 */
const char *program_find(char path[static PATH_MAX], const char *name);

#endif
