/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_FAMILY_H
#define GPUPM_CLIENT_FAMILY_H

#include "netlink.h"

/* The most groups that are asked for. */
#define FAMILY_GROUPS	2

/**
 * struct family - a generic netlink family
 * @id: message type
 * @version: of its protocol
 * @groups: multicast groups that are asked for
 * @groups.name: set before family_lookup(), or NULL
 * @groups.id: its number; 0 when the family has no such group
 */
struct family {
	__u16 id;
	__u32 version;
	struct {
		const char *name;
		__u32 id;
	} groups[FAMILY_GROUPS];
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
