/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_WINDOW_H
#define GPUPM_MACHINE_WINDOW_H

#include "../client/gpu.h"

/* The MMIO above 4 GiB that QEMU's q35 and UEFI firmware have room for if not told. */
#define WINDOW_DEFAULT	(32ULL << 30)
/* QEMU's machine "pc". */
#define WINDOW_DEFAULT_PC	(2ULL << 30)

/**
 * struct window - the MMIO above 4 GiB that a VM with a GPU has to have room for
 * @bars: bytes of all its BARs of 64 bits, each as large as it can be resized
 * @needed: bytes of a window that has room for them: aligned, with as much again for
 *	all other devices
 * @unsure: a BAR can be resized, but the GPU sleeps, and to look how far would wake it
 */
struct window {
	__u64 bars;
	__u64 needed;
	bool unsure;
};

/** window_read - find out what MMIO a VM with a GPU has to have room for, waking nothing */
void window_read(const char *root, const struct gpu *gpu, struct window *window);

#endif
