/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_PARSE_H
#define GPUPM_PROFILE_PARSE_H

#include "config.h"

/* After so many mistakes the rest of a file is not read. */
#define PARSE_MISTAKES_MAX	50

/**
 * parse_config - read a configuration from an open file
 * @file: the file
 * @path: what messages call it
 * @config: all zeros; filled in as far as the file says something, also after an
 *	error
 * @errors: gets a line for every mistake
 *
 * Return: 0, -EINVAL after a mistake in the file, or another negative errno.
 */
int parse_config(FILE *file, const char *path, struct config *config, FILE *errors);

#endif
