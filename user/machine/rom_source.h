/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_ROM_SOURCE_H
#define GPUPM_MACHINE_ROM_SOURCE_H

#include "../client/gpu.h"

/**
 * struct rom_bytes - what a source has given
 * @data: the bytes, not looked at yet; owned, free it with free()
 * @size: how many
 * @why: why there are none, for people; without a final stop
 */
struct rom_bytes {
	__u8 *data;
	size_t size;
	char why[256];
};

/**
 * struct rom_source - a place where a machine may keep a GPU's ROM
 * @name: for people
 * @word: for programs, as in gpupm(1)
 * @read: reads it. Gets the directory that stands for /, the display function, which
 *	is in D0 if it has a ROM BAR, and which nobody uses, and zeros to fill in.
 *	Return: 0 or a negative errno, with @why; -ENOENT when this machine has no such
 *	place
 */
struct rom_source {
	const char *name;
	const char *word;
	int (*read)(const char *root, const struct gpu_function *function,
		    struct rom_bytes *bytes);
};

/* In the order in which they are to be tried, ended by one without a name. */
extern const struct rom_source rom_sources[];

#endif
