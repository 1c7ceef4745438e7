/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_ADDRESS_H
#define GPUPM_GUEST_ADDRESS_H

#include "../daemon/vm.h"

#include <arpa/inet.h>
#include <json-c/json.h>
#include <uv.h>

/*
 * Where a guest is on the network: what its libvirt has leased to it, or else what its
 * agent says, which may be anything.
 */

/* So many of a guest's addresses are of interest. */
#define ADDRESSES_MAX	8

/** struct addresses - addresses, those of IPv4 first */
struct addresses {
	size_t n;
	char text[ADDRESSES_MAX][INET6_ADDRSTRLEN];
};

/**
 * addresses_in - pick addresses out of the interfaces that an agent has told of
 * @interfaces: what "guest-network-get-interfaces" returned; may be anything
 * @addresses: set to those by which a guest may be reached from its host: none of its
 *	own loopback, of a link only, or of many
 */
void addresses_in(struct json_object *interfaces, struct addresses *addresses);

/**
 * typedef address_found - a search came to its end
 * @data: as given to address_find()
 * @addresses: the guest's; none when they are not known
 * @error: why they are not, clean text for people; else NULL
 */
typedef void address_found(void *data, const struct addresses *addresses, const char *error);

struct address_search;

/**
 * address_find - find the addresses of a guest
 * @loop: the loop
 * @vm: its VM
 * @agent: the socket of its agent; NULL to ask libvirt
 * @found: called once, later, never from within this function
 * @data: for @found
 *
 * Return: the search, good until @found is called or address_forget(), which must be
 * before agents_close().
 */
struct address_search *address_find(uv_loop_t *loop, struct vm *vm, const char *agent,
				    address_found *found, void *data);

/** address_forget - nobody wants to know any more; NULL is fine */
void address_forget(struct address_search *search);

#endif
