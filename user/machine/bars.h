/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_BARS_H
#define GPUPM_MACHINE_BARS_H

#include <linux/types.h>
#include <stdbool.h>

#define BARS_MAX	6

/**
 * struct bar - one base address register; all zeros when it is not used
 * @start: where it is, in bytes of the host's physical address space; 0 when it is
 *	not assigned
 * @size: in bytes, as it is now
 * @largest: in bytes, what it can be resized to; @size when it cannot be resized, or
 *	when that is not known
 * @memory: in memory space; else I/O ports
 * @wide: 64 bits, so that it may be above 4 GiB
 * @prefetchable: the bridges above have a window of 64 bits for it
 */
struct bar {
	__u64 start;
	__u64 size;
	__u64 largest;
	bool memory;
	bool wide;
	bool prefetchable;
};

/**
 * struct bars - what a function occupies of the address space
 * @bar: by number; the upper half of a wide one is all zeros
 * @rom: size of the ROM BAR in bytes; 0 without one
 * @asleep: some BAR can be resized, but how far was not looked at, as that would
 *	have woken the function
 */
struct bars {
	struct bar bar[BARS_MAX];
	__u64 rom;
	bool asleep;
};

/**
 * bars_read - read the BARs of a function, without waking it
 * @root: directory that stands for /; "" for the real one
 * @address: the function
 * @bars: filled in
 *
 * How far a BAR can be resized is in config space: it is looked at only in D0.
 *
 * Return: 0, -ENODEV when there is no such function, or -EBADMSG when the kernel
 * describes its resources in a way that this tool does not know.
 */
int bars_read(const char *root, const char *address, struct bars *bars);

#endif
