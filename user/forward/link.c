// SPDX-License-Identifier: GPL-2.0-only
#include "link.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A host that went without a word is missed after this, and some tries. */
#define KEEPALIVE_S	60
#define BUFFER_SIZE	65536

/**
 * struct half - one direction
 * @link: of which
 * @from: where bytes come from
 * @to: where they go
 * @write: those that did not get there at once; nothing is read meanwhile
 * @shutdown: tells @to that there is nothing more
 * @done: it was told
 * @bytes: on their way
 */
struct half {
	struct link *link;
	uv_tcp_t *from;
	uv_tcp_t *to;
	uv_write_t write;
	uv_shutdown_t shutdown;
	bool done;
	char bytes[BUFFER_SIZE];
};

/**
 * struct link - a connection to the host, and one to the guest
 * @client: who came
 * @guest: whom it is for; open while @has_guest
 * @limit: for the guest to answer
 * @connect: asks it
 * @halves: both directions
 * @handles: how many are not closed yet
 * @has_guest: @guest is open
 * @error: what is told when @guest is closed
 * @cut: it ends
 * @events: whom to tell; NULL for nobody
 * @data: for @events
 */
struct link {
	uv_tcp_t client;
	uv_tcp_t guest;
	uv_timer_t limit;
	uv_connect_t connect;
	struct half halves[2];
	int handles;
	bool has_guest;
	int error;
	bool cut;
	const struct link_events *events;
	void *data;
};

static void on_closed(uv_handle_t *handle)
{
	struct link *link = handle->data;

	if (--link->handles)
		return;
	if (link->events)
		link->events->ended(link->data, link);
	free(link);
}

/* The peer gets a reset, not an end that looks as if it were meant. */
static void close_end(uv_tcp_t *end, bool reset)
{
	if (uv_is_closing((uv_handle_t *)end))
		return;
	if (!reset || uv_tcp_close_reset(end, on_closed))
		uv_close((uv_handle_t *)end, on_closed);
}

static void finish(struct link *link, bool reset)
{
	if (link->cut)
		return;
	link->cut = true;
	close_end(&link->client, reset);
	if (link->has_guest)
		close_end(&link->guest, reset);
	uv_close((uv_handle_t *)&link->limit, on_closed);
}

void link_cut(struct link *link)
{
	finish(link, true);
}

/* ---- bytes ------------------------------------------------------------------ */

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct link *link = handle->data;
	struct half *half = &link->halves[handle == (uv_handle_t *)&link->guest];

	(void)size;
	*buf = uv_buf_init(half->bytes, sizeof(half->bytes));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf);

static void listen_on(struct half *half)
{
	uv_read_start((uv_stream_t *)half->from, on_alloc, on_read);
}

static void on_written(uv_write_t *write, int status)
{
	struct half *half = write->data;

	if (half->link->cut)
		return;
	if (status)
		link_cut(half->link);
	else
		listen_on(half);
}

static void on_shutdown(uv_shutdown_t *shutdown, int status)
{
	struct half *half = shutdown->data;
	struct link *link = half->link;

	if (link->cut)
		return;
	if (status) {
		link_cut(link);
		return;
	}
	half->done = true;
	if (link->halves[0].done && link->halves[1].done)
		finish(link, false);
}

static void pass_end(struct half *half)
{
	uv_read_stop((uv_stream_t *)half->from);
	if (uv_shutdown(&half->shutdown, (uv_stream_t *)half->to, on_shutdown))
		link_cut(half->link);
}

static void pass(struct half *half, size_t n)
{
	uv_buf_t buf = uv_buf_init(half->bytes, n);
	int sent = uv_try_write((uv_stream_t *)half->to, &buf, 1);

	if (sent == (int)n)
		return;
	if (sent > 0) {
		buf.base += sent;
		buf.len -= sent;
	}
	uv_read_stop((uv_stream_t *)half->from);
	if ((sent < 0 && sent != UV_EAGAIN) ||
	    uv_write(&half->write, (uv_stream_t *)half->to, &buf, 1, on_written))
		link_cut(half->link);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct link *link = stream->data;
	struct half *half = &link->halves[stream == (uv_stream_t *)&link->guest];

	(void)buf;
	if (n > 0)
		pass(half, n);
	else if (n == UV_EOF)
		pass_end(half);
	else if (n < 0)
		link_cut(link);
}

static void run(struct link *link)
{
	uv_tcp_t *ends[] = { &link->client, &link->guest };

	for (int i = 0; i < 2; i++) {
		struct half *half = &link->halves[i];

		half->link = link;
		half->from = ends[i];
		half->to = ends[!i];
		half->write.data = half;
		half->shutdown.data = half;
		uv_tcp_nodelay(ends[i], 1);
		uv_tcp_keepalive(ends[i], 1, KEEPALIVE_S);
		listen_on(half);
	}
}

/* ---- connecting ---------------------------------------------------------------- */

static void on_guest_closed(uv_handle_t *handle)
{
	struct link *link = handle->data;

	link->has_guest = false;
	if (link->cut)
		on_closed(handle);
	else if (--link->handles)
		link->events->connected(link->data, link, link->error);
}

/* The handle is needed for the next try, so first it has to be closed. */
static void fail(struct link *link, int error)
{
	link->error = error;
	uv_timer_stop(&link->limit);
	uv_close((uv_handle_t *)&link->guest, on_guest_closed);
}

static void on_limit(uv_timer_t *limit)
{
	fail(limit->data, -ETIMEDOUT);
}

static void on_connect(uv_connect_t *connect, int status)
{
	struct link *link = connect->data;

	if (link->cut || uv_is_closing((uv_handle_t *)&link->guest))
		return;
	uv_timer_stop(&link->limit);
	if (status) {
		fail(link, status);
		return;
	}
	run(link);
	link->events->connected(link->data, link, 0);
}

/* No packet for @fd passes a router. */
static int stay_near(int fd, int family)
{
	static const int on = 1;

	/* The kernel knows no SO_DONTROUTE for IPv6; there a router drops them. */
	if (family == AF_INET6)
		return setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &on, sizeof(on));
	return setsockopt(fd, SOL_SOCKET, SO_DONTROUTE, &on, sizeof(on));
}

static void on_begin(uv_timer_t *timer)
{
	struct link *link = timer->data;

	fail(link, link->error);
}

void link_connect(struct link *link, const struct sockaddr_storage *address, bool near)
{
	uv_os_fd_t fd;
	int err = uv_tcp_init_ex(link->client.loop, &link->guest, address->ss_family);

	/* One without a socket is closed like any other. */
	if (err)
		uv_tcp_init(link->client.loop, &link->guest);
	link->guest.data = link;
	link->has_guest = true;
	link->handles++;
	if (!err)
		err = uv_fileno((uv_handle_t *)&link->guest, &fd);
	if (!err && near && stay_near(fd, address->ss_family))
		err = -errno;
	link->connect.data = link;
	if (!err)
		err = uv_tcp_connect(&link->connect, &link->guest,
				     (const struct sockaddr *)address, on_connect);
	link->error = err;
	/* The owner is never told from within this function. */
	uv_timer_start(&link->limit, err ? on_begin : on_limit, err ? 0 : LINK_CONNECT_MS, 0);
}

struct link *link_accept(uv_stream_t *server, const struct link_events *events, void *data)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->events = events;
	link->data = data;
	uv_tcp_init(server->loop, &link->client);
	uv_timer_init(server->loop, &link->limit);
	link->client.data = link;
	link->limit.data = link;
	link->handles = 2;
	if (!uv_accept(server, (uv_stream_t *)&link->client))
		return link;
	link->events = NULL;
	link_cut(link);
	return NULL;
}

/* ---- where to -------------------------------------------------------------------- */

static bool same_address(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in6 *a6 = (const void *)a, *b6 = (const void *)b;
	const struct sockaddr_in *a4 = (const void *)a, *b4 = (const void *)b;

	if (a->ss_family == AF_INET)
		return !memcmp(&a4->sin_addr, &b4->sin_addr, sizeof(a4->sin_addr));
	return !memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr));
}

/*
 * Connecting a UDP socket sends nothing, but the kernel looks for the way. What is the
 * host's own is reached from itself.
 */
bool link_may_reach(const struct sockaddr_storage *address)
{
	int fd = socket(address->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_storage own;
	socklen_t size = sizeof(own);
	bool may;

	if (fd < 0)
		return false;
	may = !stay_near(fd, address->ss_family) &&
	      !connect(fd, (const struct sockaddr *)address, sizeof(*address)) &&
	      !getsockname(fd, (struct sockaddr *)&own, &size) && !same_address(address, &own);
	close(fd);
	return may;
}
