/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_ROM_H
#define GPUPM_MACHINE_ROM_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Option ROMs, as the PCI Firmware Specification has them: images one behind the
 * other, each with the signature 55 AA, a data structure "PCIR", and a mark on the
 * last. Only bytes are looked at here; where they come from is the caller's business.
 */

/* The largest there can be: that of the BAR. */
#define ROM_MAX		(16 << 20)
#define ROM_IMAGES	16

/* What an image is for; others have been given out, but not to PCs. */
enum {
	ROM_LEGACY = 0,
	ROM_UEFI = 3,
};

/**
 * enum rom_problem - why bytes are no ROM, or not the right one
 * @ROM_GOOD: nothing is wrong
 * @ROM_EMPTY: there are no bytes
 * @ROM_ALL_FF: nothing but FF
 * @ROM_ALL_ZERO: nothing but 00
 * @ROM_NONE: 55 AA, with a PCIR behind it, is nowhere
 * @ROM_TRUNCATED: it goes on after the last byte
 * @ROM_NO_PCIR: 55 AA leads to no PCIR
 * @ROM_LENGTH: the lengths in an image contradict each other
 * @ROM_CHECKSUM: the bytes of an image do not add up
 * @ROM_CODE: an image for UEFI has no program where it says
 * @ROM_NO_NEXT: after an image that is not the last, there is none
 * @ROM_MANY: more than ROM_IMAGES
 * @ROM_FOREIGN: well made, for another device
 */
enum rom_problem {
	ROM_GOOD,
	ROM_EMPTY,
	ROM_ALL_FF,
	ROM_ALL_ZERO,
	ROM_NONE,
	ROM_TRUNCATED,
	ROM_NO_PCIR,
	ROM_LENGTH,
	ROM_CHECKSUM,
	ROM_CODE,
	ROM_NO_NEXT,
	ROM_MANY,
	ROM_FOREIGN,
};

/** struct rom_id - vendor and device id of a function */
struct rom_id {
	__u16 vendor;
	__u16 device;
};

/**
 * struct rom_image - one image
 * @offset: where it begins, from the first byte that was given
 * @length: bytes
 * @id: the device it is for; it may have a list of more
 * @code: ROM_LEGACY, ROM_UEFI or what else it says
 * @matches: it is for the GPU that was asked for
 */
struct rom_image {
	size_t offset;
	size_t length;
	struct rom_id id;
	__u8 code;
	bool matches;
};

/**
 * struct rom - what was found
 * @problem: ROM_GOOD, or why it is of no use
 * @at: byte at which the problem is
 * @gpu: what it was compared with; zeros when with nothing
 * @size: bytes that were given
 * @start: where the ROM begins; what is before is not ROM
 * @length: bytes of it; what comes after is not ROM
 * @images: all, up to the one with the problem
 * @n: how many
 */
struct rom {
	enum rom_problem problem;
	size_t at;
	struct rom_id gpu;
	size_t size;
	size_t start;
	size_t length;
	struct rom_image images[ROM_IMAGES];
	size_t n;
};

/**
 * rom_parse - find a ROM in bytes and check it
 * @data: the bytes
 * @size: how many
 * @gpu: the GPU it has to be for, or NULL for any. Of several ROMs in the bytes, as in
 *	the firmware of a machine, the first for this GPU is taken, else the first
 * @rom: filled in
 *
 * Return: whether it is a good one.
 */
bool rom_parse(const void *data, size_t size, const struct rom_id *gpu, struct rom *rom);

/** rom_has - whether it has an image of a kind */
bool rom_has(const struct rom *rom, __u8 code);

/** rom_code - what an image is for, in words: "legacy", "UEFI"; NULL when it has no name */
const char *rom_code(__u8 code);

/** rom_problem_word - a problem as a word for programs, as in gpupm(1) */
const char *rom_problem_word(enum rom_problem problem);

/**
 * rom_explain - what is wrong, and what may be the reason
 * @rom: has a problem
 * @buf: set to a sentence without a final stop, to be put behind "it"'s name and a colon
 * @size: bytes in @buf
 *
 * Return: @buf.
 */
const char *rom_explain(const struct rom *rom, char *buf, size_t size);

#endif
