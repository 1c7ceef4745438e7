// SPDX-License-Identifier: GPL-2.0-only
#include "match.h"

#include <string.h>
#include <strings.h>

static bool same(const char *address, const char *name)
{
	return !strcasecmp(address, name) ||
	       (!strncmp(address, "0000:", 5) && !strcasecmp(address + 5, name));
}

static bool part(const char *address, const char *name)
{
	return strcasestr(address, name);
}

static size_t match(const struct gpu_list *list, const char *name,
		    bool (*is)(const char *address, const char *name), size_t *matches)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct gpu *gpu = &list->gpus[i];
		bool found = is(gpu->address, name);

		for (size_t j = 0; j < gpu->n_functions && !found; j++)
			found = is(gpu->functions[j].address, name);
		if (found)
			matches[n++] = i;
	}
	return n;
}

size_t gpu_match(const struct gpu_list *list, const char *name, size_t *matches)
{
	size_t n = match(list, name, same, matches);

	if (!n && *name)
		n = match(list, name, part, matches);
	return n;
}
