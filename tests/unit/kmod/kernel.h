/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module's pure sources take from the kernel, for user space. */
#ifndef _UNIT_KERNEL_H
#define _UNIT_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#endif /* _UNIT_KERNEL_H */
