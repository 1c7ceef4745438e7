// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands in guests, and questions to them, through the QEMU guest agent. "guest-exec"
 * starts a command, and "guest-exec-status" tells whether it still runs. Nothing tells
 * when it ends, so one asks, with longer and longer pauses, and for no longer than the
 * time limit.
 *
 * On the raw channel there may be answers to somebody who was there before, and an
 * agent that only comes later reads what was sent to nobody. So the channel is
 * synchronised first ("guest-sync-delimited"), with a number that was not used before.
 * libvirt does that by itself.
 */
#include "agent.h"
#include "../show/text.h"
#include "json_lines.h"
#include "libvirt_call.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_MIN_MS	50
#define PAUSE_MAX_MS	2000
/* What a command prints is part of the answer. */
#define OBJECT_MAX	(1024 * 1024)
#define ERROR_SIZE	512
/* Of what it printed on stderr, in the error. */
#define STDERR_SIZE	200

enum step {
	STEP_CONNECT,
	STEP_SYNC,
	STEP_EXEC,
	STEP_STATUS,
};

struct agent_call {
	struct agent_call *next;
	struct vm *vm;
	enum step step;
	struct json_lines *lines;
	struct libvirt_call *call;
	uv_timer_t limit;
	uv_timer_t pause;
	int handles;
	unsigned int pause_ms;
	int64_t sync;
	int64_t pid;
	struct json_object *exec;
	/* What libvirt said last of why the agent cannot be reached; empty when it can. */
	char why[256];
	/* The command for people. */
	char command[64];
	char *socket;
	agent_done *done;
	/* Of a question, instead of @done. */
	agent_answer *answer;
	void *data;
};

static uv_loop_t *agent_loop;
static struct agent_call *runs;
static unsigned int limit_ms = 30000;

static void send_step(struct agent_call *run);

static const char *clean(char *buf, size_t size, const char *text)
{
	static const struct style plain;

	text_clean(&plain, buf, size, text);
	return buf;
}

/* ---- the end ------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
	struct agent_call *run = handle->data;

	if (--run->handles)
		return;
	json_object_put(run->exec);
	free(run->socket);
	free(run);
}

static void give_up(struct agent_call *run)
{
	struct agent_call **link = &runs;

	while (*link != run)
		link = &(*link)->next;
	*link = run->next;
	json_lines_close(run->lines);
	run->lines = NULL;
	libvirt_forget(run->call);
	run->call = NULL;
	uv_close((uv_handle_t *)&run->limit, on_closed);
	uv_close((uv_handle_t *)&run->pause, on_closed);
}

static void end(struct agent_call *run, const char *error)
{
	agent_answer *answer = run->answer;
	agent_done *done = run->done;
	void *data = run->data;

	give_up(run);
	if (answer)
		answer(data, NULL, error);
	else
		done(data, error);
}

static void end_with(struct agent_call *run, struct json_object *result)
{
	agent_answer *answer = run->answer;
	void *data = run->data;

	give_up(run);
	answer(data, result, NULL);
}

static void __attribute__((format(printf, 2, 3)))
end_badly(struct agent_call *run, const char *format, ...)
{
	char error[ERROR_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(error, sizeof(error), format, args);
	va_end(args);
	end(run, error);
}

static void on_limit(uv_timer_t *timer)
{
	struct agent_call *run = timer->data;

	if (run->why[0])
		end_badly(run, "libvirt cannot reach the guest agent: %s", run->why);
	else if (run->step == STEP_STATUS)
		end_badly(run, "'%s' still runs in the guest after %u s, and is left to itself",
			  run->command, limit_ms / 1000);
	else
		end_badly(run, "the guest agent has not answered for %u s; does qemu-guest-agent run in the guest?",
			  limit_ms / 1000);
}

/* ---- answers ------------------------------------------------------------- */

static int base64_value(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *digit = c ? strchr(digits, c) : NULL;

	return digit ? digit - digits : -1;
}

/* As much of it as fits, up to the first byte that is none. */
static void base64_decode(char *to, size_t size, const char *from)
{
	unsigned int bits = 0, n = 0;
	size_t used = 0;
	int value;

	while (used < size - 1 && (value = base64_value(*from++)) >= 0) {
		bits = bits << 6 | value;
		n += 6;
		if (n < 8)
			continue;
		n -= 8;
		to[used++] = bits >> n;
	}
	to[used] = '\0';
}

static int64_t number(struct json_object *object, const char *key, int64_t missing)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_int))
		return missing;
	return json_object_get_int64(value);
}

/* What the command printed on stderr, as the end of a sentence. */
static void said(char *buf, size_t size, struct json_object *status)
{
	char raw[STDERR_SIZE], text[STDERR_SIZE];
	struct json_object *data;
	size_t n;

	buf[0] = '\0';
	if (!json_object_object_get_ex(status, "err-data", &data))
		return;
	base64_decode(raw, sizeof(raw), json_object_get_string(data) ?: "");
	for (n = strlen(raw); n && strchr(" \t\r\n", raw[n - 1]); n--)
		raw[n - 1] = '\0';
	for (char *byte = raw; *byte; byte++)
		if (strchr("\t\r\n", *byte))
			*byte = ' ';
	if (raw[0])
		snprintf(buf, size, ": %s", clean(text, sizeof(text), raw));
}

static void on_pause(uv_timer_t *timer)
{
	send_step(timer->data);
}

static void try_later(struct agent_call *run)
{
	uv_timer_start(&run->pause, on_pause, run->pause_ms, 0);
	run->pause_ms = run->pause_ms < PAUSE_MAX_MS / 2 ? run->pause_ms * 2 : PAUSE_MAX_MS;
}

static void on_status(struct agent_call *run, struct json_object *status)
{
	struct json_object *exited = NULL;
	char text[STDERR_SIZE + 2];
	int64_t code;

	json_object_object_get_ex(status, "exited", &exited);
	if (!json_object_get_boolean(exited)) {
		try_later(run);
		return;
	}
	said(text, sizeof(text), status);
	code = number(status, "exitcode", -1);
	if (!code)
		end(run, NULL);
	else if (code > 0)
		end_badly(run, "'%s' exited with %lld in the guest%s", run->command,
			  (long long)code, text);
	else
		end_badly(run, "'%s' was ended in the guest by signal %lld%s", run->command,
			  (long long)number(status, "signal", 0), text);
}

static void on_result(struct agent_call *run, struct json_object *result)
{
	switch (run->step) {
	case STEP_CONNECT:
		break;
	case STEP_SYNC:
		/* Anything else is for somebody who was here before. */
		if (!json_object_is_type(result, json_type_int) ||
		    json_object_get_int64(result) != run->sync)
			break;
		run->step = STEP_EXEC;
		send_step(run);
		break;
	case STEP_EXEC:
		if (run->answer) {
			end_with(run, result);
			break;
		}
		run->pid = number(result, "pid", -1);
		if (run->pid < 0) {
			end_badly(run, "the guest agent does not say what it started");
			break;
		}
		run->step = STEP_STATUS;
		send_step(run);
		break;
	case STEP_STATUS:
		on_status(run, result);
		break;
	}
}

static void on_answer(struct agent_call *run, struct json_object *answer)
{
	struct json_object *result = NULL, *error, *description = NULL;
	char text[256];

	if (!json_object_object_get_ex(answer, "error", &error)) {
		if (json_object_object_get_ex(answer, "return", &result))
			on_result(run, result);
		return;
	}
	/* An old one, or the agent's remark on the byte that synchronises. */
	if (run->step == STEP_SYNC)
		return;
	json_object_object_get_ex(error, "desc", &description);
	clean(text, sizeof(text), json_object_get_string(description) ?: "it does not say why");
	end_badly(run, "the guest agent refused %s'%s': %s", run->answer ? "" : "to run ",
		  run->command, text);
}

/* ---- the two ways to an agent ----------------------------------------------- */

static void on_connected(void *data)
{
	struct agent_call *run = data;

	run->step = STEP_SYNC;
	json_lines_resync(run->lines);
	send_step(run);
}

static void on_object(void *data, struct json_object *object)
{
	on_answer(data, object);
}

static void on_failed(void *data, int error, const char *why)
{
	struct agent_call *run = data;

	(void)error;
	if (run->step == STEP_CONNECT)
		end_badly(run, "cannot connect to the guest agent at %s: %s", run->socket, why);
	else
		end_badly(run, "the guest agent at %s cannot be spoken to any more: %s",
			  run->socket, why);
}

static const struct json_lines_events events = {
	.connected = on_connected,
	.object = on_object,
	.failed = on_failed,
};

static void on_called(void *data, struct json_object *answer, const char *error, bool later)
{
	struct agent_call *run = data;

	run->call = NULL;
	run->why[0] = '\0';
	if (answer) {
		on_answer(run, answer);
	} else if (later) {
		/* As on a raw channel, a guest that starts has its time. */
		snprintf(run->why, sizeof(run->why), "%s", error);
		try_later(run);
	} else {
		end_badly(run, "libvirt cannot reach the guest agent: %s", error);
	}
}

static struct json_object *step_command(struct agent_call *run)
{
	struct json_object *command, *args;

	if (run->step == STEP_EXEC)
		return json_object_get(run->exec);
	command = json_object_new_object();
	args = json_object_new_object();
	if (run->step == STEP_SYNC) {
		json_object_object_add(command, "execute",
				       json_object_new_string("guest-sync-delimited"));
		json_object_object_add(args, "id", json_object_new_int64(run->sync));
	} else {
		json_object_object_add(command, "execute",
				       json_object_new_string("guest-exec-status"));
		json_object_object_add(args, "pid", json_object_new_int64(run->pid));
	}
	json_object_object_add(command, "arguments", args);
	return command;
}

static void send_step(struct agent_call *run)
{
	struct json_object *command = step_command(run);

	if (run->lines)
		json_lines_send(run->lines, command);
	else
		run->call = libvirt_call(agent_loop, LIBVIRT_AGENT, run->vm->name, command,
					 on_called, run);
	json_object_put(command);
}

/* ---- the beginning ----------------------------------------------------------- */

static struct json_object *exec_command(const char *const *argv)
{
	struct json_object *command = json_object_new_object();
	struct json_object *args = json_object_new_object();
	struct json_object *rest = json_object_new_array();

	for (size_t i = 1; argv[i]; i++)
		json_object_array_add(rest, json_object_new_string(argv[i]));
	json_object_object_add(args, "path", json_object_new_string(argv[0]));
	json_object_object_add(args, "arg", rest);
	json_object_object_add(args, "capture-output", json_object_new_boolean(true));
	json_object_object_add(command, "execute", json_object_new_string("guest-exec"));
	json_object_object_add(command, "arguments", args);
	return command;
}

static struct agent_call *begin(struct vm *vm, const char *socket, struct json_object *command,
				const char *words, void *data)
{
	/* Not one that an earlier daemon used. */
	static int64_t last_sync;
	struct agent_call *run = calloc(1, sizeof(*run));

	if (!run)
		abort();
	if (!last_sync)
		last_sync = uv_hrtime() / 1000 % INT32_MAX;
	run->sync = ++last_sync;
	run->vm = vm;
	run->data = data;
	run->exec = command;
	clean(run->command, sizeof(run->command), words);
	run->pause_ms = PAUSE_MIN_MS;
	uv_timer_init(agent_loop, &run->limit);
	uv_timer_init(agent_loop, &run->pause);
	run->handles = 2;
	run->limit.data = run;
	run->pause.data = run;
	uv_timer_start(&run->limit, on_limit, limit_ms, 0);
	run->next = runs;
	runs = run;
	if (socket) {
		run->socket = strdup(socket);
		if (!run->socket)
			abort();
		run->lines = json_lines_open(agent_loop, socket, OBJECT_MAX, &events, run);
	} else {
		run->step = STEP_EXEC;
		send_step(run);
	}
	return run;
}

void agent_run(struct vm *vm, const char *socket, const char *const *argv,
	       agent_done *done, void *data)
{
	begin(vm, socket, exec_command(argv), argv[0], data)->done = done;
}

struct agent_call *agent_ask(struct vm *vm, const char *socket, const char *question,
			     agent_answer *answer, void *data)
{
	struct json_object *command = json_object_new_object();
	struct agent_call *call;

	json_object_object_add(command, "execute", json_object_new_string(question));
	call = begin(vm, socket, command, question, data);
	call->answer = answer;
	return call;
}

void agent_forget(struct agent_call *call)
{
	if (call)
		give_up(call);
}

static void on_vm_ended(struct vm *vm)
{
	struct agent_call *run = runs, *next;

	for (; run; run = next) {
		next = run->next;
		if (run->vm == vm)
			end(run, "the VM ended");
	}
}

void agents_open(uv_loop_t *loop)
{
	static struct vm_listener listener = { .ended = on_vm_ended };

	agent_loop = loop;
	vms_listen(&listener);
}

void agents_limit(unsigned int ms)
{
	limit_ms = ms;
}

void agents_close(void)
{
	while (runs)
		give_up(runs);
}
