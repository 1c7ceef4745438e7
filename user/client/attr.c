// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading netlink attributes strictly. libnl's nla_parse() keeps only the last
 * of attributes that repeat and lets values through that are too long, so the
 * walk is done here and libnl only knows the layout.
 */
#include "attr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int malformed(struct malformed *m, const char *what, int type, const char *wrong)
{
	/* The innermost complaint is the useful one. */
	if (!m->text[0])
		snprintf(m->text, sizeof(m->text), "attribute %d of %s %s", type, what, wrong);
	return -EBADMSG;
}

int attrs_read(const struct attr_reader *reader, void *object, const struct nlattr *head, int len,
	       struct malformed *m)
{
	const struct nlattr *attr;
	__u64 missing = reader->required;
	int rem, err;

	nla_for_each_attr(attr, head, len, rem) {
		int type = nla_type(attr);

		err = reader->one(object, attr, m);
		if (err == -EBADMSG)
			return malformed(m, reader->what, type, "has the wrong size or shape");
		if (err)
			return err;
		if (type < 64)
			missing &= ~ATTR_BIT(type);
	}
	if (rem)
		return malformed(m, reader->what, 0, "is cut short");
	if (missing)
		return malformed(m, reader->what, __builtin_ctzll(missing), "is missing");
	return 0;
}

int attrs_read_nested(const struct attr_reader *reader, void *object, const struct nlattr *nest,
		      struct malformed *m)
{
	return attrs_read(reader, object, nla_data(nest), nla_len(nest), m);
}

static int attr_copy(const struct nlattr *attr, void *value, int size)
{
	if (nla_len(attr) != size)
		return -EBADMSG;
	memcpy(value, nla_data(attr), size);
	return 0;
}

int attr_u16(const struct nlattr *attr, __u16 *value)
{
	return attr_copy(attr, value, sizeof(*value));
}

int attr_u32(const struct nlattr *attr, __u32 *value)
{
	return attr_copy(attr, value, sizeof(*value));
}

int attr_u64(const struct nlattr *attr, __u64 *value)
{
	return attr_copy(attr, value, sizeof(*value));
}

int attr_flag(const struct nlattr *attr, bool *value)
{
	if (nla_len(attr))
		return -EBADMSG;
	*value = true;
	return 0;
}

int attr_string(const struct nlattr *attr, char *buf, size_t size)
{
	int len = nla_len(attr);
	const char *text = nla_data(attr);

	if (len < 1 || (size_t)len > size || strnlen(text, len) != (size_t)len - 1)
		return -EBADMSG;
	memcpy(buf, text, len);
	return 0;
}
