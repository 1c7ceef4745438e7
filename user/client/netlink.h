/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_NETLINK_H
#define GPUPM_CLIENT_NETLINK_H

#include "attr.h"

#include <netlink/msg.h>
#include <netlink/socket.h>

/**
 * typedef reply_fn - take one message of an answer
 * @arg: from struct reply
 * @head: its first attribute
 * @len: bytes of attributes
 * @m: where to say what is wrong with it
 *
 * Return: 0; -EBADMSG when it makes no sense; -ENOMEM.
 */
typedef int (*reply_fn)(void *arg, const struct nlattr *head, int len, struct malformed *m);

/**
 * struct reply - the answer to one request, while it is being read
 * @family: message type of the family that answers
 * @seq: sequence number of the request
 * @each: takes each message; NULL when only success or failure matters
 * @arg: for @each
 * @interrupted: what a dump listed changed while it was being read
 * @malformed: what was wrong with it, when reading it returned -EBADMSG
 * @extack: what the kernel said about a refusal; empty when it said nothing
 */
struct reply {
	__u16 family;
	__u32 seq;
	reply_fn each;
	void *arg;
	bool interrupted;
	struct malformed malformed;
	char extack[256];
};

/**
 * reply_feed - read what one recvmsg() returned
 * @reply: the answer so far
 * @buf: the bytes
 * @len: how many
 *
 * Pure: it looks at nothing but its arguments.
 *
 * Return: 1 when the answer is complete, 0 when more is to come, -EBADMSG when
 * it makes no sense, or the negative errno the kernel refused with.
 */
int reply_feed(struct reply *reply, const void *buf, int len);

/**
 * netlink_request - send a request and read the answer to its end
 * @sock: a connected socket
 * @msg: the request; its flags decide between do and dump
 * @reply: @family, @each and @arg are set by the caller
 *
 * Return: 0, -EBADMSG, the errno the kernel refused with, or that of the socket.
 */
int netlink_request(struct nl_sock *sock, struct nl_msg *msg, struct reply *reply);

/**
 * netlink_receive - receive what is waiting on a socket, from the kernel only
 * @sock: the socket
 * @buf: set to the bytes, to be freed by the caller; NULL when there are none
 *
 * Return: number of bytes; 0 when a stranger sent them; negative errno, with
 * -EAGAIN when nothing waits on a non-blocking socket and -ENOBUFS when the
 * kernel had to drop messages.
 */
int netlink_receive(struct nl_sock *sock, unsigned char **buf);

/**
 * netlink_open - open a generic netlink socket that is told why it is refused
 * @sock: set to the socket; free it with nl_socket_free()
 *
 * Return: 0 or negative errno.
 */
int netlink_open(struct nl_sock **sock);

#endif
