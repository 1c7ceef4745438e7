/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_SERVER_H
#define GPUPM_GUEST_SERVER_H

#include <sys/types.h>
#include <uv.h>

/*
 * The guests' end of the channel: QEMU connects to a UNIX socket of the daemon.
 *
 * At most this many are served; one more is turned away, and may try again. New
 * ones are taken SERVER_BURST at once and then one every SERVER_EACH_MS; others
 * wait in the meantime.
 */
#define SERVER_GUESTS	64
#define SERVER_BURST	100
#define SERVER_EACH_MS	100

/**
 * server_open - listen for guests, or listen elsewhere
 * @loop: must outlive server_close()
 * @path: of the socket
 * @group: that may connect, besides root
 *
 * Called again with another path or group, guests that are connected stay; when
 * that fails, the old socket stays.
 *
 * Return: 0, or a negative errno and the log says why.
 */
int server_open(uv_loop_t *loop, const char *path, gid_t group);

/** server_close - disconnect every guest and remove the socket */
void server_close(void);

#endif
