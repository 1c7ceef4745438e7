/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_LIBVIRT_CALL_H
#define GPUPM_GUEST_LIBVIRT_CALL_H

#include <json-c/json.h>
#include <stdbool.h>
#include <uv.h>

enum libvirt_channel {
	LIBVIRT_MONITOR,
	LIBVIRT_AGENT,
};

/**
 * typedef libvirt_done - a command to a domain came to its end
 * @data: as given to libvirt_call()
 * @answer: what the monitor or the agent answered; NULL when the command did not
 *	get there. Put after this returns
 * @error: why it did not, clean text for people; else NULL
 * @later: it may get there later: the domain, or its agent, is still starting
 */
typedef void libvirt_done(void *data, struct json_object *answer, const char *error, bool later);

struct libvirt_call;

/**
 * libvirt_call - send a command to a domain through libvirt
 * @loop: the loop
 * @channel: whom it is for
 * @domain: name of the domain
 * @command: the command; stays the caller's
 * @done: called once, later, never from within this function
 * @data: for @done
 *
 * libvirt marks a domain as tainted when its monitor or its agent is spoken to: use
 * it for nothing that nobody asked for.
 *
 * Return: the call, good until @done is called or libvirt_forget().
 */
struct libvirt_call *libvirt_call(uv_loop_t *loop, enum libvirt_channel channel,
				  const char *domain, struct json_object *command,
				  libvirt_done *done, void *data);

/** libvirt_forget - nobody wants to know any more; NULL is fine */
void libvirt_forget(struct libvirt_call *call);

#endif
