/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module's pure sources and their suites take from the kernel. */
#ifndef _UNIT_KERNEL_H
#define _UNIT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define S32_MAX INT32_MAX
#define S32_MIN INT32_MIN
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define struct_size(p, member, n) offsetof(typeof(*(p)), member[n])

static inline void strscpy(char *to, const char *from, size_t size)
{
	snprintf(to, size, "%s", from);
}

#endif /* _UNIT_KERNEL_H */
