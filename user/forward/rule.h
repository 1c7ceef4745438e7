/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_FORWARD_RULE_H
#define GPUPM_FORWARD_RULE_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

/* What one VM may have: a relay is a small thing. */
#define FORWARDS_MAX	64

/* The longest text of a forward, two addresses in brackets and two ports. */
#define FORWARD_SIZE	(2 * (INET6_ADDRSTRLEN + 8))

/**
 * struct forward - a port of the host that reaches a port of a guest (TCP)
 * @host: address of the host; empty for all that it has
 * @host_port: port of the host
 * @guest: address of the guest; empty for the one that it is found to have
 * @guest_port: port of the guest
 */
struct forward {
	char host[INET6_ADDRSTRLEN];
	uint16_t host_port;
	char guest[INET6_ADDRSTRLEN];
	uint16_t guest_port;
};

/**
 * forwards_parse - read "[ADDRESS:]PORT:[ADDRESS:]PORT", and more of them after commas
 * @text: the text; addresses are numbers, those of IPv6 in brackets
 * @forwards: set to the forwards when 0 is returned; to be freed
 * @n: set to their number, which is never 0
 * @error: gets what is wrong, a sentence without a final stop
 *
 * Return: 0, -EINVAL, or -ENOMEM.
 */
int forwards_parse(const char *text, struct forward **forwards, size_t *n, FILE *error);

/** forward_text - a forward as it is written; two are the same when their texts are */
const char *forward_text(char text[static FORWARD_SIZE], const struct forward *forward);

/**
 * forward_address - an address and a port, as the kernel takes them
 * @to: set to both
 * @address: of IPv4 or IPv6
 * @port: the port
 *
 * Return: whether it is an address.
 */
bool forward_address(struct sockaddr_storage *to, const char *address, uint16_t port);

#endif
