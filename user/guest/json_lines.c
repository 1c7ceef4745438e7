// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON objects over a UNIX socket, on the event loop.
 *
 * The peer is not trusted to behave: what it may make us keep is bounded by the
 * size of one object, by the depth of its nesting, and by how much it may leave
 * unread of ours. A monitor may be told to print its objects over many lines, so
 * an object ends where its JSON ends, not with a line.
 */
#include "json_lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define MAX_DEPTH	16
/* Our commands are short: a peer with this much of them unread reads no more. */
#define MAX_UNREAD	65536

#define SYNC		0xff

struct json_lines {
	uv_pipe_t pipe;
	uv_connect_t connect;
	/* What is told later: nothing is from within our functions. */
	uv_timer_t soon;
	int error;
	const struct json_lines_events *events;
	void *data;
	struct json_tokener *tokener;
	size_t max;
	/* Bytes of the object that is being read; none when it has not begun. */
	size_t used;
	/* The byte SYNC has a meaning; and until it comes, nothing else has. */
	bool resynced;
	bool syncing;
	bool failed;
	int handles;
	char buffer[4096];
};

struct send {
	uv_write_t write;
	char bytes[];
};

static void fail(struct json_lines *lines, int error, const char *why)
{
	if (lines->failed || !lines->events)
		return;
	lines->failed = true;
	uv_read_stop((uv_stream_t *)&lines->pipe);
	lines->events->failed(lines->data, error, why);
}

static void begin_anew(struct json_lines *lines)
{
	json_tokener_reset(lines->tokener);
	lines->used = 0;
}

/* Return: whether the owner is still there. */
static bool object_read(struct json_lines *lines, struct json_object *object)
{
	lines->used = 0;
	lines->events->object(lines->data, object);
	json_object_put(object);
	return lines->events && !lines->failed;
}

static void parse(struct json_lines *lines, const char *bytes, size_t n)
{
	struct json_object *object;
	char why[128];
	size_t used;

	while (n) {
		if (!lines->used) {
			if (memchr(" \t\r\n", *bytes, 4)) {
				bytes++;
				n--;
				continue;
			}
			if (*bytes != '{') {
				fail(lines, -EBADMSG, "it sent something that is no JSON object");
				return;
			}
		}
		object = json_tokener_parse_ex(lines->tokener, bytes, n);
		used = json_tokener_get_parse_end(lines->tokener);
		lines->used += used;
		bytes += used;
		n -= used;
		if (lines->used > lines->max) {
			if (object)
				json_object_put(object);
			snprintf(why, sizeof(why), "it sent more than %zu bytes at once",
				 lines->max);
			fail(lines, -EBADMSG, why);
			return;
		}
		if (object) {
			if (!object_read(lines, object))
				return;
		} else if (json_tokener_get_error(lines->tokener) != json_tokener_continue) {
			snprintf(why, sizeof(why), "it sent broken JSON (%s)",
				 json_tokener_error_desc(json_tokener_get_error(lines->tokener)));
			fail(lines, -EBADMSG, why);
			return;
		}
	}
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct json_lines *lines = handle->data;

	(void)size;
	*buf = uv_buf_init(lines->buffer, sizeof(lines->buffer));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct json_lines *lines = stream->data;
	const char *bytes = buf->base, *sync;

	if (n < 0) {
		fail(lines, n, n == UV_EOF ? "it closed the connection" : uv_strerror(n));
		return;
	}
	/* There may be more than one: answers to those who were here before. */
	while (lines->resynced && (sync = memchr(bytes, SYNC, n))) {
		begin_anew(lines);
		lines->syncing = false;
		n -= sync + 1 - bytes;
		bytes = sync + 1;
	}
	if (!lines->syncing)
		parse(lines, bytes, n);
}

static void on_connect(uv_connect_t *connect, int status)
{
	struct json_lines *lines = connect->data;

	if (!lines->events)
		return;
	if (!status)
		status = uv_read_start((uv_stream_t *)&lines->pipe, on_alloc, on_read);
	if (status)
		fail(lines, status, uv_strerror(status));
	else
		lines->events->connected(lines->data);
}

static void on_soon(uv_timer_t *timer)
{
	struct json_lines *lines = timer->data;

	fail(lines, lines->error, uv_strerror(lines->error));
}

struct json_lines *json_lines_open(uv_loop_t *loop, const char *path, size_t max,
				   const struct json_lines_events *events, void *data)
{
	struct json_lines *lines = calloc(1, sizeof(*lines));

	if (!lines)
		abort();
	lines->events = events;
	lines->data = data;
	lines->max = max;
	lines->tokener = json_tokener_new_ex(MAX_DEPTH);
	if (!lines->tokener)
		abort();
	json_tokener_set_flags(lines->tokener, JSON_TOKENER_STRICT |
			       JSON_TOKENER_ALLOW_TRAILING_CHARS | JSON_TOKENER_VALIDATE_UTF8);
	uv_pipe_init(loop, &lines->pipe, 0);
	uv_timer_init(loop, &lines->soon);
	lines->handles = 2;
	lines->pipe.data = lines;
	lines->soon.data = lines;
	lines->connect.data = lines;
	/* libuv would cut a longer one, and connect to something else. */
	if (strlen(path) < sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		uv_pipe_connect(&lines->connect, &lines->pipe, path, on_connect);
	} else {
		lines->error = UV_ENAMETOOLONG;
		uv_timer_start(&lines->soon, on_soon, 0, 0);
	}
	return lines;
}

static void on_close(uv_handle_t *handle)
{
	struct json_lines *lines = handle->data;

	if (--lines->handles)
		return;
	json_tokener_free(lines->tokener);
	free(lines);
}

void json_lines_close(struct json_lines *lines)
{
	if (!lines)
		return;
	lines->events = NULL;
	uv_close((uv_handle_t *)&lines->pipe, on_close);
	uv_close((uv_handle_t *)&lines->soon, on_close);
}

static void on_written(uv_write_t *write, int status)
{
	struct json_lines *lines = write->handle->data;

	free(write->data);
	if (status && status != UV_ECANCELED)
		fail(lines, status, uv_strerror(status));
}

static void send_bytes(struct json_lines *lines, const char *prefix, const char *text)
{
	size_t n = strlen(prefix) + strlen(text);
	struct send *send;
	uv_buf_t buf;

	if (lines->failed)
		return;
	if (uv_stream_get_write_queue_size((uv_stream_t *)&lines->pipe) + n > MAX_UNREAD) {
		lines->error = UV_ENOBUFS;
		uv_timer_start(&lines->soon, on_soon, 0, 0);
		return;
	}
	send = malloc(sizeof(*send) + n + 1);
	if (!send)
		abort();
	snprintf(send->bytes, n + 1, "%s%s", prefix, text);
	send->write.data = send;
	buf = uv_buf_init(send->bytes, n);
	lines->error = uv_write(&send->write, (uv_stream_t *)&lines->pipe, &buf, 1,
				on_written);
	if (lines->error) {
		free(send);
		uv_timer_start(&lines->soon, on_soon, 0, 0);
	}
}

void json_lines_send(struct json_lines *lines, struct json_object *object)
{
	send_bytes(lines, json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN), "\n");
}

void json_lines_resync(struct json_lines *lines)
{
	const char sync[] = { (char)SYNC, '\0' };

	begin_anew(lines);
	lines->resynced = true;
	lines->syncing = true;
	send_bytes(lines, sync, "");
}

pid_t json_lines_peer(struct json_lines *lines)
{
	struct ucred peer = {};
	socklen_t size = sizeof(peer);
	uv_os_fd_t fd;

	if (uv_fileno((uv_handle_t *)&lines->pipe, &fd) ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return 0;
	return peer.pid;
}
