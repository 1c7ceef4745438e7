/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What surrounds the daemon's talk with a QEMU or a guest agent: a peer that says
 * and does what the input has, a clock that goes on when the input says so, and the
 * rest of the daemon. No thread, no socket, no waiting.
 */
#ifndef GPUPM_FUZZ_PEER_H
#define GPUPM_FUZZ_PEER_H

#include "daemon/vm.h"

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of input that are not said by the peer. */
enum {
	PEER_PIECE,		/* what it said until here comes at once */
	PEER_CONNECT,
	PEER_FAIL,
	PEER_CLOCK,		/* the next timer is due */
	PEER_VM_ENDS,
	PEER_TELL,		/* there is another report */
	PEER_CHANGED,		/* something came to be in the directory */
	PEER_ANSWER,		/* it answers the last command, as one may */
	PEER_SAYS,		/* from here on it is said */
};

/**
 * peer_play - let the input happen
 * @data: the input
 * @size: bytes of it
 * @tell: called for PEER_TELL; may be NULL
 */
void peer_play(const uint8_t *data, size_t size, void (*tell)(void));

/** peer_end - close what was closed later, and forget everything */
void peer_end(void);

/** peer_sent - called with every command that is sent to the peer */
void peer_sent(struct json_object *command);

/** peer_vm - the VM of the peer */
extern struct vm peer_vm;

#endif
