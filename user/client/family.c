// SPDX-License-Identifier: GPL-2.0-only
#include "family.h"

#include <linux/genetlink.h>
#include <netlink/genl/genl.h>

#include <errno.h>
#include <string.h>

struct group {
	char name[GENL_NAMSIZ];
	__u32 id;
};

static int group_attr(void *object, const struct nlattr *attr, struct malformed *m)
{
	struct group *group = object;

	(void)m;
	switch (nla_type(attr)) {
	case CTRL_ATTR_MCAST_GRP_NAME:
		return attr_string(attr, group->name, sizeof(group->name));
	case CTRL_ATTR_MCAST_GRP_ID:
		return attr_u32(attr, &group->id);
	}
	return 0;
}

static const struct attr_reader group_reader = {
	.what = "a multicast group",
	.one = group_attr,
	.required = ATTR_BIT(CTRL_ATTR_MCAST_GRP_NAME) | ATTR_BIT(CTRL_ATTR_MCAST_GRP_ID),
};

static int groups_attr(void *object, const struct nlattr *attr, struct malformed *m)
{
	struct family *family = object;
	struct group group = {};
	int err = attrs_read_nested(&group_reader, &group, attr, m);

	for (int i = 0; i < FAMILY_GROUPS && !err; i++)
		if (family->groups[i].name && !strcmp(group.name, family->groups[i].name))
			family->groups[i].id = group.id;
	return err;
}

static const struct attr_reader groups_reader = {
	.what = "the multicast groups",
	.one = groups_attr,
};

static int family_attr(void *object, const struct nlattr *attr, struct malformed *m)
{
	struct family *family = object;

	switch (nla_type(attr)) {
	case CTRL_ATTR_FAMILY_ID:
		return attr_u16(attr, &family->id);
	case CTRL_ATTR_VERSION:
		return attr_u32(attr, &family->version);
	case CTRL_ATTR_MCAST_GROUPS:
		return attrs_read_nested(&groups_reader, family, attr, m);
	}
	return 0;
}

static const struct attr_reader family_reader = {
	.what = "a netlink family",
	.one = family_attr,
	.required = ATTR_BIT(CTRL_ATTR_FAMILY_ID) | ATTR_BIT(CTRL_ATTR_VERSION),
};

int family_read(void *arg, const struct nlattr *head, int len, struct malformed *m)
{
	return attrs_read(&family_reader, arg, head, len, m);
}

int family_lookup(struct nl_sock *sock, const char *name, struct family *family,
		  struct reply *reply)
{
	struct nl_msg *msg = nlmsg_alloc();
	int err = -ENOMEM;

	*reply = (struct reply){ .family = GENL_ID_CTRL, .each = family_read, .arg = family };
	if (msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, GENL_ID_CTRL, 0, 0,
			       CTRL_CMD_GETFAMILY, 1) &&
	    !nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, name))
		err = netlink_request(sock, msg, reply);
	nlmsg_free(msg);
	return err;
}
