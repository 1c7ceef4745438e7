// SPDX-License-Identifier: GPL-2.0-only
#include "backend.h"

#include "daemon/log.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS	60000

uv_loop_t loop;
static bool loop_is_open;

void loop_open(void)
{
	/* A check that failed left handles behind, and no test can go on with them. */
	if (loop_is_open) {
		print_error("the test before did not come to its end\n");
		exit(1);
	}
	loop_is_open = true;
	/* As in the daemon: a peer that has gone is an error of a write. */
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(uv_loop_init(&loop), 0);
	memset(logged, 0, sizeof(logged));
	fake_report = (struct report){ .flags = REPORT_PRESENT | REPORT_ON_AC };
	fake_guest = NULL;
	guests_added = 0;
	guests_removed = 0;
	vms_seen = 0;
	warnings = 0;
}

void loop_close(void)
{
	int handles = uv_run(&loop, UV_RUN_DEFAULT);

	assert_int_equal(handles, 0);
	assert_int_equal(uv_loop_close(&loop), 0);
	loop_is_open = false;
}

static bool late;

static void on_late(uv_timer_t *timer)
{
	(void)timer;
	late = true;
}

static void run(const int *what, int least, int ms)
{
	uv_timer_t timer;

	late = false;
	uv_timer_init(&loop, &timer);
	uv_update_time(&loop);
	uv_timer_start(&timer, on_late, ms, 0);
	while (!late && !(what && *what >= least))
		uv_run(&loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	/* The timer is on this stack. */
	uv_run(&loop, UV_RUN_NOWAIT);
}

void run_until(const int *what, int least)
{
	run(what, least, PATIENCE_MS);
	if (*what < least)
		fail_msg("waited in vain; logged was:\n%s", logged);
}

void run_a_while(void)
{
	run(NULL, 0, 100);
}

/* ---- the daemon ---------------------------------------------------------- */

struct report fake_report;
struct guest *fake_guest;
int guests_added, guests_removed;

void guest_add(struct guest *guest)
{
	assert_null(fake_guest);
	guests_added++;
	fake_guest = guest;
	guest->backend->tell(guest, &fake_report);
}

void guest_remove(struct guest *guest)
{
	assert_ptr_equal(fake_guest, guest);
	guests_removed++;
	fake_guest = NULL;
}

void guests_told(void)
{
	assert_non_null(fake_guest);
	fake_guest->backend->tell(fake_guest, &fake_report);
}

struct vm fake_vm;
int vms_seen;
static struct vm_listener *listeners;

struct vm *vm_seen(pid_t pid)
{
	fake_vm.pid = pid;
	snprintf(fake_vm.name, sizeof(fake_vm.name), "win11");
	if (!vms_seen++)
		vm_starts();
	return &fake_vm;
}

void vms_listen(struct vm_listener *listener)
{
	struct vm_listener *known;

	for (known = listeners; known; known = known->next)
		if (known == listener)
			return;
	listener->next = listeners;
	listeners = listener;
}

void vm_starts(void)
{
	for (struct vm_listener *listener = listeners; listener; listener = listener->next)
		if (listener->started)
			listener->started(&fake_vm);
}

void vm_ends(void)
{
	for (struct vm_listener *listener = listeners; listener; listener = listener->next)
		if (listener->ended)
			listener->ended(&fake_vm);
}

char logged[65536];
int warnings;

static void note(const char *level, const char *format, va_list args)
{
	size_t n = strlen(logged);

	n += snprintf(logged + n, sizeof(logged) - n, "%s: ", level);
	n += vsnprintf(logged + n, sizeof(logged) - n, format, args);
	assert_true(n < sizeof(logged) - 1);
	strcat(logged, "\n");
}

#define LOG(name)					\
	void log_##name(const char *format, ...)	\
	{						\
		va_list args;				\
							\
		va_start(args, format);			\
		note(#name, format, args);		\
		va_end(args);				\
	}

LOG(error)
LOG(info)
LOG(debug)

void log_warning(const char *format, ...)
{
	va_list args;

	warnings++;
	va_start(args, format);
	note("warning", format, args);
	va_end(args);
}

void run_until_logged(const char *text)
{
	time_t deadline = time(NULL) + PATIENCE_MS / 1000;

	while (!was_logged(text)) {
		if (time(NULL) > deadline)
			fail_msg("waited for '%s' in vain; logged was:\n%s", text, logged);
		uv_run(&loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
}

bool was_logged(const char *text)
{
	return strstr(logged, text);
}

/* ---- the peer ------------------------------------------------------------ */

static void on_client_closed(uv_handle_t *handle)
{
	struct peer *peer = handle->data;

	peer->has_client = false;
}

void peer_drop(struct peer *peer)
{
	if (peer->has_client && !uv_is_closing((uv_handle_t *)&peer->client))
		uv_close((uv_handle_t *)&peer->client, on_client_closed);
	while (peer->has_client)
		uv_run(&loop, UV_RUN_NOWAIT);
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct peer *peer = handle->data;

	(void)size;
	assert_true(peer->n < sizeof(peer->line) - 1);
	*buf = uv_buf_init(peer->line + peer->n, sizeof(peer->line) - 1 - peer->n);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct peer *peer = stream->data;
	char line[sizeof(peer->line)], *end;

	(void)buf;
	if (n < 0) {
		peer->hung_up++;
		if (!uv_is_closing((uv_handle_t *)stream))
			uv_close((uv_handle_t *)stream, on_client_closed);
		return;
	}
	peer->n += n;
	while ((end = memchr(peer->line, '\n', peer->n))) {
		size_t length = end - peer->line;

		memcpy(line, peer->line, length);
		line[length] = '\0';
		peer->n -= length + 1;
		memmove(peer->line, end + 1, peer->n);
		peer->lines++;
		if (peer->script->line)
			peer->script->line(peer, line);
	}
}

static void on_connection(uv_stream_t *stream, int status)
{
	struct peer *peer = stream->data;

	assert_int_equal(status, 0);
	assert_false(peer->has_client);
	uv_pipe_init(&loop, &peer->client, 0);
	peer->client.data = peer;
	assert_int_equal(uv_accept(stream, (uv_stream_t *)&peer->client), 0);
	peer->has_client = true;
	peer->n = 0;
	peer->connections++;
	uv_read_start((uv_stream_t *)&peer->client, on_alloc, on_read);
	if (peer->script->greet)
		peer->script->greet(peer);
}

void peer_open(struct peer *peer, const char *path, const struct peer_script *script)
{
	*peer = (struct peer){ .script = script };
	snprintf(peer->path, sizeof(peer->path), "%s", path);
	unlink(path);
	uv_pipe_init(&loop, &peer->server, 0);
	peer->server.data = peer;
	assert_int_equal(uv_pipe_bind(&peer->server, path), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&peer->server, 4, on_connection), 0);
}

static void on_server_closed(uv_handle_t *handle)
{
	struct peer *peer = handle->data;

	peer->path[0] = '\0';
}

void peer_close(struct peer *peer)
{
	char path[108], aside[120];

	/* libuv removes the file of a socket that it closes. */
	snprintf(path, sizeof(path), "%s", peer->path);
	snprintf(aside, sizeof(aside), "%s.aside", path);
	assert_int_equal(link(path, aside), 0);
	uv_close((uv_handle_t *)&peer->server, on_server_closed);
	while (peer->path[0])
		uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(rename(aside, path), 0);
	peer_drop(peer);
}

static void on_sent(uv_write_t *write, int status)
{
	(void)status;
	free(write);
}

void peer_send(struct peer *peer, const char *bytes, size_t n)
{
	uv_write_t *write = malloc(sizeof(*write) + n);
	uv_buf_t buf;

	assert_non_null(write);
	memcpy(write + 1, bytes, n);
	buf = uv_buf_init((char *)(write + 1), n);
	if (uv_write(write, (uv_stream_t *)&peer->client, &buf, 1, on_sent))
		free(write);
}

void peer_say(struct peer *peer, const char *format, ...)
{
	char text[65536];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text) - 2, format, args);
	va_end(args);
	assert_true(n >= 0 && n < (int)sizeof(text) - 2);
	for (char *quote = text; (quote = strchr(quote, '\'')); )
		*quote = '"';
	strcat(text, "\r\n");
	peer_send(peer, text, n + 2);
}
