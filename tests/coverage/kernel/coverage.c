// SPDX-License-Identifier: GPL-2.0-only
/*
 * How often each line of the module ran, for gcov, on a kernel without CONFIG_GCOV_KERNEL.
 *
 * gcc counts in memory (-fprofile-arcs), and has each object put a pointer to its counters
 * into a section (-fprofile-info-section). The first and the last object of the module have
 * a label there, so what lies between is the whole of it. When the module ends, all is
 * written to a new file in /lab/keep: for each object the name of its file of counters, a
 * zero, the size, and what belongs into that file, as gcc 12 to 13 have it.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm.h>

#include "coverage.h"

#define KINDS 8
#define MAGIC 0x67636461
#define TAG_FUNCTION 0x01000000
#define TAG_ARCS 0x01a10000
#define ROOM (4 << 20)

struct arcs {
	u32 count;
	s64 *values;
};

struct function {
	const struct object *owner;
	u32 ident;
	u32 lines;
	u32 flow;
	struct arcs arcs;
};

struct object {
	u32 version;
	struct object *next;
	u32 stamp;
	u32 checksum;
	const char *file;
	void *merge[KINDS];
	u32 count;
	struct function **functions;
};

/* Nothing of an earlier run is there to be added. */
void __gcov_merge_add(s64 *values, u32 count)
{
}

struct buffer {
	u8 *data;
	size_t used;
};

static void put(struct buffer *to, const void *data, size_t size)
{
	if (to->used + size <= ROOM)
		memcpy(to->data + to->used, data, size);
	to->used += size;
}

static void put32(struct buffer *to, u32 value)
{
	put(to, &value, sizeof(value));
}

static void put_object(struct buffer *to, const struct object *object)
{
	const struct function *function;
	u32 size, i;
	size_t at;

	put(to, object->file, strlen(object->file) + 1);
	at = to->used;
	put32(to, 0);
	put32(to, MAGIC);
	put32(to, object->version);
	put32(to, object->stamp);
	put32(to, object->checksum);
	for (i = 0; i < object->count; i++) {
		function = object->functions[i];
		put32(to, TAG_FUNCTION);
		/* One that another object has as well counts there. */
		if (!function || function->owner != object) {
			put32(to, 0);
			continue;
		}
		put32(to, 3 * sizeof(u32));
		put32(to, function->ident);
		put32(to, function->lines);
		put32(to, function->flow);
		put32(to, TAG_ARCS);
		put32(to, function->arcs.count * sizeof(s64));
		put(to, function->arcs.values, function->arcs.count * sizeof(s64));
	}
	size = to->used - at - sizeof(u32);
	if (to->used <= ROOM)
		memcpy(to->data + at, &size, sizeof(size));
}

void coverage_write(void)
{
	struct buffer buffer = { .data = kvmalloc(ROOM, GFP_KERNEL) };
	struct object **object;
	struct file *file;
	char name[64];
	loff_t at = 0;

	if (!buffer.data)
		return;
	for (object = coverage_begin; (unsigned long)object < (unsigned long)coverage_end; object++)
		put_object(&buffer, *object);
	snprintf(name, sizeof(name), "/lab/keep/%llu.counters", ktime_get_ns());
	file = filp_open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (IS_ERR(file) || buffer.used > ROOM ||
	    kernel_write(file, buffer.data, buffer.used, &at) != buffer.used)
		pr_warn("WARNING: the counters were not written to %s\n", name);
	if (!IS_ERR(file))
		filp_close(file, NULL);
	kvfree(buffer.data);
}
