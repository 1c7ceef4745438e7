/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_FAMILY_H
#define GPUPM_CLIENT_FAMILY_H

#include "netlink.h"

/**
 * struct family - a generic netlink family
 * @id: message type
 * @version: of its protocol
 * @group: number of the multicast group that was asked for; 0 when it has none
 * @group_name: that group's name, set before family_lookup()
 */
struct family {
	__u16 id;
	__u32 version;
	__u32 group;
	const char *group_name;
};

/**
 * family_lookup - ask the kernel for a family
 * @sock: a connected socket
 * @name: of the family
 * @family: filled in
 * @reply: filled in, for its messages after an error
 *
 * Return: 0, -ENOENT when there is no such family, or another negative errno.
 */
int family_lookup(struct nl_sock *sock, const char *name, struct family *family,
		  struct reply *reply);

/** family_read - read what the kernel says of a family; a reply_fn for a struct family */
int family_read(void *arg, const struct nlattr *head, int len, struct malformed *m);

#endif
