/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_VFCT_H
#define GPUPM_MACHINE_VFCT_H

#include "rom.h"

/**
 * vfct_find - find the ROM of a GPU in the ACPI table VFCT
 * @table: the table, from its signature on
 * @size: bytes of it
 * @address: the GPU's display function; the table counts the bus as it was when
 *	firmware handed over
 * @id: its vendor and device
 * @rom: set to the ROM, inside @table
 * @length: set to bytes of it, at least 1
 *
 * Laptops with an AMD GPU have the table: its GPUs' ROMs one behind the other.
 *
 * Return: 0, -ENOENT when it has none for this GPU, or -EBADMSG when it is no such
 * table, or ends in the middle.
 */
int vfct_find(const void *table, size_t size, const char *address, const struct rom_id *id,
	      const void **rom, size_t *length);

#endif
