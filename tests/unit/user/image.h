/* SPDX-License-Identifier: GPL-2.0-only */
/* Option ROMs, made image by image. */
#ifndef GPUPM_UNIT_IMAGE_H
#define GPUPM_UNIT_IMAGE_H

#include "unit.h"

#include "machine/rom.h"

#define UNIT		512
#define PCIR		0x40

/** image_put - make an image of a GPU's ROM
 * @at: where it goes; @units of 512 bytes
 * @units: its length
 * @code: ROM_LEGACY, ROM_UEFI or another
 * @id: of the device
 * @last: no image follows
 */
void image_put(__u8 *at, __u8 units, __u8 code, struct rom_id id, bool last);

/** image_sum - make the checksum of a legacy image right again */
void image_sum(__u8 *at);

/** assert_image - a file is that ROM and no more, and everybody may read it; remove it */
void assert_image(const char *path, const void *rom, size_t size);

#endif
