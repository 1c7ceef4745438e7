/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DAEMON_SOCKET_H
#define GPUPM_DAEMON_SOCKET_H

#include <sys/types.h>
#include <uv.h>

/**
 * struct socket - a UNIX stream socket that is listened on
 * @fd: listening, not blocking; whoever takes it closes it
 * @lock: file descriptor of PATH.lock, which is locked while somebody listens
 * @path: of the socket
 * @dev: where the socket is, and not another of its name
 * @ino: in that file system
 * @watch: tells when it is not there any more; NULL when nobody wants to know
 */
struct socket {
	int fd;
	int lock;
	char path[108];
	dev_t dev;
	ino_t ino;
	uv_fs_event_t *watch;
};

/**
 * sockets_watch - be told when a socket that is listened on from now on is removed
 * @loop: must outlive socket_remove()
 * @gone: called with its path. Nobody can connect to it any more
 */
void sockets_watch(uv_loop_t *loop, void (*gone)(const char *path));

/**
 * socket_listen - listen on a UNIX socket
 * @socket: filled in when 0 is returned
 * @path: where; its directory is made when only that is missing. A socket that a
 *	dead process left there is replaced
 * @mode: permissions
 * @group: of the socket
 *
 * The socket is never seen with other permissions, and never without somebody who
 * listens: it is made beside its place and then renamed.
 *
 * Return: 0, or a negative errno and the log says why; -EADDRINUSE when another
 * process listens there.
 */
int socket_listen(struct socket *socket, const char *path, mode_t mode, gid_t group);

/** socket_remove - remove the socket, if it is there, and unlock it; does not close @fd */
void socket_remove(struct socket *socket);

/**
 * socket_peer - the process at the other end of a connection
 * @fd: the connection
 * @uid: set to its user; -1 when not known
 *
 * Return: its id when it connected; 0 when it is not to be known here.
 */
pid_t socket_peer(int fd, uid_t *uid);

#endif
