// SPDX-License-Identifier: GPL-2.0-only
#include "event.h"
#include "family.h"

#include <linux/genetlink.h>
#include <netlink/genl/genl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Room for a few thousand events, for a reader that is stopped for a while. */
#define RECEIVE_BUFFER	(1 << 20)

struct events {
	struct nl_sock *sock;
	__u16 family;
	unsigned char *buf;
	struct nlmsghdr *next;
	int len;
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

/* When the module goes its group goes with it, in silence; the controller tells. */
static int join_controller(struct events *events)
{
	struct family controller = { .group_name = "notify" };
	struct reply reply;
	struct nl_sock *sock;
	int err = netlink_open(&sock);

	if (err)
		return err;
	err = family_lookup(sock, "nlctrl", &controller, &reply);
	nl_socket_free(sock);
	if (err)
		return err;
	return nl_socket_add_membership(events->sock, controller.group) ? -EIO : 0;
}

int events_open(const struct client *client, struct events **events)
{
	struct events *e = calloc(1, sizeof(*e));
	int err;

	*events = NULL;
	if (!e)
		return -ENOMEM;
	e->family = client_family(client);
	err = netlink_open(&e->sock);
	if (!err)
		err = join_controller(e);
	if (!err && (!client_group(client) ||
		     nl_socket_add_membership(e->sock, client_group(client)) ||
		     nl_socket_set_nonblocking(e->sock)))
		err = -EIO;
	if (err) {
		events_close(e);
		return err;
	}
	nl_socket_set_buffer_size(e->sock, RECEIVE_BUFFER, 0);
	*events = e;
	return 0;
}

void events_close(struct events *events)
{
	if (!events)
		return;
	nl_socket_free(events->sock);
	free(events->buf);
	free(events);
}

int events_fd(const struct events *events)
{
	return nl_socket_get_fd(events->sock);
}

static int receive(struct events *events)
{
	int len;

	free(events->buf);
	events->next = NULL;
	len = netlink_receive(events->sock, &events->buf);
	if (len < 0)
		return len;
	events->next = (struct nlmsghdr *)events->buf;
	events->len = len;
	return 0;
}

static int read_event(const struct events *events, struct nlmsghdr *nlh, struct event *event)
{
	struct malformed m = {};
	struct genlmsghdr *header = nlmsg_data(nlh);
	struct family family = {};

	if (!genlmsg_valid_hdr(nlh, 0))
		return -EBADMSG;
	if (nlh->nlmsg_type == events->family && header->cmd == GPUPM_CMD_GPU_NTF) {
		int err = event_read(event, genlmsg_attrdata(header, 0),
				     genlmsg_attrlen(header, 0), &m);

		return err ? err : 1;
	}
	if (nlh->nlmsg_type == GENL_ID_CTRL && header->cmd == CTRL_CMD_DELFAMILY &&
	    !family_read(&family, genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0), &m) &&
	    family.id == events->family)
		return -EPROTONOSUPPORT;
	return 0;
}

int events_next(struct events *events, struct event *event)
{
	int result;

	for (;;) {
		while (events->next && nlmsg_ok(events->next, events->len)) {
			struct nlmsghdr *nlh = events->next;

			events->next = nlmsg_next(nlh, &events->len);
			result = read_event(events, nlh, event);
			if (result)
				return result;
		}
		result = receive(events);
		if (result)
			return result == -EAGAIN ? 0 : result;
	}
}
