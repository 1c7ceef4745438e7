// SPDX-License-Identifier: GPL-2.0-only
/*
 * gpupmd-forward - the relay of a VM: ports of the host that reach the guest.
 * gpupmd runs it, or has systemd run it, with the socket on which both speak as its
 * standard input; see forward/relay.h for what they say.
 *
 * A process of its own, for it is the only one that anybody on the network may reach,
 * and it needs nothing that the daemon has: no rights, no files. When either the VM or
 * the daemon ends, however, the socket is closed and this ends.
 */
#include "forward/relay.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* "nobody" where Linux knows no names. */
#define NOBODY	65534

/* systemd has done so already; a daemon that was started by hand has not. */
static int give_up_root(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	if (geteuid())
		return 0;
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		return -errno;
	return 0;
}

static int is_stream(int fd)
{
	socklen_t size = sizeof(int);
	int type;

	return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_STREAM;
}

int main(int argc, char **argv)
{
	uv_loop_t *loop;
	int err;

	(void)argv;
	if (argc != 1 || !is_stream(STDIN_FILENO)) {
		fputs("usage: gpupmd-forward <>SOCKET; gpupmd runs it\n", stderr);
		return 2;
	}
	err = give_up_root();
	if (err) {
		fprintf(stderr, RELAY_PROGRAM ": cannot give up root's rights: %s\n",
			strerror(-err));
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	loop = uv_default_loop();
	if (!loop) {
		fputs(RELAY_PROGRAM ": cannot make an event loop\n", stderr);
		return 1;
	}
	relay_open(loop, STDIN_FILENO);
	uv_run(loop, UV_RUN_DEFAULT);
	return 0;
}
