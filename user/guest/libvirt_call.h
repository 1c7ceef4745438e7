/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_LIBVIRT_CALL_H
#define GPUPM_GUEST_LIBVIRT_CALL_H

#include <json-c/json.h>
#include <stdbool.h>
#include <uv.h>

/*
 * libvirt's library is nowhere in the daemon: each call is a process that lives as
 * long as the call, "gpupmd-libvirt monitor|agent|addresses DOMAIN". It reads the
 * command from its standard input and prints the answer, or why there is none; what it
 * exits with says which.
 */

enum libvirt_channel {
	LIBVIRT_MONITOR,
	LIBVIRT_AGENT,
	/* No command: the answer is as an agent's to "guest-network-get-interfaces". */
	LIBVIRT_ADDRESSES,
};

/* What gpupmd-libvirt exits with. */
enum libvirt_exit {
	LIBVIRT_ANSWERED,
	LIBVIRT_FAILED,
	/* The domain, or its agent, is still starting. */
	LIBVIRT_LATER,
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
 * @command: the command; stays the caller's; NULL for none
 * @done: called once, later, never from within this function; also when there is no
 *	answer for 20 s
 * @data: for @done
 *
 * libvirt marks a domain as tainted when its monitor or its agent is spoken to, though
 * not when it is asked for addresses: use it for nothing that nobody asked for.
 *
 * Return: the call, good until @done is called or libvirt_forget().
 */
struct libvirt_call *libvirt_call(uv_loop_t *loop, enum libvirt_channel channel,
				  const char *domain, struct json_object *command,
				  libvirt_done *done, void *data);

/** libvirt_forget - nobody wants to know any more; NULL is fine */
void libvirt_forget(struct libvirt_call *call);

/** libvirt_program - let another program be run, for another time than 20 s, for tests */
void libvirt_program(const char *path, unsigned int ms);

#endif
