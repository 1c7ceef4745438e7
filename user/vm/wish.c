// SPDX-License-Identifier: GPL-2.0-only
#include "wish.h"
#include "../cmd/cmd.h"
#include "../machine/slot.h"

static bool vm_has(xmlDocPtr doc, const struct gpu *gpu)
{
	char place[PLACE_SIZE];

	for (size_t i = 0; i < gpu->n_functions; i++) {
		feature_hostdev(place, gpu->functions[i].address);
		if (xml_find(doc, "%s", place))
			return true;
	}
	return false;
}

/* The only one that the VM has. */
static const struct gpu *present(const struct gpu_list *list, xmlDocPtr doc)
{
	const struct gpu *found = NULL;

	for (size_t i = 0; i < list->n; i++) {
		if (!vm_has(doc, &list->gpus[i]))
			continue;
		if (found)
			return NULL;
		found = &list->gpus[i];
	}
	return found;
}

int wish_gpu(struct wish *wish, xmlDocPtr doc, const char *name, struct gpu_list *list)
{
	struct gpu *gpu;
	int result;

	wish->gpu = NULL;
	wish->no_gpu = "out of memory";
	if (slots_read(wish->root, list))
		return RESULT_DONE;
	if (name) {
		result = pick_gpu(&setup_vm, list, name, &gpu);
		wish->gpu = gpu;
		return result;
	}
	wish->no_gpu = list->n ? "there is more than one GPU: say which with --gpu" :
				 "this machine has no GPU";
	wish->gpu = present(list, doc) ?: slots_only(list);
	return RESULT_DONE;
}
