// SPDX-License-Identifier: GPL-2.0-only
#include "relay.h"
#include "../guest/json_lines.h"
#include "../show/value.h"
#include "link.h"
#include "rule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* More than a guest has use for; their sockets are fewer than a process may have. */
#define CLIENTS_MAX	256
/* So long the guest's addresses are taken to be right, and to be not known. */
#define KNOWN_MS	60000
#define UNKNOWN_MS	2000
/* A port that another has: tried again so soon, then each time twice as late. */
#define AGAIN_FIRST_MS	100
#define AGAIN_MAX_MS	30000

/**
 * struct port - a forward
 * @forward: what it is
 * @text: the same as text
 * @server: listens; NULL while that fails
 * @listens: errno of the last try; -1 before the first
 * @told: what gpupmd was told of that; -1 for nothing
 * @connects: errno with which the last connection began; -1 before the first
 * @address: where to; empty for nowhere
 * @gone: it is no more to be there
 * @next: the next one
 */
struct port {
	struct forward forward;
	char text[FORWARD_SIZE];
	uv_tcp_t *server;
	int listens;
	int told;
	int connects;
	char address[INET6_ADDRSTRLEN];
	bool gone;
	struct port *next;
};

/**
 * struct client - somebody who has connected
 * @link: the connection
 * @port: where; NULL when that is gone
 * @address: where it is connected to
 * @came_ms: when
 * @waits: for the guest's addresses
 * @next: the next one
 */
struct client {
	struct link *link;
	struct port *port;
	char address[INET6_ADDRSTRLEN];
	uint64_t came_ms;
	bool waits;
	struct client *next;
};

static struct {
	uv_loop_t *loop;
	struct json_lines *daemon;
	struct port *ports;
	struct client *clients;
	unsigned int n_clients;
	uv_timer_t again;
	uint64_t again_ms;
	/* Of the guest, and until when that counts. */
	char addresses[RELAY_ADDRESSES][INET6_ADDRSTRLEN];
	size_t n_addresses;
	uint64_t found_ms;
	uint64_t until_ms;
	bool asked;
} relay;

/* ---- what gpupmd is told -------------------------------------------------------- */

static void tell(struct json_object *object)
{
	json_lines_send(relay.daemon, object);
	json_object_put(object);
}

static struct json_object *report(const char *what, const struct port *port, int error)
{
	struct json_object *object = json_must(json_object_new_object());

	json_add(object, what, json_string(port->text));
	json_add(object, "error", json_must(json_object_new_int(error)));
	return object;
}

static void tell_listens(struct port *port)
{
	if (port->told == port->listens)
		return;
	port->told = port->listens;
	tell(report("listens", port, port->listens));
}

static void tell_connects(struct port *port, int error, const char *address)
{
	struct json_object *object;

	if (!port || (port->connects == error && !strcmp(port->address, address)))
		return;
	port->connects = error;
	snprintf(port->address, sizeof(port->address), "%s", address);
	object = report("connects", port, error);
	if (*address)
		json_add(object, "address", json_string(address));
	tell(object);
}

static void ask(void)
{
	struct json_object *object;

	if (relay.asked)
		return;
	relay.asked = true;
	object = json_must(json_object_new_object());
	json_add(object, "ask", json_must(json_object_new_boolean(true)));
	tell(object);
}

/* ---- those who connect -------------------------------------------------------------- */

static void drop(struct client *client, int error)
{
	client->waits = false;
	tell_connects(client->port, error, client->address);
	link_cut(client->link);
}

static void connect_to(struct client *client, const char *address, bool near)
{
	struct sockaddr_storage to;

	snprintf(client->address, sizeof(client->address), "%s", address);
	forward_address(&to, address, client->port->forward.guest_port);
	link_connect(client->link, &to, near);
}

static const char *choose_address(void)
{
	struct sockaddr_storage address;

	for (size_t i = 0; i < relay.n_addresses; i++)
		if (forward_address(&address, relay.addresses[i], 0) && link_may_reach(&address))
			return relay.addresses[i];
	return NULL;
}

/* Connect it to the guest, as soon as it is known where that is. */
static void serve(struct client *client)
{
	const char *address = client->port->forward.guest;

	client->waits = false;
	client->address[0] = '\0';
	if (*address) {
		connect_to(client, address, false);
		return;
	}
	if (uv_now(relay.loop) >= relay.until_ms) {
		client->waits = true;
		ask();
		return;
	}
	address = choose_address();
	if (address)
		connect_to(client, address, true);
	else
		drop(client, relay.n_addresses ? ENETUNREACH : EADDRNOTAVAIL);
}

static void on_connected(void *data, struct link *link, int error)
{
	struct client *client = data;

	(void)link;
	if (!error) {
		tell_connects(client->port, 0, client->address);
		return;
	}
	if (!client->port) {
		link_cut(client->link);
		return;
	}
	/* It was found for an earlier one: by now the guest may have another address. */
	if (!client->port->forward.guest[0] && relay.found_ms + UNKNOWN_MS <= client->came_ms) {
		relay.until_ms = 0;
		client->came_ms = 0;
		serve(client);
		return;
	}
	drop(client, -error);
}

static void on_ended(void *data, struct link *link)
{
	struct client **at = &relay.clients, *client = data;

	(void)link;
	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	relay.n_clients--;
	free(client);
}

static void on_client(uv_stream_t *server, int status)
{
	static const struct link_events events = {
		.connected = on_connected,
		.ended = on_ended,
	};
	struct client *client = calloc(1, sizeof(*client));

	if (!client)
		abort();
	client->link = status ? NULL : link_accept(server, &events, client);
	if (!client->link) {
		free(client);
		return;
	}
	client->port = server->data;
	client->came_ms = uv_now(relay.loop);
	client->next = relay.clients;
	relay.clients = client;
	if (++relay.n_clients > CLIENTS_MAX)
		drop(client, EMFILE);
	else
		serve(client);
}

static void take_addresses(struct json_object *addresses)
{
	struct sockaddr_storage address;

	relay.asked = false;
	relay.n_addresses = 0;
	for (size_t i = 0; json_object_is_type(addresses, json_type_array) &&
	     i < json_object_array_length(addresses) && relay.n_addresses < RELAY_ADDRESSES; i++) {
		const char *text =
			json_object_get_string(json_object_array_get_idx(addresses, i)) ?: "";

		if (forward_address(&address, text, 0))
			snprintf(relay.addresses[relay.n_addresses++], INET6_ADDRSTRLEN, "%s",
				 text);
	}
	relay.found_ms = uv_now(relay.loop);
	relay.until_ms = relay.found_ms + (relay.n_addresses ? KNOWN_MS : UNKNOWN_MS);
	for (struct client *client = relay.clients; client; client = client->next) {
		if (!client->waits)
			continue;
		/* This is as new as it gets. */
		client->came_ms = 0;
		serve(client);
	}
}

/* ---- ports ------------------------------------------------------------------------- */

static void free_server(uv_handle_t *handle)
{
	free(handle);
}

/* Without an address, all that the host has of IPv6 and IPv4, or of IPv4 if that is all. */
static int bind_to(uv_tcp_t *server, const struct forward *forward)
{
	struct sockaddr_storage address;
	unsigned int only = forward->host[0] ? UV_TCP_IPV6ONLY : 0;
	int err;

	forward_address(&address, forward->host[0] ? forward->host : "::", forward->host_port);
	err = uv_tcp_bind(server, (struct sockaddr *)&address,
			  address.ss_family == AF_INET6 ? only : 0);
	if (forward->host[0] || err != UV_EAFNOSUPPORT)
		return err;
	forward_address(&address, "0.0.0.0", forward->host_port);
	return uv_tcp_bind(server, (struct sockaddr *)&address, 0);
}

static void listen_on(struct port *port)
{
	uv_tcp_t *server = calloc(1, sizeof(*server));
	bool first = port->listens < 0;
	int err;

	if (!server)
		abort();
	uv_tcp_init(relay.loop, server);
	server->data = port;
	err = bind_to(server, &port->forward);
	if (!err)
		err = uv_listen((uv_stream_t *)server, SOMAXCONN, on_client);
	port->listens = -err;
	if (err)
		uv_close((uv_handle_t *)server, free_server);
	else
		port->server = server;
	/* The relay of a VM that has just ended may be about to let go of it. */
	if (!first || err != UV_EADDRINUSE)
		tell_listens(port);
}

static void listen_again(uv_timer_t *timer)
{
	bool fails = false;

	for (struct port *port = relay.ports; port; port = port->next) {
		if (!port->server)
			listen_on(port);
		fails |= !port->server;
	}
	if (!fails)
		return;
	uv_timer_start(timer, listen_again, relay.again_ms, 0);
	if (relay.again_ms < AGAIN_MAX_MS)
		relay.again_ms *= 2;
}

static void close_port(struct port *port)
{
	if (port->server)
		uv_close((uv_handle_t *)port->server, free_server);
	for (struct client *client = relay.clients; client; client = client->next) {
		if (client->port != port)
			continue;
		client->port = NULL;
		client->waits = false;
		link_cut(client->link);
	}
	free(port);
}

static struct port *find_port(const char *text)
{
	struct port *port = relay.ports;

	while (port && strcmp(port->text, text))
		port = port->next;
	return port;
}

static void add_port(const struct forward *forward)
{
	struct port **end = &relay.ports, *port = calloc(1, sizeof(*port));

	if (!port)
		abort();
	port->forward = *forward;
	forward_text(port->text, forward);
	port->listens = -1;
	port->told = -1;
	port->connects = -1;
	while (*end)
		end = &(*end)->next;
	*end = port;
}

static void want(const char *text)
{
	struct forward *forwards;
	char *words = NULL;
	struct port *port;
	size_t n, size;
	FILE *error;

	port = find_port(text);
	if (port) {
		port->gone = false;
		return;
	}
	error = open_memstream(&words, &size);
	if (!error)
		abort();
	if (!forwards_parse(text, &forwards, &n, error)) {
		for (size_t i = 0; i < n; i++)
			add_port(&forwards[i]);
		free(forwards);
	}
	fclose(error);
	free(words);
}

/* Those that stay are not touched, and neither are their connections. */
static void take_forwards(struct json_object *texts)
{
	struct port **at = &relay.ports;

	for (struct port *port = relay.ports; port; port = port->next)
		port->gone = true;
	for (size_t i = 0; json_object_is_type(texts, json_type_array) &&
	     i < json_object_array_length(texts); i++)
		want(json_object_get_string(json_object_array_get_idx(texts, i)) ?: "");
	while (*at) {
		struct port *port = *at;

		if (port->gone) {
			*at = port->next;
			close_port(port);
		} else {
			at = &port->next;
		}
	}
	relay.again_ms = AGAIN_FIRST_MS;
	listen_again(&relay.again);
}

/* ---- gpupmd --------------------------------------------------------------------------- */

static void on_greeted(void *data)
{
	(void)data;
}

static void on_object(void *data, struct json_object *object)
{
	struct json_object *value;

	(void)data;
	if (json_object_object_get_ex(object, "forwards", &value))
		take_forwards(value);
	else if (json_object_object_get_ex(object, "addresses", &value))
		take_addresses(value);
}

/* Whatever is open goes with the process. */
static void on_failed(void *data, int error, const char *why)
{
	(void)data;
	(void)error;
	(void)why;
	uv_stop(relay.loop);
}

void relay_open(uv_loop_t *loop, int fd)
{
	static const struct json_lines_events events = {
		.connected = on_greeted,
		.object = on_object,
		.failed = on_failed,
	};

	relay.loop = loop;
	uv_timer_init(loop, &relay.again);
	relay.daemon = json_lines_take(loop, fd, RELAY_OBJECT_MAX, &events, NULL);
}
