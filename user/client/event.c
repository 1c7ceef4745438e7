// SPDX-License-Identifier: GPL-2.0-only
#include "event.h"
#include "listener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct events {
	struct listener *listener;
};

static int event_attr(void *object, const struct nlattr *attr, struct malformed *m)
{
	struct event *event = object;

	(void)m;
	switch (nla_type(attr)) {
	case GPUPM_A_EVENT_GPU:
		return attr_string(attr, event->gpu, sizeof(event->gpu));
	case GPUPM_A_EVENT_CAUSE:
		return attr_u32(attr, &event->cause);
	case GPUPM_A_EVENT_STATE:
		return attr_u32(attr, &event->state);
	case GPUPM_A_EVENT_PREVIOUS:
		return attr_u32(attr, &event->previous);
	case GPUPM_A_EVENT_POLICY:
		return attr_u32(attr, &event->policy);
	case GPUPM_A_EVENT_AT_NS:
		return attr_u64(attr, &event->at_ns);
	case GPUPM_A_EVENT_PID:
		return attr_u32(attr, &event->pid);
	case GPUPM_A_EVENT_COMM:
		return attr_string(attr, event->comm, sizeof(event->comm));
	case GPUPM_A_EVENT_DEVICE:
		return attr_string(attr, event->device, sizeof(event->device));
	}
	return 0;
}

static const struct attr_reader event_reader = {
	.what = "an event",
	.one = event_attr,
	.required = ATTR_BIT(GPUPM_A_EVENT_GPU) | ATTR_BIT(GPUPM_A_EVENT_CAUSE) |
		    ATTR_BIT(GPUPM_A_EVENT_STATE) | ATTR_BIT(GPUPM_A_EVENT_PREVIOUS) |
		    ATTR_BIT(GPUPM_A_EVENT_POLICY) | ATTR_BIT(GPUPM_A_EVENT_AT_NS),
};

int event_read(struct event *event, const struct nlattr *head, int len, struct malformed *m)
{
	memset(event, 0, sizeof(*event));
	return attrs_read(&event_reader, event, head, len, m);
}

int events_open(const struct client *client, struct events **events)
{
	struct events *e = calloc(1, sizeof(*e));
	int err;

	*events = NULL;
	if (!e)
		return -ENOMEM;
	err = listener_open(client, GPUPM_MCGRP_GPU, &e->listener);
	if (err) {
		events_close(e);
		return err;
	}
	*events = e;
	return 0;
}

void events_close(struct events *events)
{
	if (!events)
		return;
	listener_close(events->listener);
	free(events);
}

int events_fd(const struct events *events)
{
	return listener_fd(events->listener);
}

static int take(void *arg, const struct nlattr *head, int len, struct malformed *m)
{
	return event_read(arg, head, len, m);
}

int events_next(struct events *events, struct event *event)
{
	return listener_next(events->listener, GPUPM_CMD_GPU_NTF, take, event);
}
