/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_BYTES_H
#define GPUPM_MACHINE_BYTES_H

#include <linux/types.h>

/* Numbers as firmware stores them, the lowest byte first, at any address. */

static inline __u16 get16(const __u8 *at)
{
	return at[0] | at[1] << 8;
}

static inline __u32 get32(const __u8 *at)
{
	return get16(at) | (__u32)get16(at + 2) << 16;
}

#endif
