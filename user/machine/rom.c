// SPDX-License-Identifier: GPL-2.0-only
#include "rom.h"
#include "bytes.h"

#include <stdio.h>
#include <string.h>

/* Lengths count in these. */
#define UNIT		512
/* So many ROMs in one file are looked at: the firmware of a machine has a dozen. */
#define CANDIDATES	64

/* Where things are in the header of an image ... */
#define HEADER_INIT_SIZE	0x02
#define HEADER_EFI_SIGNATURE	0x04
#define HEADER_EFI_COMPRESSION	0x0c
#define HEADER_EFI_OFFSET	0x16
#define HEADER_PCIR		0x18
#define HEADER_SIZE		0x1a
/* ... and in its PCIR. */
#define PCIR_VENDOR		0x04
#define PCIR_DEVICE		0x06
#define PCIR_DEVICE_LIST	0x08
#define PCIR_REVISION		0x0c
#define PCIR_IMAGE_LENGTH	0x10
#define PCIR_CODE		0x14
#define PCIR_INDICATOR		0x15
#define PCIR_SIZE		0x18

#define EFI_SIGNATURE		0x0ef1
#define INDICATOR_LAST		0x80
/* Before this one, what is now the list of devices was something else. */
#define REVISION_WITH_LIST	3

static bool is_header(const __u8 *data, size_t size, size_t at)
{
	return size - at >= 2 && data[at] == 0x55 && data[at + 1] == 0xaa;
}

/* NVIDIA puts images of its own, which firmware does not know, behind the others. */
static bool is_nvidias_own(const __u8 *data, size_t size, size_t at)
{
	return size - at >= 2 && ((data[at] == 0x56 && data[at + 1] == 0x4e) ||
				  (data[at] == 0x77 && data[at + 1] == 0xbb));
}

static enum rom_problem find_pcir(const __u8 *data, size_t size, size_t at, const __u8 **pcir)
{
	size_t left = size - at, pointer;

	if (left < HEADER_SIZE)
		return ROM_TRUNCATED;
	pointer = get16(data + at + HEADER_PCIR);
	if (pointer < HEADER_SIZE)
		return ROM_NO_PCIR;
	if (pointer > left || left - pointer < PCIR_SIZE)
		return ROM_TRUNCATED;
	*pcir = data + at + pointer;
	if (!memcmp(*pcir, "PCIR", 4))
		return ROM_GOOD;
	/* The same under other names. */
	if (is_nvidias_own(data, size, at) &&
	    (!memcmp(*pcir, "NPDS", 4) || !memcmp(*pcir, "RGIS", 4)))
		return ROM_GOOD;
	return ROM_NO_PCIR;
}

static bool in_list(const __u8 *pcir, const __u8 *end, __u16 device)
{
	size_t list = get16(pcir + PCIR_DEVICE_LIST);

	if (pcir[PCIR_REVISION] < REVISION_WITH_LIST || !list || list >= (size_t)(end - pcir))
		return false;
	for (const __u8 *at = pcir + list; end - at >= 2 && get16(at); at += 2)
		if (get16(at) == device)
			return true;
	return false;
}

/* Only those for a BIOS have a sum, over what the BIOS copies. */
static enum rom_problem check_legacy(const __u8 *image, size_t length)
{
	size_t size = image[HEADER_INIT_SIZE] * (size_t)UNIT;
	__u8 sum = 0;

	if (!size || size > length)
		return ROM_LENGTH;
	for (size_t i = 0; i < size; i++)
		sum += image[i];
	return sum ? ROM_CHECKSUM : ROM_GOOD;
}

/* No sum here; but there must be a program, whole if it says how long it is. */
static enum rom_problem check_uefi(const __u8 *image, size_t length)
{
	size_t size = get16(image + HEADER_INIT_SIZE) * (size_t)UNIT;
	size_t offset = get16(image + HEADER_EFI_OFFSET);
	const __u8 *program = image + offset;

	if (get32(image + HEADER_EFI_SIGNATURE) != EFI_SIGNATURE)
		return ROM_CODE;
	if (size > length || offset + 8 > length)
		return ROM_LENGTH;
	if (get16(image + HEADER_EFI_COMPRESSION))
		return get32(program) > length - offset - 8 ? ROM_LENGTH : ROM_GOOD;
	return memcmp(program, "MZ", 2) ? ROM_CODE : ROM_GOOD;
}

/* Reads the image at @at. The next one begins behind it, unless it is the @last. */
static enum rom_problem read_image(const __u8 *data, size_t size, size_t at, struct rom *rom,
				   bool *last)
{
	struct rom_image *image = &rom->images[rom->n];
	enum rom_problem problem;
	const __u8 *pcir;

	problem = find_pcir(data, size, at, &pcir);
	if (problem)
		return problem;
	image->offset = at;
	image->length = get16(pcir + PCIR_IMAGE_LENGTH) * (size_t)UNIT;
	image->id = (struct rom_id){ get16(pcir + PCIR_VENDOR), get16(pcir + PCIR_DEVICE) };
	image->code = pcir[PCIR_CODE];
	image->matches = image->id.vendor == rom->gpu.vendor &&
			 (image->id.device == rom->gpu.device ||
			  in_list(pcir, data + size, rom->gpu.device));
	*last = pcir[PCIR_INDICATOR] & INDICATOR_LAST;
	rom->n++;
	if (image->length < (size_t)(pcir - data) - at + PCIR_SIZE)
		return ROM_LENGTH;
	if (image->length > size - at)
		return ROM_TRUNCATED;
	if (image->code == ROM_LEGACY)
		return check_legacy(data + at, image->length);
	if (image->code == ROM_UEFI)
		return check_uefi(data + at, image->length);
	return ROM_GOOD;
}

/* What is at @at, where a ROM begins or goes on. */
static enum rom_problem read_next(const __u8 *data, size_t size, size_t at, struct rom *rom,
				  bool *last)
{
	if (rom->n == ROM_IMAGES)
		return ROM_MANY;
	if (at == size)
		return ROM_TRUNCATED;
	if (is_header(data, size, at) || (rom->n && is_nvidias_own(data, size, at)))
		return read_image(data, size, at, rom, last);
	return ROM_NO_NEXT;
}

static void read_rom(const __u8 *data, size_t size, size_t start, struct rom *rom)
{
	bool last = false;

	rom->start = start;
	rom->length = 0;
	rom->n = 0;
	while (!last) {
		rom->at = start + rom->length;
		rom->problem = read_next(data, size, rom->at, rom, &last);
		if (rom->problem)
			break;
		rom->length += rom->images[rom->n - 1].length;
	}
}

static bool any_matches(const struct rom *rom)
{
	for (size_t i = 0; i < rom->n; i++)
		if (rom->images[i].matches)
			return true;
	return false;
}

/* Where a ROM may begin, from @at on; @size when nowhere. */
static size_t find_start(const __u8 *data, size_t size, size_t at)
{
	const __u8 *pcir;

	for (; size - at >= 2; at++)
		if (is_header(data, size, at) && !find_pcir(data, size, at, &pcir))
			return at;
	return size;
}

static enum rom_problem nothing_but(const __u8 *data, size_t size)
{
	if (!size)
		return ROM_EMPTY;
	for (size_t i = 1; i < size; i++)
		if (data[i] != data[0])
			return ROM_GOOD;
	return data[0] == 0xff ? ROM_ALL_FF : !data[0] ? ROM_ALL_ZERO : ROM_GOOD;
}

bool rom_parse(const void *data, size_t size, const struct rom_id *gpu, struct rom *rom)
{
	struct rom found;
	size_t start;

	*rom = (struct rom){ .size = size };
	if (gpu)
		rom->gpu = *gpu;
	rom->problem = nothing_but(data, size);
	if (rom->problem)
		return false;
	/* What has lost its beginning must not pass for the image that follows. */
	if (is_header(data, size, 0)) {
		read_rom(data, size, 0, rom);
	} else {
		rom->problem = ROM_NONE;
		found = *rom;
		start = find_start(data, size, 0);
		for (int i = 0; i < CANDIDATES && start < size; i++) {
			read_rom(data, size, start, &found);
			if (!i || any_matches(&found))
				*rom = found;
			/* Also when it is broken: behind it would be its own last image. */
			if (!gpu || any_matches(&found))
				break;
			start = find_start(data, size, start + (found.length ? found.length : 2));
		}
	}
	if (gpu && !rom->problem && !any_matches(rom)) {
		rom->problem = ROM_FOREIGN;
		rom->at = rom->start;
	}
	return !rom->problem;
}

bool rom_has(const struct rom *rom, __u8 code)
{
	for (size_t i = 0; i < rom->n; i++)
		if (rom->images[i].code == code)
			return true;
	return false;
}

const char *rom_code(__u8 code)
{
	return code == ROM_LEGACY ? "legacy" : code == ROM_UEFI ? "UEFI" : NULL;
}

const char *rom_problem_word(enum rom_problem problem)
{
	static const char * const words[] = {
		[ROM_GOOD] = "none",
		[ROM_EMPTY] = "empty",
		[ROM_ALL_FF] = "all-ff",
		[ROM_ALL_ZERO] = "all-zero",
		[ROM_NONE] = "no-rom",
		[ROM_TRUNCATED] = "truncated",
		[ROM_NO_PCIR] = "no-pcir",
		[ROM_LENGTH] = "length",
		[ROM_CHECKSUM] = "checksum",
		[ROM_CODE] = "code",
		[ROM_NO_NEXT] = "no-next",
		[ROM_MANY] = "many",
		[ROM_FOREIGN] = "foreign",
	};

	return words[problem];
}

const char *rom_explain(const struct rom *rom, char *buf, size_t size)
{
	switch (rom->problem) {
	case ROM_GOOD:
		snprintf(buf, size, "nothing is wrong");
		break;
	case ROM_EMPTY:
		snprintf(buf, size, "it is empty");
		break;
	case ROM_ALL_FF:
		snprintf(buf, size,
			 "all %zu bytes are FF, as when a GPU is read while its power is cut, or has no ROM",
			 rom->size);
		break;
	case ROM_ALL_ZERO:
		snprintf(buf, size, "all %zu bytes are 00, so there is no ROM in it", rom->size);
		break;
	case ROM_NONE:
		snprintf(buf, size,
			 "it is no ROM: nowhere in its %zu bytes is a 55 AA with the PCIR of an image",
			 rom->size);
		break;
	case ROM_TRUNCATED:
		snprintf(buf, size,
			 "it is truncated: the image at %#zx goes on after the last of %zu bytes",
			 rom->at, rom->size);
		break;
	case ROM_NO_PCIR:
		snprintf(buf, size,
			 "it is corrupt: the image at %#zx has no PCIR where its header says",
			 rom->at);
		break;
	case ROM_LENGTH:
		snprintf(buf, size,
			 "it is corrupt: the lengths in the image at %#zx contradict each other",
			 rom->at);
		break;
	case ROM_CHECKSUM:
		snprintf(buf, size,
			 "it is corrupt: the checksum of the image at %#zx is wrong", rom->at);
		break;
	case ROM_CODE:
		snprintf(buf, size,
			 "it is corrupt: the UEFI image at %#zx has no program where it says",
			 rom->at);
		break;
	case ROM_NO_NEXT:
		snprintf(buf, size,
			 "it is corrupt: another image should follow at %#zx, and none does",
			 rom->at);
		break;
	case ROM_MANY:
		snprintf(buf, size, "it is corrupt: it has more than %d images", ROM_IMAGES);
		break;
	case ROM_FOREIGN:
		snprintf(buf, size, "it is for another GPU: for %04x:%04x, and this one is %04x:%04x",
			 rom->images[0].id.vendor, rom->images[0].id.device, rom->gpu.vendor,
			 rom->gpu.device);
		break;
	}
	return buf;
}
