// SPDX-License-Identifier: GPL-2.0-only
#include "run.h"
#include "../client/program.h"
#include "relay.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void free_process(uv_handle_t *handle)
{
	free(handle);
}

static void on_exit_of(uv_process_t *process, int64_t status, int signal)
{
	(void)status;
	(void)signal;
	uv_close((uv_handle_t *)process, free_process);
}

static int spawn(uv_loop_t *loop, int input)
{
	char path[PATH_MAX], *args[] = { RELAY_PROGRAM, NULL };
	uv_process_t *process = calloc(1, sizeof(*process));
	uv_stdio_container_t stdio[] = {
		{ .flags = UV_INHERIT_FD, .data.fd = input },
		{ .flags = UV_IGNORE },
		{ .flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO },
	};
	uv_process_options_t options = {
		.exit_cb = on_exit_of,
		.file = program_find(path, RELAY_PROGRAM),
		.args = args,
		.stdio_count = 3,
		.stdio = stdio,
	};
	int err;

	if (!process)
		return -ENOMEM;
	err = uv_spawn(loop, process, &options);
	/* Who ends first must not have to wait for it. */
	if (!err)
		uv_unref((uv_handle_t *)process);
	else
		uv_close((uv_handle_t *)process, free_process);
	return err;
}

struct json_lines *relay_run(uv_loop_t *loop, const struct json_lines_events *events, void *data,
			     int *error)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
		*error = -errno;
		return NULL;
	}
	*error = spawn(loop, ends[1]);
	close(ends[1]);
	if (*error) {
		close(ends[0]);
		return NULL;
	}
	return json_lines_take(loop, ends[0], RELAY_OBJECT_MAX, events, data);
}
