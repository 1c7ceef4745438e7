// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests and answers. libnl's own receive loop turns errno values into its own
 * fewer codes and drops the kernel's message, so the answer is read here.
 */
#include "netlink.h"

#include <linux/genetlink.h>
#include <netlink/errno.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* A message the kernel sends after an error code, at @offset of the payload. */
static void read_extack(struct reply *reply, const struct nlmsghdr *nlh, size_t offset)
{
	size_t size = nlmsg_datalen(nlh);
	const struct nlattr *attr;
	int rem;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || offset > size)
		return;
	nla_for_each_attr(attr, (struct nlattr *)((char *)nlmsg_data(nlh) + offset),
			  size - offset, rem)
		if (nla_type(attr) == NLMSGERR_ATTR_MSG)
			attr_string(attr, reply->extack, sizeof(reply->extack));
}

static int read_error(struct reply *reply, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = nlmsg_data(nlh);
	size_t offset = sizeof(*error);

	if (nlmsg_datalen(nlh) < (int)sizeof(*error))
		return -EBADMSG;
	if (!error->error)
		return 1;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && error->msg.nlmsg_len >= NLMSG_HDRLEN)
		offset += NLMSG_ALIGN((size_t)error->msg.nlmsg_len - NLMSG_HDRLEN);
	read_extack(reply, nlh, offset);
	return error->error < 0 ? error->error : -EBADMSG;
}

static int read_done(struct reply *reply, const struct nlmsghdr *nlh)
{
	int error;

	if (nlmsg_datalen(nlh) < (int)sizeof(error))
		return 1;
	memcpy(&error, nlmsg_data(nlh), sizeof(error));
	if (error >= 0)
		return 1;
	read_extack(reply, nlh, sizeof(error));
	return error;
}

static int read_message(struct reply *reply, struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_seq != reply->seq)
		return 0;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		reply->interrupted = true;
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return read_error(reply, nlh);
	if (nlh->nlmsg_type == NLMSG_DONE)
		return read_done(reply, nlh);
	if (nlh->nlmsg_type != reply->family || !reply->each)
		return 0;
	if (!genlmsg_valid_hdr(nlh, 0))
		return -EBADMSG;
	return reply->each(reply->arg, genlmsg_attrdata(nlmsg_data(nlh), 0),
			   genlmsg_attrlen(nlmsg_data(nlh), 0), &reply->malformed);
}

int reply_feed(struct reply *reply, const void *buf, int len)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	int result;

	while (nlmsg_ok(nlh, len)) {
		result = read_message(reply, nlh);
		if (result)
			goto out;
		nlh = nlmsg_next(nlh, &len);
	}
	result = len > 0 ? -EBADMSG : 0;
out:
	if (result == -EBADMSG && !reply->malformed.text[0])
		snprintf(reply->malformed.text, sizeof(reply->malformed.text),
			 "a netlink message is cut short");
	return result;
}

int netlink_receive(struct nl_sock *sock, unsigned char **buf)
{
	struct sockaddr_nl from;
	int len;

	*buf = NULL;
	errno = 0;
	len = nl_recv(sock, &from, buf, NULL);
	if (len < 0) {
		*buf = NULL;
		/* errno, because libnl has one code for lost messages and lack of memory. */
		if (len == -NLE_AGAIN)
			return -EAGAIN;
		return errno ? -errno : -EIO;
	}
	if (!len) {
		*buf = NULL;
		return -EAGAIN;
	}
	if (from.nl_pid) {
		free(*buf);
		*buf = NULL;
		return 0;
	}
	return len;
}

int netlink_request(struct nl_sock *sock, struct nl_msg *msg, struct reply *reply)
{
	unsigned char *buf;
	int result;

	reply->interrupted = false;
	reply->malformed.text[0] = '\0';
	reply->extack[0] = '\0';
	errno = 0;
	if (nl_send_auto(sock, msg) < 0)
		return errno ? -errno : -ENOMEM;
	reply->seq = nlmsg_hdr(msg)->nlmsg_seq;

	do {
		result = netlink_receive(sock, &buf);
		if (buf)
			result = reply_feed(reply, buf, result);
		free(buf);
	} while (!result);
	return result < 0 ? result : 0;
}

int netlink_open(struct nl_sock **sock)
{
	struct nl_sock *s = nl_socket_alloc();
	int on = 1;

	*sock = NULL;
	if (!s)
		return -ENOMEM;
	errno = 0;
	if (nl_connect(s, NETLINK_GENERIC) < 0) {
		int err = errno ? -errno : -ENOMEM;

		nl_socket_free(s);
		return err;
	}
	nl_socket_enable_msg_peek(s);
	/* Without these a refusal is a bare number; every kernel with the module has them. */
	setsockopt(nl_socket_get_fd(s), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(nl_socket_get_fd(s), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	*sock = s;
	return 0;
}
