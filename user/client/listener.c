// SPDX-License-Identifier: GPL-2.0-only
#include "family.h"
#include "listener.h"

#include <linux/genetlink.h>
#include <netlink/genl/genl.h>

#include <errno.h>
#include <stdlib.h>

/* Room for a few thousand events, for a reader that is stopped for a while. */
#define RECEIVE_BUFFER	(1 << 20)

struct listener {
	struct nl_sock *sock;
	__u16 family;
	unsigned char *buf;
	struct nlmsghdr *next;
	int len;
};

/* When the module goes its group goes with it, in silence; the controller tells. */
static int join_controller(struct listener *listener)
{
	struct family controller = { .groups[0].name = "notify" };
	struct reply reply;
	struct nl_sock *sock;
	int err = netlink_open(&sock);

	if (err)
		return err;
	err = family_lookup(sock, "nlctrl", &controller, &reply);
	nl_socket_free(sock);
	if (err)
		return err;
	return nl_socket_add_membership(listener->sock, controller.groups[0].id) ? -EIO : 0;
}

int listener_open(const struct client *client, const char *group, struct listener **listener)
{
	struct listener *l = calloc(1, sizeof(*l));
	__u32 id = client_group(client, group);
	int err;

	*listener = NULL;
	if (!l)
		return -ENOMEM;
	l->family = client_family(client);
	err = id ? netlink_open(&l->sock) : -EOPNOTSUPP;
	if (!err)
		err = join_controller(l);
	if (!err && (nl_socket_add_membership(l->sock, id) || nl_socket_set_nonblocking(l->sock)))
		err = -EIO;
	if (err) {
		listener_close(l);
		return err;
	}
	nl_socket_set_buffer_size(l->sock, RECEIVE_BUFFER, 0);
	*listener = l;
	return 0;
}

void listener_close(struct listener *listener)
{
	if (!listener)
		return;
	nl_socket_free(listener->sock);
	free(listener->buf);
	free(listener);
}

int listener_fd(const struct listener *listener)
{
	return nl_socket_get_fd(listener->sock);
}

static int receive(struct listener *listener)
{
	int len;

	free(listener->buf);
	listener->next = NULL;
	len = netlink_receive(listener->sock, &listener->buf);
	if (len < 0)
		return len;
	listener->next = (struct nlmsghdr *)listener->buf;
	listener->len = len;
	return 0;
}

static int read_message(const struct listener *listener, struct nlmsghdr *nlh, __u8 cmd,
			reply_fn each, void *arg)
{
	struct malformed m = {};
	struct genlmsghdr *header = nlmsg_data(nlh);
	struct family family = {};

	if (!genlmsg_valid_hdr(nlh, 0))
		return -EBADMSG;
	if (nlh->nlmsg_type == listener->family && header->cmd == cmd) {
		int err = each(arg, genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0), &m);

		return err ? err : 1;
	}
	if (nlh->nlmsg_type == GENL_ID_CTRL && header->cmd == CTRL_CMD_DELFAMILY &&
	    !family_read(&family, genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0), &m) &&
	    family.id == listener->family)
		return -EPROTONOSUPPORT;
	return 0;
}

int listener_next(struct listener *listener, __u8 cmd, reply_fn each, void *arg)
{
	int result;

	for (;;) {
		while (listener->next && nlmsg_ok(listener->next, listener->len)) {
			struct nlmsghdr *nlh = listener->next;

			listener->next = nlmsg_next(nlh, &listener->len);
			result = read_message(listener, nlh, cmd, each, arg);
			if (result)
				return result;
		}
		result = receive(listener);
		if (result)
			return result == -EAGAIN ? 0 : result;
	}
}
