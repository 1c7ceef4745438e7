// SPDX-License-Identifier: GPL-2.0-only
#include "control.h"
#include "again.h"
#include "log.h"
#include "request.h"
#include "socket.h"

#include "../forward/forward.h"
#include "../guest/guest.h"
#include "../profile/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Everybody may connect, so no connection lasts: who has not asked, or not taken
 * the answer, by then is cut off. When there are too many, so is the oldest.
 */
#define PEERS		16
#define PEER_MS		5000

/**
 * struct peer - somebody who asks
 * @pipe: the connection
 * @deadline: runs out when it is too slow
 * @handles: of both, how many are not closed yet
 * @root: it may change things
 * @line: what it has asked so far
 * @n: bytes in @line
 * @write: the answer on its way
 * @answer: that answer, owned; NULL while there is none
 * @next: the one that came before it
 */
struct peer {
	uv_pipe_t pipe;
	uv_timer_t deadline;
	int handles;
	bool root;
	char line[REQUEST_SIZE];
	size_t n;
	uv_write_t write;
	struct json_object *answer;
	struct peer *next;
};

static uv_loop_t *control_loop;
static uv_pipe_t control_pipe;
static struct socket control_socket;
/* Listens anew, after that has failed. */
static struct again again;
static struct peer *peers;
static bool is_open;

static void on_closed(uv_handle_t *handle)
{
	struct peer *peer = handle->data;

	if (--peer->handles)
		return;
	json_object_put(peer->answer);
	free(peer);
}

static void drop(struct peer *peer)
{
	struct peer **link = &peers;

	while (*link && *link != peer)
		link = &(*link)->next;
	if (!*link)
		return;
	*link = peer->next;
	uv_close((uv_handle_t *)&peer->pipe, on_closed);
	uv_close((uv_handle_t *)&peer->deadline, on_closed);
}

static void on_deadline(uv_timer_t *deadline)
{
	drop(deadline->data);
}

static struct json_object *error_object(const char *sentence)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "error", json_object_new_string(sentence));
	return object;
}

static struct json_object *profile_answer(void)
{
	struct json_object *object = profile_json();

	json_object_object_add(object, "forwards", forwards_json());
	return object;
}

static struct json_object *set_profile(const char *word, bool root)
{
	int err;

	if (!root)
		return error_object("only root may set the profile");
	err = profile_override(word);
	if (err == -EINVAL)
		return error_object("there is no such profile; there are ac, battery and auto");
	if (err)
		return error_object("the profile could not be changed; the daemon's log says why");
	return profile_answer();
}

static struct json_object *answer(const char *line, size_t n, bool root)
{
	struct json_object *object;
	struct request request;
	const char *error = request_parse(&request, line, n);

	if (error)
		return error_object(error);
	switch (request.command) {
	case REQUEST_PROFILE_SET:
		return set_profile(request.word, root);
	case REQUEST_PROFILE:
		return profile_answer();
	default:
		object = json_object_new_object();
		json_object_object_add(object, "guests", guests_json());
		return object;
	}
}

static void take_line(struct peer *peer);

static void on_written(uv_write_t *write, int status)
{
	struct peer *peer = write->data;

	if (status == UV_ECANCELED)
		return;
	json_object_put(peer->answer);
	peer->answer = NULL;
	if (status < 0)
		drop(peer);
	else
		take_line(peer);
}

static void send_answer(struct peer *peer, const char *line, size_t n)
{
	uv_buf_t bufs[2];
	size_t length;
	const char *text;

	peer->answer = answer(line, n, peer->root);
	text = json_object_to_json_string_length(peer->answer, JSON_C_TO_STRING_PLAIN |
						 JSON_C_TO_STRING_NOSLASHESCAPE, &length);
	if (!text) {
		drop(peer);
		return;
	}
	bufs[0] = uv_buf_init((char *)text, length);
	bufs[1] = uv_buf_init("\n", 1);
	peer->write.data = peer;
	uv_timer_start(&peer->deadline, on_deadline, PEER_MS, 0);
	if (uv_write(&peer->write, (uv_stream_t *)&peer->pipe, bufs, 2, on_written))
		drop(peer);
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct peer *peer = handle->data;

	(void)size;
	*buf = uv_buf_init(peer->line + peer->n, sizeof(peer->line) - peer->n);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct peer *peer = stream->data;

	(void)buf;
	if (n < 0) {
		drop(peer);
		return;
	}
	peer->n += n;
	take_line(peer);
}

/* Answer the first line that is there, and listen only when there is none. */
static void take_line(struct peer *peer)
{
	const char *end = memchr(peer->line, '\n', peer->n);
	char line[REQUEST_SIZE];
	size_t n;

	if (!end && peer->n == sizeof(peer->line)) {
		drop(peer);
		return;
	}
	if (!end) {
		uv_read_start((uv_stream_t *)&peer->pipe, on_alloc, on_read);
		return;
	}
	uv_read_stop((uv_stream_t *)&peer->pipe);
	n = end - peer->line;
	memcpy(line, peer->line, n);
	peer->n -= n + 1;
	memmove(peer->line, end + 1, peer->n);
	send_answer(peer, line, n);
}

static void drop_oldest(void)
{
	struct peer *peer = peers;
	int n = 1;

	while (peer && peer->next) {
		peer = peer->next;
		n++;
	}
	if (peer && n >= PEERS)
		drop(peer);
}

static void stop_listening(void)
{
	if (!is_open)
		return;
	is_open = false;
	socket_remove(&control_socket);
	uv_close((uv_handle_t *)&control_pipe, NULL);
}

/* libuv would try again at once and for ever when there are no file descriptors left. */
static void give_up(int error)
{
	log_error("gpupm cannot connect to %s: %s", control_socket.path, uv_strerror(error));
	stop_listening();
	again_later(&again);
}

static void on_connection(uv_stream_t *stream, int status)
{
	struct peer *peer;
	uid_t uid;
	int fd;

	if (status < 0) {
		give_up(status);
		return;
	}
	drop_oldest();
	peer = calloc(1, sizeof(*peer));
	if (!peer)
		return;
	uv_pipe_init(control_loop, &peer->pipe, 0);
	uv_timer_init(control_loop, &peer->deadline);
	peer->pipe.data = peer;
	peer->deadline.data = peer;
	peer->handles = 2;
	peer->next = peers;
	peers = peer;
	if (uv_accept(stream, (uv_stream_t *)&peer->pipe)) {
		drop(peer);
		return;
	}
	uv_fileno((uv_handle_t *)&peer->pipe, &fd);
	socket_peer(fd, &uid);
	peer->root = uid == 0;
	uv_timer_start(&peer->deadline, on_deadline, PEER_MS, 0);
	take_line(peer);
}

static int start_listening(const char *path)
{
	int err = socket_listen(&control_socket, path, 0666, 0);

	if (err)
		return err;
	is_open = true;
	uv_pipe_init(control_loop, &control_pipe, 0);
	err = uv_pipe_open(&control_pipe, control_socket.fd);
	if (!err)
		err = uv_listen((uv_stream_t *)&control_pipe, SOMAXCONN, on_connection);
	if (err) {
		log_error("cannot listen on %s: %s", path, uv_strerror(err));
		stop_listening();
	}
	return err;
}

static void on_again(void)
{
	char path[sizeof(control_socket.path)];

	/* Who listens writes it anew. */
	memcpy(path, control_socket.path, sizeof(path));
	if (start_listening(path)) {
		again_later(&again);
		return;
	}
	again_worked(&again);
	log_info("gpupm connects to %s", path);
}

int control_open(uv_loop_t *loop, const char *path)
{
	control_loop = loop;
	again_open(&again, loop, on_again);
	return start_listening(path);
}

void control_close(void)
{
	if (!control_loop)
		return;
	control_loop = NULL;
	stop_listening();
	again_close(&again);
	while (peers)
		drop(peers);
}
