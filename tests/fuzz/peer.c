// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"
#include "peer.h"

#include "daemon/log.h"
#include "guest/dir_watch.h"
#include "guest/json_lines.h"
#include "guest/json_stream.h"
#include "guest/libvirt_call.h"

#include <stdarg.h>
#include <stdio.h>
#include <uv.h>

struct vm peer_vm = { .pid = 7, .name = "win11" };

/* ---- the clock ------------------------------------------------------------- */

#define TIMERS	8

static struct {
	uv_timer_t *timer;
	uv_timer_cb call;
	uint64_t due;
} timers[TIMERS];

static struct {
	uv_handle_t *handle;
	uv_close_cb call;
} closing[TIMERS];

static uint64_t now;
static size_t n_closing;

int uv_timer_init(uv_loop_t *loop, uv_timer_t *timer)
{
	timer->loop = loop;
	return 0;
}

int uv_timer_stop(uv_timer_t *timer)
{
	for (int i = 0; i < TIMERS; i++)
		if (timers[i].timer == timer)
			timers[i].timer = NULL;
	return 0;
}

int uv_timer_start(uv_timer_t *timer, uv_timer_cb call, uint64_t ms, uint64_t repeat)
{
	int i = 0;

	MUST(!repeat);
	uv_timer_stop(timer);
	while (i < TIMERS && timers[i].timer)
		i++;
	MUST(i < TIMERS);
	timers[i].timer = timer;
	timers[i].call = call;
	timers[i].due = now + ms;
	return 0;
}

void uv_close(uv_handle_t *handle, uv_close_cb call)
{
	uv_timer_stop((uv_timer_t *)handle);
	MUST(n_closing < TIMERS);
	closing[n_closing].handle = handle;
	closing[n_closing++].call = call;
}

uint64_t uv_hrtime(void)
{
	return 1000000000;
}

static void tick(void)
{
	uv_timer_t *timer;
	int next = -1;

	for (int i = 0; i < TIMERS; i++)
		if (timers[i].timer && (next < 0 || timers[i].due < timers[next].due))
			next = i;
	if (next < 0)
		return;
	now = timers[next].due;
	timer = timers[next].timer;
	timers[next].timer = NULL;
	timers[next].call(timer);
}

/* ---- a connection ---------------------------------------------------------- */

struct json_lines {
	const struct json_lines_events *events;
	void *data;
	struct json_stream stream;
	bool connected;
	bool failed;
	struct json_lines *next;
};

/* The newest is first; the others are closed. */
static struct json_lines *connections;
static struct json_object *last_command;

struct json_lines *json_lines_open(uv_loop_t *loop, const char *path, size_t max,
				   const struct json_lines_events *events, void *data)
{
	struct json_lines *lines = calloc(1, sizeof(*lines));

	(void)loop;
	MUST(lines && *path);
	MUST(!connections || !connections->events);
	lines->events = events;
	lines->data = data;
	json_stream_init(&lines->stream, max);
	lines->next = connections;
	connections = lines;
	return lines;
}

void json_lines_close(struct json_lines *lines)
{
	if (!lines)
		return;
	MUST(lines->events);
	lines->events = NULL;
}

static void remember(struct json_object *command)
{
	json_object_put(last_command);
	last_command = json_object_get(command);
	peer_sent(command);
}

void json_lines_send(struct json_lines *lines, struct json_object *command)
{
	MUST(lines->events && lines->connected && !lines->failed);
	remember(command);
}

void json_lines_resync(struct json_lines *lines)
{
	MUST(lines->events && lines->connected);
	json_stream_reset(&lines->stream);
}

pid_t json_lines_peer(struct json_lines *lines)
{
	MUST(lines->connected);
	return peer_vm.pid;
}

static bool is_live(struct json_lines *lines)
{
	return lines && lines->events && !lines->failed;
}

static void fail(struct json_lines *lines, int error, const char *why)
{
	if (!is_live(lines))
		return;
	lines->failed = true;
	lines->events->failed(lines->data, error, why);
}

static void say(const char *bytes, size_t n)
{
	struct json_lines *lines = connections;
	struct json_object *object;
	int result;

	while (is_live(lines) && lines->connected &&
	       (result = json_stream_next(&lines->stream, &bytes, &n, &object))) {
		if (result < 0) {
			MUST(harmless(lines->stream.why));
			fail(lines, result, lines->stream.why);
			return;
		}
		lines->events->object(lines->data, object);
		json_object_put(object);
	}
}

/* ---- a command through libvirt ------------------------------------------------ */

struct libvirt_call {
	libvirt_done *done;
	void *data;
};

static struct libvirt_call *call;

struct libvirt_call *libvirt_call(uv_loop_t *loop, enum libvirt_channel channel,
				  const char *domain, struct json_object *command,
				  libvirt_done *done, void *data)
{
	(void)loop;
	(void)channel;
	(void)domain;
	MUST(!call);
	call = calloc(1, sizeof(*call));
	MUST(call);
	call->done = done;
	call->data = data;
	remember(command);
	return call;
}

void libvirt_forget(struct libvirt_call *forgotten)
{
	MUST(!forgotten || forgotten == call);
	if (forgotten)
		call = NULL;
	free(forgotten);
}

static void answer_call(struct json_object *answer, const char *error, bool later)
{
	struct libvirt_call *done = call;

	call = NULL;
	done->done(done->data, answer, error, later);
	free(done);
}

/* ---- the rest of the daemon ------------------------------------------------- */

static struct vm_listener *listeners;
static dir_changed *changed;
static void *changed_data;

struct vm *vm_seen(pid_t pid)
{
	MUST(pid == peer_vm.pid);
	return &peer_vm;
}

void vms_listen(struct vm_listener *listener)
{
	MUST(!listeners);
	listeners = listener;
}

struct dir_watch *dir_watch_open(uv_loop_t *loop, const char *path, dir_changed *call_later,
				 void *data)
{
	(void)loop;
	MUST(*path);
	changed = call_later;
	changed_data = data;
	return NULL;
}

void dir_watch_close(struct dir_watch *watch)
{
	(void)watch;
	changed = NULL;
}

static void __attribute__((format(printf, 1, 0))) check_line(const char *format, va_list args)
{
	char line[1024];

	vsnprintf(line, sizeof(line), format, args);
	MUST(harmless(line) && !strchr(line, '\n'));
}

#define LOG(name)					\
	void name(const char *format, ...)		\
	{						\
		va_list args;				\
							\
		va_start(args, format);			\
		check_line(format, args);		\
		va_end(args);				\
	}

LOG(log_error)
LOG(log_warning)
LOG(log_info)
LOG(log_debug)

/* ---- what happens ------------------------------------------------------------ */

/* The answer that fits: a number for a number, something to wait for otherwise. */
static void answer_last(void)
{
	struct json_object *answer, *arguments = NULL, *value = NULL, *id = NULL;

	if (!last_command)
		return;
	answer = json_object_new_object();
	json_object_object_get_ex(last_command, "arguments", &arguments);
	if (!json_object_object_get_ex(arguments, "id", &value))
		value = NULL;
	json_object_object_add(answer, "return",
			       value ? json_object_get(value) : json_object_new_object());
	if (json_object_object_get_ex(last_command, "id", &id))
		json_object_object_add(answer, "id", json_object_get(id));
	if (call)
		answer_call(answer, NULL, false);
	else if (is_live(connections) && connections->connected && !connections->stream.used)
		connections->events->object(connections->data, answer);
	json_object_put(answer);
}

static void said(const char *bytes, size_t n)
{
	struct json_object *answer;
	char *text;

	if (!n)
		return;
	if (!call) {
		say(bytes, n);
		return;
	}
	text = strndup(bytes, n);
	MUST(text);
	answer = json_tokener_parse(text);
	if (json_object_is_type(answer, json_type_object))
		answer_call(answer, NULL, false);
	json_object_put(answer);
	free(text);
}

static void happen(uint8_t what, void (*tell)(void))
{
	switch (what) {
	case PEER_CONNECT:
		if (is_live(connections) && !connections->connected) {
			connections->connected = true;
			connections->events->connected(connections->data);
		}
		break;
	case PEER_FAIL:
		if (call)
			answer_call(NULL, "it is not there", now % 3);
		else
			fail(connections, UV_EOF, "it closed the connection");
		break;
	case PEER_CLOCK:
		tick();
		break;
	case PEER_VM_ENDS:
		if (listeners && listeners->ended)
			listeners->ended(&peer_vm);
		break;
	case PEER_TELL:
		if (tell)
			tell();
		break;
	case PEER_CHANGED:
		if (changed)
			changed(changed_data, NULL);
		break;
	case PEER_ANSWER:
		answer_last();
		break;
	}
}

void peer_play(const uint8_t *data, size_t size, void (*tell)(void))
{
	size_t from = 0;

	for (size_t at = 0; at < size; at++) {
		if (data[at] >= PEER_SAYS)
			continue;
		said((const char *)data + from, at - from);
		happen(data[at], tell);
		from = at + 1;
	}
	said((const char *)data + from, size - from);
}

void peer_end(void)
{
	struct json_lines *lines;

	while ((lines = connections)) {
		MUST(!lines->events);
		connections = lines->next;
		json_stream_fini(&lines->stream);
		free(lines);
	}
	for (int i = 0; i < TIMERS; i++)
		MUST(!timers[i].timer);
	MUST(!call);
	for (size_t i = 0; i < n_closing; i++)
		if (closing[i].call)
			closing[i].call(closing[i].handle);
	n_closing = 0;
	json_object_put(last_command);
	last_command = NULL;
	now = 0;
}
