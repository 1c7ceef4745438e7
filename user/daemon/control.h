/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DAEMON_CONTROL_H
#define GPUPM_DAEMON_CONTROL_H

#include <json-c/json.h>
#include <uv.h>

/*
 * The control socket, by which the tool talks to the daemon: a line with a JSON
 * object each way.
 *
 *   {"command":"guests"}                    <- {"guests":[...]}
 *   {"command":"profile"}                   <- what profile_json() makes, and
 *                                             "forwards": what forwards_json() does
 *   {"command":"profile","set":"battery"}   <- the same, after the change; root only
 *   anything wrong                          <- {"error":"a sentence"}
 */
#define CONTROL_PATH	"/run/gpupm/control.sock"

/** control_open - listen; 0 or a negative errno, and the log says why */
int control_open(uv_loop_t *loop, const char *path);

/** control_close - stop listening */
void control_close(void);

/**
 * control_ask - ask the daemon, from the tool; waits at most 5 s
 * @path: of the socket; NULL for the usual one: $GPUPM_CONTROL, or CONTROL_PATH
 * @request: the object to send; stays the caller's
 * @answer: set to the answer when 0 is returned; put it
 *
 * Return: 0, or -ENOENT or -ECONNREFUSED when no daemon runs, -EPROTO when the
 * answer makes no sense, or another negative errno.
 */
int control_ask(const char *path, struct json_object *request, struct json_object **answer);

#endif
