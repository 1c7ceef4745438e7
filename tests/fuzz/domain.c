// SPDX-License-Identifier: GPL-2.0-only
/*
 * XML of VMs, which may be anything that libvirt, an editor or the notes of a feature
 * left in it. Features are enabled in it and disabled again: where there were no notes
 * before, that leaves what was there.
 */
#include "fuzz.h"

#include "vm/edit.h"
#include "vm/feature.h"

#include <stdio.h>

static struct gpu_function functions[2] = {
	{ .address = "0000:01:00.0" }, { .address = "0000:01:00.1" },
};

static const struct gpu gpu = {
	.address = "0000:01:00.0", .functions = functions, .n_functions = 2,
};

static const struct wish wish = {
	.root = "/nowhere", .gpu = &gpu, .table = "/var/lib/gpupm/power.aml",
	.socket = "/run/gpupm/guest.sock",
};

static void enable_all(struct edit *edit)
{
	for (size_t i = 0; features[i]; i++) {
		xmlDocPtr before = xmlCopyDoc(edit->doc, 1);
		char why[WHY_SIZE] = "";

		MUST(before);
		edit->feature = features[i]->name;
		if (features[i]->enable(edit, &wish, why)) {
			xmlFreeDoc(before);
			continue;
		}
		MUST(*why);
		xmlFreeDoc(edit->doc);
		edit->doc = before;
	}
}

static void disable_all(struct edit *edit)
{
	size_t n = 0;

	while (features[n])
		n++;
	while (n-- > 0) {
		edit->feature = features[n]->name;
		if (edit_has(edit->doc, features[n]->name))
			edit_undo(edit);
		MUST(!edit_has(edit->doc, features[n]->name));
	}
}

/* What is made neat on the way, or is ours already. */
static bool is_plain(const char *text)
{
	return !strstr(text, "gpupm") && !strstr(text, "metadata") && !strstr(text, "qemu");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *before, *after, why[256];
	struct edit edit = {};
	size_t changes;

	MUST(text);
	edit.doc = xml_parse(text, why, sizeof(why));
	MUST(edit.doc || harmless(why));
	free(text);
	if (!edit.doc)
		return 0;
	before = xml_print(edit.doc);
	enable_all(&edit);
	changes = edit.changes;
	enable_all(&edit);
	/* Two elements of a kind, of which there is one, are not libvirt's. */
	if (is_plain(before))
		MUST(edit.changes == changes);
	disable_all(&edit);
	after = xml_print(edit.doc);
	if (is_plain(before))
		MUST(!strcmp(before, after));
	free(before);
	free(after);
	free(edit.notes);
	xmlFreeDoc(edit.doc);
	return 0;
}
