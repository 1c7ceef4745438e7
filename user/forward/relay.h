/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_FORWARD_RELAY_H
#define GPUPM_FORWARD_RELAY_H

#include <uv.h>

/*
 * The relay of a VM: a process of its own, gpupmd-forward, that listens on ports of
 * the host and connects to ports of the guest. It speaks with gpupmd on one socket,
 * and ends with that. Each says an object at a time:
 *
 *   gpupmd: {"forwards":["13389:3389", ...]}  all that there are to be from now on
 *           {"addresses":["192.168.122.50", ...]}  the guest's, the answer to "ask"
 *   relay:  {"listens":"13389:3389","error":0}  or the errno with which it does not
 *           {"connects":"13389:3389","error":0,"address":"192.168.122.50"}  how the
 *           last connection began, when that was otherwise than the one before;
 *           without address when there was none to try
 *           {"ask":true}  somebody has connected: which addresses has the guest?
 */

/* What either may say at once. */
#define RELAY_OBJECT_MAX	16384
/* Addresses of a guest that are tried, at most. */
#define RELAY_ADDRESSES		8

/* Where systemd starts a relay for who connects, beyond the walls of gpupmd. */
#define RELAY_SOCKET		"/run/gpupmd-forward.sock"
#define RELAY_PROGRAM		"gpupmd-forward"

/**
 * relay_open - begin
 * @loop: runs until gpupmd has closed the connection
 * @fd: the connection
 */
void relay_open(uv_loop_t *loop, int fd);

#endif
