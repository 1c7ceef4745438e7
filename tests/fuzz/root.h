/* SPDX-License-Identifier: GPL-2.0-only */
/* A directory that stands for /, with files that the fuzzer chooses and fills. */
#ifndef GPUPM_FUZZ_ROOT_H
#define GPUPM_FUZZ_ROOT_H

#include "fuzz.h"

#include <limits.h>

extern char root[PATH_MAX - 512];

/**
 * root_fill - make the files that an input describes, and no other
 * @files: names of files, without a slash in front; a '@' in front of one makes it a link
 * @n: how many; the same each time
 * @data: pieces: which file, how long, and what is in it
 * @size: bytes of it
 */
void root_fill(const char *const *files, size_t n, const uint8_t *data, size_t size);

#endif
