/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_JSON_LINES_H
#define GPUPM_GUEST_JSON_LINES_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <uv.h>

/*
 * What QEMU's monitor, the guest agent and the relays of forwards have in common: a
 * UNIX socket on which both ends send JSON objects. Nothing here waits.
 */

struct json_lines;

/**
 * struct json_lines_events - what a connection tells its owner
 * @connected: it is there, and may be sent to
 * @object: the peer sent an object, which is put after this returns
 * @failed: it could not be made, or came to its end; @why is clean text for
 *	people and @error a negative errno: UV_EOF when the peer closed it,
 *	-EBADMSG when the peer does not speak JSON. Nothing is told after this; the
 *	owner calls json_lines_close() now or later
 *
 * All of them may call json_lines_close(); none is called from within a function
 * that is declared here.
 */
struct json_lines_events {
	void (*connected)(void *data);
	void (*object)(void *data, struct json_object *object);
	void (*failed)(void *data, int error, const char *why);
};

/**
 * json_lines_open - connect to a socket
 * @loop: the loop; must run until what json_lines_close() gave up is closed
 * @path: of the socket
 * @max: bytes that an object of the peer may have
 * @events: must stay
 * @data: for @events
 *
 * Return: the connection, which may fail later; free it with json_lines_close().
 */
struct json_lines *json_lines_open(uv_loop_t *loop, const char *path, size_t max,
				   const struct json_lines_events *events, void *data);

/**
 * json_lines_take - speak on a socket that is connected already
 * @fd: the socket; closed with the connection
 *
 * Otherwise as json_lines_open(); @connected is called as well.
 */
struct json_lines *json_lines_take(uv_loop_t *loop, int fd, size_t max,
				   const struct json_lines_events *events, void *data);

/** json_lines_close - disconnect, and tell nothing more; NULL is fine */
void json_lines_close(struct json_lines *lines);

/**
 * json_lines_send - send an object
 * @lines: a connection that is connected
 * @object: the object; stays the caller's
 */
void json_lines_send(struct json_lines *lines, struct json_object *object);

/**
 * json_lines_resync - begin anew with a guest agent
 * @lines: a connection that is connected
 *
 * Sends the byte 0xFF, which ends whatever the agent had read of a command, and
 * passes over all that comes before the same byte from there ("guest-sync-delimited").
 */
void json_lines_resync(struct json_lines *lines);

/** json_lines_peer - process id of who made the socket, or 0 when it is not known */
pid_t json_lines_peer(struct json_lines *lines);

#endif
