// SPDX-License-Identifier: GPL-2.0-only
#include "readable.h"
#include "log.h"

#include <errno.h>
#include <stdlib.h>

struct readable {
	uv_poll_t poll;
	void (*call)(void);
};

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct readable *readable = poll->data;

	/* An error is one of the file descriptor's, and is found where it is read. */
	(void)status;
	(void)events;
	readable->call();
}

struct readable *readable_start(uv_loop_t *loop, int fd, void (*call)(void))
{
	struct readable *readable = calloc(1, sizeof(*readable));
	int err = readable ? uv_poll_init(loop, &readable->poll, fd) : -ENOMEM;

	if (err) {
		log_error("cannot wait for a file descriptor: %s", uv_strerror(err));
		free(readable);
		return NULL;
	}
	readable->poll.data = readable;
	readable->call = call;
	uv_poll_start(&readable->poll, UV_READABLE, on_poll);
	return readable;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void readable_stop(struct readable *readable)
{
	if (readable)
		uv_close((uv_handle_t *)&readable->poll, on_closed);
}
