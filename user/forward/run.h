/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_FORWARD_RUN_H
#define GPUPM_FORWARD_RUN_H

#include "../guest/json_lines.h"

/**
 * relay_run - run a relay as a child of this process
 * @loop: the loop
 * @events: told on what json_lines_open() tells; must stay
 * @data: for @events
 *
 * It is not waited for: it ends with the connection.
 *
 * Return: the connection to it, or NULL and *@error is a negative errno.
 */
struct json_lines *relay_run(uv_loop_t *loop, const struct json_lines_events *events, void *data,
			     int *error);

#endif
