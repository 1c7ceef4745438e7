// SPDX-License-Identifier: GPL-2.0-only
#include "server.h"
#include "channel.h"
#include "guest.h"

#include "../daemon/again.h"
#include "../daemon/log.h"
#include "../daemon/socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * The kernel makes the least it allows of this: room for a handful of reports. A
 * guest that does not read for a while then finds few old ones before the newest.
 */
#define SEND_BUFFER	1

/**
 * struct listener - where guests connect
 * @pipe: the listening handle
 * @later: runs while more of them wait than are taken at once
 * @taken: how many were taken lately
 * @handles: of @pipe and @later, how many are not closed yet
 * @socket: its path and lock
 * @group: that may connect
 */
struct listener {
	uv_pipe_t pipe;
	uv_timer_t later;
	struct bucket taken;
	int handles;
	struct socket socket;
	gid_t group;
};

/**
 * struct client - a guest that is connected
 * @guest: what the rest of the daemon knows of it
 * @label: what it is called in the log
 * @pipe: the connection
 * @pause: runs while it is not listened to
 * @handles: of @pipe and @pause, how many are not closed yet
 * @channel: what it said
 * @write: a report on its way
 * @bytes: that report
 * @newest: the report to send when @bytes is written
 * @writing: @bytes is on its way
 * @waiting: @newest is to be sent
 * @next: the next one
 */
struct client {
	struct guest guest;
	char label[VM_NAME_SIZE + 32];
	uv_pipe_t pipe;
	uv_timer_t pause;
	int handles;
	struct channel channel;
	uv_write_t write;
	__u8 bytes[REPORT_SIZE];
	__u8 newest[REPORT_SIZE];
	bool writing;
	bool waiting;
	struct client *next;
};

static uv_loop_t *server_loop;
static struct listener *listener;
/* Listens anew, where that failed. */
static struct again again;
static struct {
	char path[sizeof(((struct socket *)0)->path)];
	gid_t group;
} lost;
static struct client *clients;
static unsigned int n_clients;
static bool full;

static void on_closed(uv_handle_t *handle)
{
	struct client *client = handle->data;

	if (!--client->handles)
		free(client);
}

static void drop(struct client *client)
{
	struct client **link = &clients;

	while (*link && *link != client)
		link = &(*link)->next;
	if (!*link)
		return;
	*link = client->next;
	n_clients--;
	full = false;
	guest_remove(&client->guest);
	uv_close((uv_handle_t *)&client->pipe, on_closed);
	uv_close((uv_handle_t *)&client->pause, on_closed);
}

static void leave(struct client *client)
{
	log_info("guest %s has disconnected", client->label);
	drop(client);
}

static void start_write(struct client *client);

static void on_written(uv_write_t *write, int status)
{
	struct client *client = write->data;

	client->writing = false;
	if (status == UV_ECANCELED)
		return;
	if (status < 0)
		leave(client);
	else if (client->waiting)
		start_write(client);
}

static void start_write(struct client *client)
{
	uv_buf_t buf = uv_buf_init((char *)client->bytes, REPORT_SIZE);

	memcpy(client->bytes, client->newest, REPORT_SIZE);
	client->waiting = false;
	client->write.data = client;
	/* An error now is one of the loop's: the connection is closed where it is read. */
	client->writing = !uv_write(&client->write, (uv_stream_t *)&client->pipe, &buf, 1,
				    on_written);
}

static void tell(struct guest *guest, const struct report *report)
{
	struct client *client = (struct client *)((char *)guest - offsetof(struct client, guest));

	report_encode(report, client->newest);
	client->waiting = true;
	if (!client->writing)
		start_write(client);
}

static const struct guest_backend backend = {
	.name = "channel",
	.tell = tell,
};

/* One buffer does for all: what is in it is used before anything else is read. */
static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	static char bytes[2048];

	(void)handle;
	(void)size;
	*buf = uv_buf_init(bytes, sizeof(bytes));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf);

static void on_pause_over(uv_timer_t *pause)
{
	struct client *client = pause->data;

	uv_read_start((uv_stream_t *)&client->pipe, on_alloc, on_read);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct client *client = stream->data;
	unsigned int what;

	if (n < 0) {
		leave(client);
		return;
	}
	what = channel_hear(&client->channel, (__u8 *)buf->base, n, uv_now(server_loop));
	client->guest.ways = client->channel.ways;
	if (what & CHANNEL_ODD)
		log_warning("guest %s sends what no power table sends; it is passed over, and not spoken of again",
			    client->label);
	if (what & CHANNEL_PAUSE) {
		uv_read_stop(stream);
		uv_timer_start(&client->pause, on_pause_over, CHANNEL_PAUSE_MS, 0);
	}
	if (what & CHANNEL_ASKED)
		guest_tell(&client->guest);
}

static void greet(struct client *client)
{
	int fd, size = SEND_BUFFER;
	struct vm *vm;
	uid_t uid;

	uv_fileno((uv_handle_t *)&client->pipe, &fd);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	vm = vm_seen(socket_peer(fd, &uid));
	if (vm)
		snprintf(client->label, sizeof(client->label), "%s (pid %d)",
			 vm->name[0] ? vm->name : "without a name", vm->pid);
	else
		snprintf(client->label, sizeof(client->label),
			 "of a process that is not to be seen");
	client->guest.backend = &backend;
	client->guest.vm = vm;
	client->next = clients;
	clients = client;
	n_clients++;
	uv_read_start((uv_stream_t *)&client->pipe, on_alloc, on_read);
	guest_add(&client->guest);
	log_info("guest %s has connected", client->label);
}

static void turn_away(struct client *client)
{
	if (!full)
		log_warning("there are %d guests already: more are turned away", SERVER_GUESTS);
	full = true;
	uv_close((uv_handle_t *)&client->pipe, on_closed);
	uv_close((uv_handle_t *)&client->pause, on_closed);
}

static void on_connection(uv_stream_t *stream, int status);
static void stop_listening(struct listener *l);

/*
 * libuv would try again at once and for ever when there are no file descriptors left.
 * Whoever waits is sent away; QEMU comes back every second.
 */
static void give_up(struct listener *l, int error)
{
	log_error("guests cannot connect to %s: %s", l->socket.path, uv_strerror(error));
	snprintf(lost.path, sizeof(lost.path), "%s", l->socket.path);
	lost.group = l->group;
	stop_listening(l);
	listener = NULL;
	again_later(&again);
}

static void on_later(uv_timer_t *later)
{
	on_connection(later->data, 0);
}

static void on_connection(uv_stream_t *stream, int status)
{
	struct listener *l = stream->data;
	struct client *client;

	if (status < 0) {
		give_up(l, status);
		return;
	}
	/* libuv does not look for another before this one is accepted. */
	if (!bucket_take(&l->taken, SERVER_BURST * SERVER_EACH_MS, SERVER_EACH_MS,
			 uv_now(server_loop))) {
		uv_timer_start(&l->later, on_later, SERVER_EACH_MS, 0);
		return;
	}
	client = calloc(1, sizeof(*client));
	if (!client) {
		uv_timer_start(&l->later, on_later, SERVER_EACH_MS, 0);
		return;
	}
	uv_pipe_init(server_loop, &client->pipe, 0);
	uv_timer_init(server_loop, &client->pause);
	client->pipe.data = client;
	client->pause.data = client;
	client->handles = 2;
	if (uv_accept(stream, (uv_stream_t *)&client->pipe) || n_clients >= SERVER_GUESTS)
		turn_away(client);
	else
		greet(client);
}

static void free_listener(uv_handle_t *handle)
{
	struct listener *l = handle->data;

	if (!--l->handles)
		free(l);
}

static void stop_listening(struct listener *l)
{
	if (!l)
		return;
	socket_remove(&l->socket);
	uv_close((uv_handle_t *)&l->pipe, free_listener);
	uv_close((uv_handle_t *)&l->later, free_listener);
}

static int start_listening(struct listener **result, const char *path, gid_t group)
{
	struct listener *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return -ENOMEM;
	err = socket_listen(&l->socket, path, 0660, group);
	if (err) {
		free(l);
		return err;
	}
	l->handles = 2;
	uv_pipe_init(server_loop, &l->pipe, 0);
	uv_timer_init(server_loop, &l->later);
	l->pipe.data = l;
	l->later.data = l;
	err = uv_pipe_open(&l->pipe, l->socket.fd);
	if (!err)
		err = uv_listen((uv_stream_t *)&l->pipe, SOMAXCONN, on_connection);
	if (err) {
		log_error("cannot listen on %s: %s", path, uv_strerror(err));
		stop_listening(l);
		return err;
	}
	*result = l;
	return 0;
}

static int listen_at(const char *path, gid_t group)
{
	struct listener *new;
	int err = start_listening(&new, path, group);

	if (err)
		return err;
	stop_listening(listener);
	listener = new;
	listener->group = group;
	again_worked(&again);
	log_info("guests connect to %s", path);
	return 0;
}

static void on_again(void)
{
	if (listen_at(lost.path, lost.group))
		again_later(&again);
}

int server_open(uv_loop_t *loop, const char *path, gid_t group)
{
	int err;

	server_loop = loop;
	if (!again.call)
		again_open(&again, loop, on_again);
	if (!listener || strcmp(listener->socket.path, path))
		return listen_at(path, group);
	listener->group = group;
	if (!chown(path, -1, group))
		return 0;
	err = -errno;
	log_error("cannot give the socket %s to group %u: %s", path, group, strerror(-err));
	return err;
}

void server_close(void)
{
	if (!again.call)
		return;
	again_close(&again);
	stop_listening(listener);
	listener = NULL;
	while (clients)
		drop(clients);
}
