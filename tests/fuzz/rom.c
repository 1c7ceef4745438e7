// SPDX-License-Identifier: GPL-2.0-only
/* Option ROMs, and the table of them: the first four bytes are the ids of the GPU. */
#include "fuzz.h"

#include "machine/rom.h"
#include "machine/vfct.h"

#include <stdio.h>

static void check_whole(const struct rom *rom)
{
	size_t at = rom->start;

	MUST(rom->n && rom->n <= ROM_IMAGES);
	for (size_t i = 0; i < rom->n; i++) {
		MUST(rom->images[i].offset == at && rom->images[i].length);
		at += rom->images[i].length;
	}
	MUST(at == rom->start + rom->length && at <= rom->size);
}

static void check_table(const uint8_t *data, size_t size, const struct rom_id *gpu)
{
	const uint8_t *found;
	const void *rom;
	size_t length;

	if (vfct_find(data, size, "0000:01:00.0", gpu, &rom, &length))
		return;
	found = rom;
	MUST(length && found > data && found < data + size);
	MUST(length <= (size_t)(data + size - found));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rom rom, again;
	struct rom_id gpu;
	char buf[256];

	if (size < sizeof(gpu))
		return 0;
	memcpy(&gpu, data, sizeof(gpu));
	data += sizeof(gpu);
	size -= sizeof(gpu);
	check_table(data, size, &gpu);
	MUST(rom_parse(data, size, &gpu, &rom) == !rom.problem);
	MUST(harmless(rom_explain(&rom, buf, sizeof(buf))) && *buf);
	MUST(strlen(buf) < sizeof(buf) - 1 && *rom_problem_word(rom.problem));
	MUST(rom.at <= size && rom.start + rom.length <= size && rom.n <= ROM_IMAGES);
	if (rom.problem && rom.problem != ROM_FOREIGN)
		return 0;
	check_whole(&rom);
	/* What is cut out is the same, and nothing of it can be left out. */
	MUST(rom_parse(data + rom.start, rom.length, NULL, &again) && again.n == rom.n);
	MUST(again.length == rom.length && !again.start);
	MUST(!rom_parse(data + rom.start, rom.length - 1, NULL, &again));
	return 0;
}
