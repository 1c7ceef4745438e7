/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_ATTR_H
#define GPUPM_CLIENT_ATTR_H

#include <netlink/attr.h>

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * struct malformed - what was wrong with a message from the kernel
 * @text: one sentence without a final stop; empty while nothing is wrong
 */
struct malformed {
	char text[160];
};

/**
 * typedef attr_fn - take one attribute into an object
 * @object: what the attributes describe
 * @attr: the attribute
 * @m: where nested attributes say what is wrong with them
 *
 * Return: 0, also for an attribute it does not know; -EBADMSG when the
 * attribute has the wrong size or shape; -ENOMEM.
 */
typedef int (*attr_fn)(void *object, const struct nlattr *attr, struct malformed *m);

/**
 * struct attr_reader - how to read one kind of object
 * @what: its name in messages, with an article
 * @one: takes one attribute
 * @required: bit N is set when attribute N must be there
 */
struct attr_reader {
	const char *what;
	attr_fn one;
	__u64 required;
};

#define ATTR_BIT(type)	(1ULL << (type))

/**
 * attrs_read - read a run of attributes into an object
 * @reader: how
 * @object: handed to @reader->one
 * @head: the first attribute
 * @len: bytes of all of them
 * @m: what was wrong, set with -EBADMSG
 *
 * Attributes @reader->one does not know are ignored, so that an older tool can
 * read what a newer module says.
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int attrs_read(const struct attr_reader *reader, void *object, const struct nlattr *head, int len,
	       struct malformed *m);

/**
 * attrs_read_nested - read the attributes inside an attribute
 * @reader: how
 * @object: handed to @reader->one
 * @nest: the attribute they are in
 * @m: what was wrong, set with -EBADMSG
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int attrs_read_nested(const struct attr_reader *reader, void *object, const struct nlattr *nest,
		      struct malformed *m);

/* The payload of one attribute; -EBADMSG when it has another size or shape. */
int attr_u16(const struct nlattr *attr, __u16 *value);
int attr_u32(const struct nlattr *attr, __u32 *value);
int attr_u64(const struct nlattr *attr, __u64 *value);
int attr_flag(const struct nlattr *attr, bool *value);

/**
 * attr_string - copy a string attribute
 * @attr: the attribute
 * @buf: where to
 * @size: bytes in @buf
 *
 * A string that does not fit is refused rather than cut: half an address would
 * name another device.
 *
 * Return: 0 or -EBADMSG.
 */
int attr_string(const struct nlattr *attr, char *buf, size_t size);

#endif
