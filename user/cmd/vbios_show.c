// SPDX-License-Identifier: GPL-2.0-only
#include "../show/table.h"
#include "../show/text.h"
#include "../show/value.h"
#include "vbios.h"

#include <stdio.h>

static void code_cell(struct table *table, __u8 code)
{
	if (rom_code(code))
		table_cell(table, PAINT_BOLD, "%s", rom_code(code));
	else
		table_cell(table, PAINT_PLAIN, "type %#x", code);
}

static void show_images(const struct style *style, const struct rom *rom)
{
	struct table table = { .indent = 2 };

	for (size_t i = 0; i < rom->n; i++) {
		const struct rom_image *image = &rom->images[i];
		bool bad = rom->problem && rom->problem != ROM_FOREIGN && rom->at == image->offset;

		code_cell(&table, image->code);
		table_cell(&table, PAINT_PLAIN, "at %#zx", image->offset);
		table_cell(&table, PAINT_PLAIN, "%zu bytes", image->length);
		table_cell(&table, PAINT_PLAIN, "%04x:%04x", image->id.vendor, image->id.device);
		if (bad)
			table_cell(&table, PAINT_RED, "broken");
		else if (rom->gpu.vendor && !image->matches)
			table_cell(&table, PAINT_YELLOW, "for another GPU");
		else
			table_cell(&table, PAINT_GREEN,
				   image->code == ROM_LEGACY ? "checksum right" : "whole");
		table_row(&table);
	}
	table_print(&table, style, stdout);
}

void vbios_show(const char *file, const struct rom *rom, const char *gpu)
{
	size_t behind = rom->size - rom->start - rom->length;
	struct style style;
	char name[512];

	style_detect(&style, stdout);
	text_clean(&style, name, sizeof(name), file);
	if (rom->problem)
		printf("%s: %zu bytes\n", name, rom->size);
	else if (gpu)
		printf("%s: the ROM of %s, %zu bytes\n", name, gpu, rom->length);
	else
		printf("%s: a ROM, %zu bytes\n", name, rom->length);
	show_images(&style, rom);
	if (!rom->problem && (rom->start || behind))
		printf("  not ROM: %zu bytes before it, %zu behind it\n", rom->start, behind);
	if (!rom->problem && !rom_has(rom, ROM_UEFI))
		puts("  no image for UEFI: firmware like OVMF shows nothing with it until a driver does");
}

static struct json_object *json_id(__u16 id)
{
	char buf[8];

	snprintf(buf, sizeof(buf), "0x%04x", id);
	return json_string(buf);
}

static struct json_object *json_image(const struct rom *rom, const struct rom_image *image)
{
	struct json_object *object = json_must(json_object_new_object());

	json_add(object, "type", rom_code(image->code) ? json_string(rom_code(image->code)) :
							 json_u64(image->code));
	json_add(object, "offset", json_u64(image->offset));
	json_add(object, "length", json_u64(image->length));
	json_add(object, "vendor", json_id(image->id.vendor));
	json_add(object, "device", json_id(image->id.device));
	json_add(object, "matches", !rom->gpu.vendor ? NULL :
		 json_must(json_object_new_boolean(image->matches)));
	return object;
}

struct json_object *vbios_json(const char *file, const struct rom *rom, const char *gpu)
{
	struct json_object *object = json_must(json_object_new_object());
	struct json_object *images = json_must(json_object_new_array());
	char buf[256];

	json_add(object, "file", json_string(file));
	json_add(object, "problem", !rom->problem ? NULL :
		 json_string(rom_problem_word(rom->problem)));
	json_add(object, "message", !rom->problem ? NULL :
		 json_string(rom_explain(rom, buf, sizeof(buf))));
	json_add(object, "gpu", gpu ? json_string(gpu) : NULL);
	json_add(object, "size", json_u64(rom->size));
	json_add(object, "start", json_u64(rom->start));
	json_add(object, "length", json_u64(rom->length));
	for (size_t i = 0; i < rom->n; i++)
		json_append(images, json_image(rom, &rom->images[i]));
	json_add(object, "images", images);
	return object;
}
