// SPDX-License-Identifier: GPL-2.0-only
#include "wish.h"
#include "../cmd/cmd.h"
#include "../client/match.h"
#include "../machine/slot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static bool is_at_vfio(xmlDocPtr doc, const struct gpu *gpu)
{
	(void)doc;
	return slot_all_vfio(gpu);
}

/* The only one of which something is true. */
static const struct gpu *only(const struct gpu_list *list, xmlDocPtr doc,
			      bool (*is)(xmlDocPtr doc, const struct gpu *gpu))
{
	const struct gpu *found = NULL;

	for (size_t i = 0; i < list->n; i++) {
		if (!is(doc, &list->gpus[i]))
			continue;
		if (found)
			return NULL;
		found = &list->gpus[i];
	}
	return found;
}

static int named(struct wish *wish, const char *name, const struct gpu_list *list)
{
	size_t *matches = calloc(list->n + 1, sizeof(*matches));
	size_t n;

	if (!matches)
		abort();
	n = gpu_match(list, name, matches);
	if (n == 1) {
		wish->gpu = &list->gpus[matches[0]];
	} else {
		complain(n ? "'%s' is part of more than one address; there are:" :
			     "no GPU '%s'; there are:", name);
		for (size_t i = 0; i < list->n; i++)
			fprintf(stderr, "  %s\n", list->gpus[i].address);
	}
	free(matches);
	return n == 1 ? RESULT_DONE : n ? RESULT_USAGE : RESULT_NO_GPU;
}

int wish_gpu(struct wish *wish, xmlDocPtr doc, const char *name, struct gpu_list *list)
{
	wish->gpu = NULL;
	wish->no_gpu = "out of memory";
	if (slots_read(wish->root, list))
		return RESULT_DONE;
	if (name)
		return named(wish, name, list);
	wish->no_gpu = list->n ? "there is more than one GPU: say which with --gpu" :
				 "this machine has no GPU";
	wish->gpu = only(list, doc, vm_has);
	if (!wish->gpu && list->n == 1)
		wish->gpu = list->gpus;
	if (!wish->gpu)
		wish->gpu = only(list, doc, is_at_vfio);
	return RESULT_DONE;
}
