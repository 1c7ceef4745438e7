/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_JSON_STREAM_H
#define GPUPM_GUEST_JSON_STREAM_H

#include <json-c/json.h>
#include <stddef.h>

/**
 * struct json_stream - JSON objects, one after the other, out of bytes as they come
 * @tokener: holds the object that is being read
 * @max: bytes that an object may have
 * @used: bytes of the object that is being read; none when it has not begun
 * @why: what is wrong, clean text, after json_stream_next() has returned -EBADMSG
 *
 * What the peer may make us keep is bounded by the size of one object and by the
 * depth of its nesting. A monitor may be told to print an object over many lines, so
 * it ends where its JSON ends, not with a line.
 */
struct json_stream {
	struct json_tokener *tokener;
	size_t max;
	size_t used;
	char why[128];
};

/** json_stream_init - begin with nothing read */
void json_stream_init(struct json_stream *stream, size_t max);

/** json_stream_fini - free what it owns */
void json_stream_fini(struct json_stream *stream);

/** json_stream_reset - forget what was read of an object */
void json_stream_reset(struct json_stream *stream);

/**
 * json_stream_next - read on
 * @stream: the stream
 * @bytes: what came; moved past what was read
 * @n: how many; made less by as much
 * @object: set to the object when there is one whole; put it
 *
 * Return: 1 for an object; 0 when all was read and more must come; -EBADMSG when
 * this is not JSON, or no object, or more than is taken.
 */
int json_stream_next(struct json_stream *stream, const char **bytes, size_t *n,
		     struct json_object **object);

#endif
