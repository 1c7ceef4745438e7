// SPDX-License-Identifier: GPL-2.0-only
#include "json_stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH	16

void json_stream_init(struct json_stream *stream, size_t max)
{
	*stream = (struct json_stream){ .max = max, .tokener = json_tokener_new_ex(MAX_DEPTH) };
	if (!stream->tokener)
		abort();
	json_tokener_set_flags(stream->tokener, JSON_TOKENER_STRICT |
			       JSON_TOKENER_ALLOW_TRAILING_CHARS | JSON_TOKENER_VALIDATE_UTF8);
}

void json_stream_fini(struct json_stream *stream)
{
	json_tokener_free(stream->tokener);
	stream->tokener = NULL;
}

void json_stream_reset(struct json_stream *stream)
{
	json_tokener_reset(stream->tokener);
	stream->used = 0;
}

int json_stream_next(struct json_stream *stream, const char **bytes, size_t *n,
		     struct json_object **object)
{
	enum json_tokener_error error;
	size_t used;

	if (!stream->used) {
		while (*n && memchr(" \t\r\n", **bytes, 4)) {
			++*bytes;
			--*n;
		}
		if (*n && **bytes != '{') {
			snprintf(stream->why, sizeof(stream->why),
				 "it sent something that is no JSON object");
			return -EBADMSG;
		}
	}
	if (!*n)
		return 0;
	*object = json_tokener_parse_ex(stream->tokener, *bytes, *n);
	error = json_tokener_get_error(stream->tokener);
	used = json_tokener_get_parse_end(stream->tokener);
	stream->used += used;
	*bytes += used;
	*n -= used;
	if (stream->used > stream->max) {
		json_object_put(*object);
		snprintf(stream->why, sizeof(stream->why), "it sent more than %zu bytes at once",
			 stream->max);
		return -EBADMSG;
	}
	if (*object) {
		stream->used = 0;
		return 1;
	}
	if (error == json_tokener_continue)
		return 0;
	snprintf(stream->why, sizeof(stream->why), "it sent broken JSON (%s)",
		 json_tokener_error_desc(error));
	return -EBADMSG;
}
