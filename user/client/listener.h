/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_LISTENER_H
#define GPUPM_CLIENT_LISTENER_H

#include "client.h"
#include "netlink.h"

/* A socket that hears one multicast group of the module, and when the module goes. */
struct listener;

/**
 * listener_open - join a group
 * @client: a connection; it may be closed before the listener is
 * @group: its name
 * @listener: set to the listener; free it with listener_close()
 *
 * Return: 0; -EOPNOTSUPP when the module has no such group; another negative errno.
 */
int listener_open(const struct client *client, const char *group, struct listener **listener);

/** listener_close - leave the group; NULL is fine */
void listener_close(struct listener *listener);

/** listener_fd - a file descriptor that is readable when something was said */
int listener_fd(const struct listener *listener);

/**
 * listener_next - take the next message, without waiting
 * @listener: the listener
 * @cmd: which messages; others are passed over
 * @each: reads it
 * @arg: for @each
 *
 * Return: 1 after @each read one, or what @each refused it with; 0 when nothing is
 * left; -ENOBUFS when messages were lost, those after them are still to come;
 * -EPROTONOSUPPORT when the module was unloaded; another negative errno.
 */
int listener_next(struct listener *listener, __u8 cmd, reply_fn each, void *arg);

#endif
