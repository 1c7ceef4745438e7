/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_FORWARD_LINK_H
#define GPUPM_FORWARD_LINK_H

#include <stdbool.h>
#include <sys/socket.h>
#include <uv.h>

/* A guest that has not answered by then is not there. */
#define LINK_CONNECT_MS	10000

struct link;

/**
 * struct link_events - what a link tells its owner
 * @connected: the guest has answered; or, with @error, a negative errno, not: it
 *	may be tried again, or the link is cut
 * @ended: it is over, and @link is no more when this returns; also after link_cut()
 */
struct link_events {
	void (*connected)(void *data, struct link *link, int error);
	void (*ended)(void *data, struct link *link);
};

/**
 * link_accept - take a connection that came to a port of the host
 * @server: the port
 * @events: must stay
 * @data: for @events
 *
 * Nothing is read from it before it is connected.
 *
 * Return: the link, or NULL when nothing could be taken.
 */
struct link *link_accept(uv_stream_t *server, const struct link_events *events, void *data);

/**
 * link_connect - connect it to a guest
 * @link: the link; not connected, and not about to be
 * @address: of the guest
 * @near: only without a router between; for an address that the guest itself has told
 *
 * What comes from either side then goes to the other, at the pace of the slower one.
 * When one side ends what it has to say the other is told so, and may go on.
 */
void link_connect(struct link *link, const struct sockaddr_storage *address, bool near);

/** link_cut - end it; whoever is connected sees that it was not meant to end */
void link_cut(struct link *link);

/**
 * link_may_reach - whether an address that a guest has told can be one of a guest
 *
 * It is in a network that the host has itself, and none of the host's own: those are
 * where the host listens for nobody else.
 */
bool link_may_reach(const struct sockaddr_storage *address);

#endif
