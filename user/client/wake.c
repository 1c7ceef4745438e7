// SPDX-License-Identifier: GPL-2.0-only
#include "wake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int wake_attr(void *object, const struct nlattr *attr, struct malformed *m)
{
	struct wake *wake = object;

	(void)m;
	switch (nla_type(attr)) {
	case GPUPM_A_WAKE_GPU:
		return attr_string(attr, wake->gpu, sizeof(wake->gpu));
	case GPUPM_A_WAKE_AT_MS:
		return attr_u64(attr, &wake->at_ms);
	case GPUPM_A_WAKE_FROM:
		return attr_u32(attr, &wake->from);
	case GPUPM_A_WAKE_DEVICE:
		return attr_string(attr, wake->device, sizeof(wake->device));
	case GPUPM_A_WAKE_PID:
		return attr_u32(attr, &wake->pid);
	case GPUPM_A_WAKE_COMM:
		return attr_string(attr, wake->comm, sizeof(wake->comm));
	}
	return 0;
}

static const struct attr_reader wake_reader = {
	.what = "a wake",
	.one = wake_attr,
	.required = ATTR_BIT(GPUPM_A_WAKE_GPU) | ATTR_BIT(GPUPM_A_WAKE_AT_MS) |
		    ATTR_BIT(GPUPM_A_WAKE_FROM),
};

int wake_list_add(struct wake_list *list, const struct nlattr *head, int len, struct malformed *m)
{
	struct wake *wakes;

	wakes = reallocarray(list->wakes, list->n + 1, sizeof(*wakes));
	if (!wakes)
		return -ENOMEM;
	list->wakes = wakes;
	memset(&wakes[list->n], 0, sizeof(*wakes));
	return attrs_read(&wake_reader, &wakes[list->n++], head, len, m);
}

void wake_list_free(struct wake_list *list)
{
	free(list->wakes);
	memset(list, 0, sizeof(*list));
}
