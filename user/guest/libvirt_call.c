// SPDX-License-Identifier: GPL-2.0-only
#include "libvirt_call.h"
#include "../client/program.h"
#include "../show/text.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM		"gpupmd-libvirt"
#define ERROR_SIZE	512
/* What a command prints in a guest is part of its agent's answer. */
#define ANSWER_MAX	(1024 * 1024)

/**
 * struct libvirt_call - one call
 * @process: makes it
 * @limit: ends it
 * @handles: of these two, how many are open
 * @runs: there is a process
 * @late: it took too long and was killed
 * @output: memory that it prints to, or -1
 * @done: to be called, or NULL when nobody wants to know
 * @data: for @done
 * @error: why there is no answer, clean
 */
struct libvirt_call {
	uv_process_t process;
	uv_timer_t limit;
	int handles;
	bool runs;
	bool late;
	int output;
	libvirt_done *done;
	void *data;
	char error[ERROR_SIZE];
};

static const char *given_program;
static unsigned int limit_ms = 20000;

void libvirt_program(const char *path, unsigned int ms)
{
	given_program = path;
	limit_ms = ms;
}

static void __attribute__((format(printf, 2, 3)))
complain(struct libvirt_call *call, const char *format, ...)
{
	static const struct style plain;
	char text[ERROR_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text[strcspn(text, "\n")] = '\0';
	text_clean(&plain, call->error, sizeof(call->error), text);
}

/* ---- the end ------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
	struct libvirt_call *call = handle->data;

	if (--call->handles)
		return;
	if (call->output >= 0)
		close(call->output);
	free(call);
}

static void close_all(struct libvirt_call *call)
{
	uv_close((uv_handle_t *)&call->limit, on_closed);
	if (call->handles > 1)
		uv_close((uv_handle_t *)&call->process, on_closed);
}

void libvirt_forget(struct libvirt_call *call)
{
	if (!call)
		return;
	call->done = NULL;
	/* One that is not waited for stays as a zombie. */
	if (call->runs)
		uv_process_kill(&call->process, SIGKILL);
	else
		close_all(call);
}

/* Return: all that the process printed, to be freed, or NULL and there is an error. */
static char *read_output(struct libvirt_call *call)
{
	struct stat st = {};
	char *text;

	if (fstat(call->output, &st) || st.st_size > ANSWER_MAX) {
		complain(call, "the answer has more than %d bytes", ANSWER_MAX);
		return NULL;
	}
	text = calloc(1, st.st_size + 1);
	if (!text || pread(call->output, text, st.st_size, 0) != st.st_size) {
		complain(call, "cannot read the answer");
		free(text);
		return NULL;
	}
	return text;
}

static struct json_object *take_answer(struct libvirt_call *call, int64_t status)
{
	struct json_object *answer = NULL;
	char *text = read_output(call);

	if (!text)
		return NULL;
	if (status)
		complain(call, "%s", *text ? text : PROGRAM " does not say why");
	else
		answer = json_tokener_parse(text);
	free(text);
	if (!status && !json_object_is_type(answer, json_type_object)) {
		json_object_put(answer);
		answer = NULL;
		complain(call, "libvirt answered something that is no JSON object");
	}
	return answer;
}

static void on_exit_of(uv_process_t *process, int64_t status, int signal)
{
	struct libvirt_call *call = process->data;
	struct json_object *answer = NULL;

	call->runs = false;
	if (call->done && call->late)
		complain(call, "libvirt has not answered for %u s", limit_ms / 1000);
	else if (call->done && signal)
		complain(call, PROGRAM " was ended by signal %d (%s)", signal, strsignal(signal));
	else if (call->done)
		answer = take_answer(call, status);
	close_all(call);
	if (call->done)
		call->done(call->data, answer, answer ? NULL : call->error,
			   !signal && status == LIBVIRT_LATER);
	json_object_put(answer);
}

static void on_limit(uv_timer_t *timer)
{
	struct libvirt_call *call = timer->data;

	call->late = true;
	uv_process_kill(&call->process, SIGKILL);
}

static void on_failed(uv_timer_t *timer)
{
	struct libvirt_call *call = timer->data;

	close_all(call);
	call->done(call->data, NULL, call->error, false);
}

/* ---- the beginning --------------------------------------------------------- */

/* Return: a file in memory with the command, or -1 and errno. */
static int command_file(struct json_object *command)
{
	const char *text = command ?
		json_object_to_json_string_ext(command, JSON_C_TO_STRING_PLAIN) : "";
	size_t size = strlen(text);
	int fd = memfd_create("command", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	if (pwrite(fd, text, size, 0) == (ssize_t)size)
		return fd;
	close(fd);
	errno = ENOMEM;
	return -1;
}

static void start(struct libvirt_call *call, enum libvirt_channel channel, const char *domain,
		  struct json_object *command)
{
	static char * const words[] = {
		[LIBVIRT_MONITOR] = "monitor",
		[LIBVIRT_AGENT] = "agent",
		[LIBVIRT_ADDRESSES] = "addresses",
	};
	char path[PATH_MAX], *args[] = { PROGRAM, words[channel], (char *)domain, NULL };
	uv_stdio_container_t stdio[3];
	uv_process_options_t options = {
		.exit_cb = on_exit_of,
		.file = given_program ?: program_find(path, PROGRAM),
		.args = args,
		.stdio_count = 3,
		.stdio = stdio,
	};
	int err, input = command_file(command);

	if (input >= 0)
		call->output = memfd_create("answer", MFD_CLOEXEC);
	if (call->output < 0) {
		complain(call, "cannot run %s: %s", options.file, strerror(errno));
		goto out;
	}
	for (int fd = 0; fd < 3; fd++) {
		stdio[fd].flags = UV_INHERIT_FD;
		stdio[fd].data.fd = fd ? call->output : input;
	}
	call->handles++;
	err = uv_spawn(call->limit.loop, &call->process, &options);
	if (err == UV_ENOENT)
		complain(call, "gpupmd was built without libvirt's headers (libvirt-dev): there is no %s",
			 options.file);
	else if (err)
		complain(call, "cannot run %s: %s", options.file, uv_strerror(err));
	call->runs = !err;
out:
	if (input >= 0)
		close(input);
}

struct libvirt_call *libvirt_call(uv_loop_t *loop, enum libvirt_channel channel,
				  const char *domain, struct json_object *command,
				  libvirt_done *done, void *data)
{
	struct libvirt_call *call = calloc(1, sizeof(*call));

	if (!call)
		abort();
	call->done = done;
	call->data = data;
	call->output = -1;
	call->process.data = call;
	call->limit.data = call;
	uv_timer_init(loop, &call->limit);
	call->handles = 1;
	start(call, channel, domain, command);
	if (call->runs)
		uv_timer_start(&call->limit, on_limit, limit_ms, 0);
	else
		uv_timer_start(&call->limit, on_failed, 0, 0);
	return call;
}
