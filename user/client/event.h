/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_EVENT_H
#define GPUPM_CLIENT_EVENT_H

#include "client.h"

/**
 * struct event - one thing that happened, as in enum gpupm_a_event
 * @pid: 0 when no process is behind it
 * @comm: empty when no process is behind it
 * @device: empty when it is not about one of several
 */
struct event {
	char gpu[ADDRESS_SIZE];
	__u32 cause;
	__u32 state;
	__u32 previous;
	__u32 policy;
	__u64 at_ns;
	__u32 pid;
	char comm[NAME_SIZE];
	char device[ADDRESS_SIZE];
};

struct events;

/**
 * events_open - listen to what happens from now on
 * @client: a connection; it may be closed before the events are
 * @events: set to the listener; free it with events_close()
 *
 * Return: 0 or negative errno.
 */
int events_open(const struct client *client, struct events **events);

/** events_close - stop listening; NULL is fine */
void events_close(struct events *events);

/** events_fd - a file descriptor that is readable when something happened */
int events_fd(const struct events *events);

/**
 * events_next - take the next thing that happened, without waiting
 * @events: the listener
 * @event: filled in when 1 is returned
 *
 * Return: 1, or 0 when nothing is left; -ENOBUFS when events were lost, those
 * after them are still to come; -EPROTONOSUPPORT when the module was unloaded;
 * -EBADMSG when an event makes no sense; another negative errno.
 */
int events_next(struct events *events, struct event *event);

/** event_read - read the attributes of one event; 0 or -EBADMSG */
int event_read(struct event *event, const struct nlattr *head, int len, struct malformed *m);

#endif
