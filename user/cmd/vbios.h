/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CMD_VBIOS_H
#define GPUPM_CMD_VBIOS_H

#include "../machine/rom.h"
#include "cmd.h"

/* Firmware images of machines, with the ROM of a GPU inside, are no larger. */
#define VBIOS_FILE_MAX	(64 << 20)

/**
 * vbios_dump - write the ROM of a GPU to a file
 * @root: directory that stands for /; "" for the real one
 * @name: the GPU, as typed; NULL when not given
 * @options: with @output
 *
 * Return: the exit code, after a complaint unless it is RESULT_DONE.
 */
int vbios_dump(const char *root, const char *name, const struct options *options);

/**
 * vbios_check - say what a file is
 * @root: directory that stands for /; "" for the real one
 * @file: the file
 * @name: the GPU it has to be for, as typed; NULL for any of the machine
 * @options: with @output where the ROM alone goes, or NULL
 *
 * Return: the exit code, after a complaint unless it is RESULT_DONE.
 */
int vbios_check(const char *root, const char *file, const char *name,
		const struct options *options);

/**
 * vbios_show - show what was found, on the standard output
 * @file: where it was found, or where it went
 * @rom: a ROM, or what there is of it
 * @gpu: the address of the GPU it is for; NULL when that is not known
 */
void vbios_show(const char *file, const struct rom *rom, const char *gpu);

/**
 * vbios_json - the same as JSON
 * @file: as for vbios_show()
 * @rom: as for vbios_show()
 * @gpu: as for vbios_show()
 *
 * Return: an object, to which members may be added.
 */
struct json_object *vbios_json(const char *file, const struct rom *rom, const char *gpu);

/**
 * vbios_write - write the ROM alone to a file
 * @file: the file; replaced at once or not at all
 * @data: bytes with a good ROM in them
 * @rom: where in them
 *
 * Return: the exit code, after a complaint unless it is RESULT_DONE. It also warns
 * when not everybody can get at the file, and so QEMU's user cannot.
 */
int vbios_write(const char *file, const void *data, const struct rom *rom);

/** vbios_id - the ids of a GPU's display function */
struct rom_id vbios_id(const struct gpu *gpu);

#endif
