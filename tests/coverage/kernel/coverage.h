/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COVERAGE_H
#define COVERAGE_H

#include <linux/types.h>

struct object;

/* What lies between is a pointer to the counters of each object of the module. */
extern struct object *coverage_begin[];
extern struct object *coverage_end[];

/* gcc refers to it by this name. */
void __gcov_merge_add(s64 *values, u32 count);

/*
 * coverage_write() - write the counters of the whole module to a new file.
 *
 * What the module did until now is in it; what it does later is not.
 */
void coverage_write(void);

#endif
