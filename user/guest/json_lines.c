// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON objects over a UNIX socket, on the event loop. The peer is not trusted to
 * behave: besides what json_stream.h bounds, there is a bound to what it may leave
 * unread of ours.
 */
#include "json_lines.h"
#include "json_stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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
	struct json_stream stream;
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

static void read_bytes(struct json_lines *lines, const char *bytes, size_t n)
{
	struct json_object *object;
	int result;

	/* Whoever is told of an object may close the connection. */
	while (lines->events && !lines->failed &&
	       (result = json_stream_next(&lines->stream, &bytes, &n, &object))) {
		if (result < 0) {
			fail(lines, result, lines->stream.why);
			return;
		}
		lines->events->object(lines->data, object);
		json_object_put(object);
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
		json_stream_reset(&lines->stream);
		lines->syncing = false;
		n -= sync + 1 - bytes;
		bytes = sync + 1;
	}
	if (!lines->syncing)
		read_bytes(lines, bytes, n);
}

static void begin(struct json_lines *lines, int status)
{
	if (!lines->events)
		return;
	if (!status)
		status = uv_read_start((uv_stream_t *)&lines->pipe, on_alloc, on_read);
	if (status)
		fail(lines, status, uv_strerror(status));
	else
		lines->events->connected(lines->data);
}

static void on_connect(uv_connect_t *connect, int status)
{
	begin(connect->data, status);
}

static void on_taken(uv_timer_t *timer)
{
	struct json_lines *lines = timer->data;

	begin(lines, lines->error);
}

static void on_soon(uv_timer_t *timer)
{
	struct json_lines *lines = timer->data;

	fail(lines, lines->error, uv_strerror(lines->error));
}

static struct json_lines *make(uv_loop_t *loop, size_t max, const struct json_lines_events *events,
			       void *data)
{
	struct json_lines *lines = calloc(1, sizeof(*lines));

	if (!lines)
		abort();
	lines->events = events;
	lines->data = data;
	json_stream_init(&lines->stream, max);
	uv_pipe_init(loop, &lines->pipe, 0);
	uv_timer_init(loop, &lines->soon);
	lines->handles = 2;
	lines->pipe.data = lines;
	lines->soon.data = lines;
	lines->connect.data = lines;
	return lines;
}

struct json_lines *json_lines_open(uv_loop_t *loop, const char *path, size_t max,
				   const struct json_lines_events *events, void *data)
{
	struct json_lines *lines = make(loop, max, events, data);

	/* libuv would cut a longer one, and connect to something else. */
	if (strlen(path) < sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		uv_pipe_connect(&lines->connect, &lines->pipe, path, on_connect);
	} else {
		lines->error = UV_ENAMETOOLONG;
		uv_timer_start(&lines->soon, on_soon, 0, 0);
	}
	return lines;
}

struct json_lines *json_lines_take(uv_loop_t *loop, int fd, size_t max,
				   const struct json_lines_events *events, void *data)
{
	struct json_lines *lines = make(loop, max, events, data);

	lines->error = uv_pipe_open(&lines->pipe, fd);
	if (lines->error)
		close(fd);
	uv_timer_start(&lines->soon, on_taken, 0, 0);
	return lines;
}

static void on_close(uv_handle_t *handle)
{
	struct json_lines *lines = handle->data;

	if (--lines->handles)
		return;
	json_stream_fini(&lines->stream);
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

	json_stream_reset(&lines->stream);
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
