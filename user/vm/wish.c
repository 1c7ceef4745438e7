// SPDX-License-Identifier: GPL-2.0-only
#include "wish.h"
#include "../cmd/cmd.h"
#include "../machine/display.h"
#include "../machine/slot.h"

#include <stdio.h>

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

/* libvirt would take it from the driver that shows the host's screen. */
static const struct gpu *chosen(struct wish *wish, const struct gpu_list *list)
{
	static char why[WHY_SIZE];
	struct gpu *gpu = slots_only(list);
	char how[256];

	if (!gpu || slot_all_vfio(gpu) || !display_only(wish->root, list, gpu, how, sizeof(how)))
		return gpu;
	snprintf(why, sizeof(why),
		 "%s drives the only display of this machine, which would stay dark: %s; --gpu %s takes it all the same",
		 gpu->address, how, gpu->address);
	wish->no_gpu = why;
	return NULL;
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
	wish->gpu = present(list, doc);
	if (!wish->gpu)
		wish->gpu = chosen(wish, list);
	return RESULT_DONE;
}
