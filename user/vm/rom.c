// SPDX-License-Identifier: GPL-2.0-only
#include "../machine/confined.h"
#include "../machine/rom.h"
#include "../profile/file.h"
#include "feature.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool check(const struct wish *wish, const char *path, char why[static WHY_SIZE])
{
	const struct gpu_function *display = gpu_function(wish->gpu, wish->gpu->address);
	char whole[PATH_MAX], words[192];
	struct rom_id id = {};
	struct rom rom;
	size_t size;
	char *data;
	int err;

	if (display)
		id = (struct rom_id){ display->vendor, display->device };
	snprintf(whole, sizeof(whole), "%s%s", wish->root, path);
	err = file_read(whole, ROM_MAX, &data, &size);
	if (err) {
		snprintf(why, WHY_SIZE, "%.200s cannot be read: %s", path,
			 err == -EFBIG ? "it is larger than any ROM" :
			 err == -EINVAL ? "it is no file" : strerror(-err));
		return false;
	}
	if (!rom_parse(data, size, &id, &rom))
		snprintf(why, WHY_SIZE, "%.200s is no ROM for this GPU: %s", path,
			 rom_explain(&rom, words, sizeof(words)));
	else if (rom.start)
		snprintf(why, WHY_SIZE,
			 "the ROM in %.200s begins at byte %zu only, where QEMU does not look: 'gpupm vbios dump' writes one that is trimmed",
			 path, rom.start);
	free(data);
	return rom.problem == ROM_GOOD && !rom.start;
}

/* QEMU opens it as the user that it runs as, and does not start without. */
static void look_at_rights(struct edit *edit, const struct wish *wish, const char *path)
{
	char closed[PATH_MAX];
	struct qemu_user user;

	if (qemu_user_read(wish->root, &user) &&
	    !qemu_user_can_read(wish->root, &user, path, closed))
		edit_note(edit, "rom: QEMU runs as %s, who may not read %s: put it into /usr/share/vgabios",
			  user.name, closed);
	else if (apparmor_of(wish->root, path) == CONFINED_DENIED)
		edit_note(edit, "rom: AppArmor does not let QEMU read %s: put it into /usr/share/vgabios",
			  path);
}

static bool enable(struct edit *edit, const struct wish *wish, char why[static WHY_SIZE])
{
	char place[PLACE_SIZE], path[PATH_MAX];

	if (!feature_has_gpu(wish, why))
		return false;
	feature_hostdev(place, wish->gpu->address);
	if (!xml_find(edit->doc, "%s", place)) {
		snprintf(why, WHY_SIZE, "the VM does not have the GPU: enable the feature gpu, too");
		return false;
	}
	if (wish->rom)
		snprintf(path, sizeof(path), "%s", wish->rom);
	else
		xml_value(edit->doc, path, sizeof(path), "%s/rom/@file", place);
	if (!*path) {
		snprintf(why, WHY_SIZE,
			 "no file is named: 'gpupm vbios dump -o FILE' writes one, and --rom FILE names it");
		return false;
	}
	if (!xmlCheckUTF8(BAD_CAST path)) {
		snprintf(why, WHY_SIZE, "the name of the file is no UTF-8, and XML has nothing else");
		return false;
	}
	if (!check(wish, path, why))
		return false;
	look_at_rights(edit, wish, path);
	edit_set(edit, place, "rom", "file", path);
	if (xml_find(edit->doc, "%s/rom[@bar='off']", place))
		edit_set(edit, place, "rom", "bar", "on");
	return true;
}

const struct feature feature_rom = {
	.name = "rom",
	.summary = "the GPU's ROM, from a file",
	.enable = enable,
};
