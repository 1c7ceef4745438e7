// SPDX-License-Identifier: GPL-2.0-only
#include "forward.h"
#include "../daemon/again.h"
#include "../daemon/log.h"
#include "../daemon/vm.h"
#include "../guest/address.h"
#include "../show/value.h"
#include "relay.h"
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct state - a forward of a VM that runs
 * @forward: what it is
 * @text: the same as text
 * @listens: the errno with which its port is listened on; -1 when not known yet
 * @connects: that with which the last connection began; -1 before the first
 * @address: where the last connection went; empty for nowhere
 * @told: the log has said that nobody could connect
 */
struct state {
	struct forward forward;
	char text[FORWARD_SIZE];
	int listens;
	int connects;
	char address[INET6_ADDRSTRLEN];
	bool told;
};

/**
 * struct relay - the relay of a VM
 * @vm: the VM
 * @lines: the connection to it; NULL while there is none
 * @connected: it may be told
 * @search: for the guest's addresses, or NULL
 * @error: why they are not known; empty when they are, or nobody asked
 * @complained: the log has said that there is no relay
 * @states: its forwards
 * @n: their number
 * @next: the next one
 */
struct relay {
	struct vm *vm;
	struct json_lines *lines;
	bool connected;
	struct address_search *search;
	char error[256];
	bool complained;
	struct state *states;
	size_t n;
	struct relay *next;
};

static struct {
	uv_loop_t *loop;
	const struct config *config;
	struct relay *relays;
	struct again again;
} now;

/* ---- words ------------------------------------------------------------------------ */

static void listen_words(char *to, size_t size, const struct state *state)
{
	unsigned int port = state->forward.host_port;

	switch (state->listens) {
	case EADDRINUSE:
		snprintf(to, size, "another program listens on port %u of the host (ss -tlnp tells which)",
			 port);
		break;
	case EADDRNOTAVAIL:
		snprintf(to, size, "the host has no address %s", state->forward.host);
		break;
	case EACCES:
		snprintf(to, size, "a port below 1024, as %u, takes gpupmd-forward.socket of systemd",
			 port);
		break;
	case EAFNOSUPPORT:
		snprintf(to, size, "the relay has no network; start gpupmd-forward.socket");
		break;
	default:
		snprintf(to, size, "cannot listen on port %u of the host: %s", port,
			 strerror(state->listens));
	}
}

static void connect_words(char *to, size_t size, const struct relay *relay,
			  const struct state *state)
{
	switch (state->connects) {
	case ECONNREFUSED:
		snprintf(to, size, "nobody listens on port %u in the guest (%s)",
			 state->forward.guest_port, state->address);
		break;
	case ETIMEDOUT:
	case EHOSTUNREACH:
		snprintf(to, size, "the guest does not answer at %s; its firewall may be why",
			 state->address);
		break;
	case EADDRNOTAVAIL:
		snprintf(to, size, "the guest's address is not known: %s",
			 relay->error[0] ? relay->error : "it has none yet");
		break;
	case ENETUNREACH:
		snprintf(to, size, "the host is in no network of the guest");
		break;
	case EMFILE:
		snprintf(to, size, "there are too many connections at once");
		break;
	default:
		snprintf(to, size, "cannot connect to %s: %s",
			 state->address[0] ? state->address : "the guest",
			 strerror(state->connects));
	}
}

/* Return: what is wrong with a forward, or NULL. */
static const char *wrong_with(const struct relay *relay, const struct state *state, char *to,
			      size_t size)
{
	if (state->listens > 0)
		listen_words(to, size, state);
	else if (state->connects > 0)
		connect_words(to, size, relay, state);
	else
		return NULL;
	return to;
}

/* ---- what a relay says ----------------------------------------------------------------- */

static void tell(struct relay *relay, const char *key, struct json_object *value)
{
	struct json_object *object = json_must(json_object_new_object());

	json_add(object, key, value);
	json_lines_send(relay->lines, object);
	json_object_put(object);
}

static void on_found(void *data, const struct addresses *addresses, const char *error)
{
	struct json_object *array = json_must(json_object_new_array());
	struct relay *relay = data;

	relay->search = NULL;
	snprintf(relay->error, sizeof(relay->error), "%s", error ?: "");
	for (size_t i = 0; i < addresses->n; i++)
		json_append(array, json_string(addresses->text[i]));
	if (relay->connected)
		tell(relay, "addresses", array);
	else
		json_object_put(array);
}

static void search(struct relay *relay)
{
	const struct vm_config *vm = config_vm(now.config, relay->vm->name);

	if (!relay->search)
		relay->search = address_find(now.loop, relay->vm, vm ? vm->agent : NULL, on_found,
					     relay);
}

static struct state *find_state(struct relay *relay, struct json_object *text)
{
	const char *wanted = json_object_get_string(text) ?: "";

	for (size_t i = 0; i < relay->n; i++)
		if (!strcmp(relay->states[i].text, wanted))
			return &relay->states[i];
	return NULL;
}

static int error_of(struct json_object *object)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, "error", &value))
		return 0;
	return json_object_get_int(value) > 0 ? json_object_get_int(value) : 0;
}

static void take_listens(struct relay *relay, struct state *state, int error)
{
	char words[256];

	if (state->listens == error)
		return;
	state->listens = error;
	relay->complained = false;
	again_worked(&now.again);
	if (error)
		log_warning("VM %s: forward %s: %s", relay->vm->name, state->text,
			    wrong_with(relay, state, words, sizeof(words)));
	else
		log_info("VM %s: forward %s: listens", relay->vm->name, state->text);
}

/* Who connects from outside, and the guest, could fill the log: it is said once. */
static void take_connects(struct relay *relay, struct state *state, int error,
			  struct json_object *object)
{
	struct json_object *address = NULL;
	struct sockaddr_storage any;
	const char *text;
	char words[512];

	json_object_object_get_ex(object, "address", &address);
	text = json_object_get_string(address) ?: "";
	state->connects = error;
	snprintf(state->address, sizeof(state->address), "%s",
		 forward_address(&any, text, 0) ? text : "");
	if (!error || state->told || state->listens)
		return;
	state->told = true;
	log_warning("VM %s: forward %s: %s", relay->vm->name, state->text,
		    wrong_with(relay, state, words, sizeof(words)));
}

static void on_object(void *data, struct json_object *object)
{
	struct relay *relay = data;
	struct json_object *text;
	struct state *state;

	if (json_object_object_get_ex(object, "ask", NULL)) {
		search(relay);
	} else if (json_object_object_get_ex(object, "listens", &text)) {
		state = find_state(relay, text);
		if (state)
			take_listens(relay, state, error_of(object));
	} else if (json_object_object_get_ex(object, "connects", &text)) {
		state = find_state(relay, text);
		if (state)
			take_connects(relay, state, error_of(object), object);
	}
}

/* ---- a relay comes and goes -------------------------------------------------------------- */

static void tell_forwards(struct relay *relay)
{
	struct json_object *array = json_must(json_object_new_array());

	for (size_t i = 0; i < relay->n; i++)
		json_append(array, json_string(relay->states[i].text));
	tell(relay, "forwards", array);
}

static void on_connected(void *data)
{
	struct relay *relay = data;

	relay->connected = true;
	tell_forwards(relay);
}

static void hang_up(struct relay *relay)
{
	address_forget(relay->search);
	relay->search = NULL;
	json_lines_close(relay->lines);
	relay->lines = NULL;
	relay->connected = false;
	for (size_t i = 0; i < relay->n; i++) {
		relay->states[i].listens = -1;
		relay->states[i].connects = -1;
	}
}

static void give_up(struct relay *relay, const char *why)
{
	if (!relay->complained)
		log_error("VM %s: its relay " RELAY_PROGRAM " does not run: %s; it is tried again",
			  relay->vm->name, why);
	relay->complained = true;
	hang_up(relay);
	again_later(&now.again);
}

static void on_failed(void *data, int error, const char *why)
{
	(void)error;
	give_up(data, why);
}

static const struct json_lines_events events = {
	.connected = on_connected,
	.object = on_object,
	.failed = on_failed,
};

/* There is no systemd, or none that listens: a child does. */
static void on_no_systemd(void *data, int error, const char *why)
{
	struct relay *relay = data;

	if (relay->connected || (error != UV_ENOENT && error != UV_ECONNREFUSED)) {
		give_up(relay, why);
		return;
	}
	hang_up(relay);
	relay->lines = relay_run(now.loop, &events, relay, &error);
	if (!relay->lines)
		give_up(relay, uv_strerror(error));
}

static void start(struct relay *relay)
{
	static const struct json_lines_events first = {
		.connected = on_connected,
		.object = on_object,
		.failed = on_no_systemd,
	};

	relay->lines = json_lines_open(now.loop, RELAY_SOCKET, RELAY_OBJECT_MAX, &first, relay);
}

static void start_again(void)
{
	for (struct relay *relay = now.relays; relay; relay = relay->next)
		if (!relay->lines)
			start(relay);
}

static void relay_free(struct relay *relay)
{
	hang_up(relay);
	free(relay->states);
	free(relay);
}

static struct relay **find_relay(const struct vm *vm)
{
	struct relay **link = &now.relays;

	while (*link && (*link)->vm != vm)
		link = &(*link)->next;
	return link;
}

static void end(struct vm *vm)
{
	struct relay **link = find_relay(vm), *relay = *link;

	if (!relay)
		return;
	*link = relay->next;
	relay_free(relay);
}

/* Return: the forwards that a VM is to have; what is known of those that stay is kept. */
static struct state *make_states(struct relay *relay, const struct vm_config *vm)
{
	struct state *states = calloc(vm->n_forwards, sizeof(*states));

	if (!states)
		abort();
	for (size_t i = 0; i < vm->n_forwards; i++) {
		states[i].forward = vm->forwards[i];
		forward_text(states[i].text, &vm->forwards[i]);
		states[i].listens = -1;
		states[i].connects = -1;
		for (size_t j = 0; j < relay->n; j++)
			if (!strcmp(states[i].text, relay->states[j].text))
				states[i] = relay->states[j];
	}
	return states;
}

static void apply(struct vm *vm)
{
	const struct vm_config *vm_config = config_vm(now.config, vm->name);
	struct relay *relay = *find_relay(vm);
	struct state *states;
	bool is_new = !relay;

	if (!vm_config || !vm_config->n_forwards) {
		end(vm);
		return;
	}
	if (is_new) {
		relay = calloc(1, sizeof(*relay));
		if (!relay)
			abort();
		relay->vm = vm;
		relay->next = now.relays;
		now.relays = relay;
	}
	states = make_states(relay, vm_config);
	free(relay->states);
	relay->states = states;
	relay->n = vm_config->n_forwards;
	if (is_new)
		start(relay);
	else if (relay->connected)
		tell_forwards(relay);
}

static void vm_started(struct vm *vm)
{
	if (now.config)
		apply(vm);
}

void forwards_open(uv_loop_t *loop)
{
	static struct vm_listener listener = { .started = vm_started, .ended = end };

	memset(&now, 0, sizeof(now));
	now.loop = loop;
	again_open(&now.again, loop, start_again);
	vms_listen(&listener);
}

void forwards_close(void)
{
	struct relay *relay;

	while ((relay = now.relays)) {
		now.relays = relay->next;
		relay_free(relay);
	}
	now.config = NULL;
	again_close(&now.again);
}

void forwards_config(const struct config *config)
{
	now.config = config;
	for (struct vm *vm = vm_first(); vm; vm = vm->next)
		apply(vm);
}

/* ---- what people are shown ---------------------------------------------------------------- */

static struct json_object *json_state(const struct relay *relay, const struct state *state)
{
	struct json_object *object = json_must(json_object_new_object());
	char words[512];

	json_add(object, "vm", json_string(relay->vm->name));
	json_add(object, "pid", json_must(json_object_new_int(relay->vm->pid)));
	json_add(object, "forward", json_string(state->text));
	json_add(object, "listens", json_must(json_object_new_boolean(!state->listens)));
	json_add(object, "address",
		 json_string_or_null(state->forward.guest[0] ? state->forward.guest :
				     state->address));
	json_add(object, "error",
		 json_string_or_null(wrong_with(relay, state, words, sizeof(words)) ?: ""));
	return object;
}

struct json_object *forwards_json(void)
{
	struct json_object *array = json_must(json_object_new_array());

	for (struct relay *relay = now.relays; relay; relay = relay->next)
		for (size_t i = 0; i < relay->n; i++)
			json_append(array, json_state(relay, &relay->states[i]));
	return array;
}
