/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DAEMON_READABLE_H
#define GPUPM_DAEMON_READABLE_H

#include <uv.h>

/* A file descriptor of somebody else's library that the loop looks at. */
struct readable;

/**
 * readable_start - call a function whenever a file descriptor is readable
 * @loop: the loop
 * @fd: the file descriptor; may be closed after readable_stop()
 * @call: the function; it may call readable_stop()
 *
 * Return: what to stop, or NULL, and the log says why.
 */
struct readable *readable_start(uv_loop_t *loop, int fd, void (*call)(void));

/** readable_stop - cease; NULL is fine */
void readable_stop(struct readable *readable);

#endif
