// SPDX-License-Identifier: GPL-2.0-only
#include "address.h"
#include "agent.h"
#include "libvirt_call.h"

#include <stdlib.h>
#include <string.h>

/* An answer may have a megabyte of them. */
#define LOOKED_AT_MAX	256

struct address_search {
	struct libvirt_call *libvirt;
	struct agent_call *agent;
	address_found *found;
	void *data;
};

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, key, &value);
	return value;
}

static size_t length(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

static bool may_be_reached(const char *text, int family)
{
	struct in6_addr six;
	struct in_addr four;
	uint32_t host;

	if (family == AF_INET6)
		return inet_pton(AF_INET6, text, &six) == 1 && !IN6_IS_ADDR_LOOPBACK(&six) &&
		       !IN6_IS_ADDR_UNSPECIFIED(&six) && !IN6_IS_ADDR_MULTICAST(&six) &&
		       !IN6_IS_ADDR_LINKLOCAL(&six) && !IN6_IS_ADDR_V4MAPPED(&six) &&
		       !IN6_IS_ADDR_V4COMPAT(&six);
	if (inet_pton(AF_INET, text, &four) != 1)
		return false;
	host = ntohl(four.s_addr);
	/* "This" network, loopback, link-local; multicast and beyond. */
	return host >> 24 && host >> 24 != 127 && host >> 16 != 0xa9fe && host >> 29 != 7;
}

static void add(struct addresses *addresses, const char *text)
{
	if (addresses->n == ADDRESSES_MAX)
		return;
	snprintf(addresses->text[addresses->n++], INET6_ADDRSTRLEN, "%s", text);
}

void addresses_in(struct json_object *interfaces, struct addresses *addresses)
{
	static const int families[] = { AF_INET, AF_INET6 };

	addresses->n = 0;
	for (int family = 0; family < 2; family++) {
		size_t looked_at = 0;

		for (size_t i = 0; i < length(interfaces); i++) {
			struct json_object *list =
				member(json_object_array_get_idx(interfaces, i), "ip-addresses");

			for (size_t j = 0; j < length(list) && looked_at++ < LOOKED_AT_MAX; j++) {
				struct json_object *one =
					member(json_object_array_get_idx(list, j), "ip-address");
				const char *text = json_object_get_string(one) ?: "";

				if (may_be_reached(text, families[family]))
					add(addresses, text);
			}
		}
	}
}

static void end(struct address_search *search, struct json_object *interfaces, const char *error)
{
	struct addresses addresses = {};

	if (!error) {
		addresses_in(interfaces, &addresses);
		if (!addresses.n)
			error = "it has no address yet";
	}
	search->found(search->data, &addresses, error);
	free(search);
}

static void on_libvirt(void *data, struct json_object *answer, const char *error, bool later)
{
	(void)later;
	end(data, answer ? member(answer, "return") : NULL, error);
}

static void on_agent(void *data, struct json_object *answer, const char *error)
{
	end(data, answer, error);
}

struct address_search *address_find(uv_loop_t *loop, struct vm *vm, const char *agent,
				    address_found *found, void *data)
{
	struct address_search *search = calloc(1, sizeof(*search));

	if (!search)
		abort();
	search->found = found;
	search->data = data;
	if (agent)
		search->agent = agent_ask(vm, agent, "guest-network-get-interfaces", on_agent,
					  search);
	else
		search->libvirt = libvirt_call(loop, LIBVIRT_ADDRESSES, vm->name, NULL, on_libvirt,
					       search);
	return search;
}

void address_forget(struct address_search *search)
{
	if (!search)
		return;
	agent_forget(search->agent);
	libvirt_forget(search->libvirt);
	free(search);
}
