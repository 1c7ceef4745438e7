// SPDX-License-Identifier: GPL-2.0-only
#include "socket.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* What is made beside the socket has this much more of a name. */
#define SUFFIX_SIZE	sizeof(".lock")

static uv_loop_t *watch_loop;
static void (*watch_gone)(const char *path);

static int __attribute__((format(printf, 2, 3)))
fail(int err, const char *format, ...)
{
	char what[256];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	log_error("%s: %s", what, strerror(-err));
	return err;
}

static int make_directory(const char *path)
{
	char copy[sizeof(((struct socket *)0)->path)];
	const char *dir;

	snprintf(copy, sizeof(copy), "%s", path);
	dir = dirname(copy);
	if (!mkdir(dir, 0755)) {
		/* Whatever the umask is: the group has to get through. */
		chmod(dir, 0755);
		return 0;
	}
	return errno == EEXIST ? 0 : fail(-errno, "cannot make the directory %s", dir);
}

/* Who holds a lock has its number in the file. */
static int refuse_second(const char *path, int lock)
{
	char pid[16] = "";
	ssize_t n = pread(lock, pid, sizeof(pid) - 1, 0);

	if (n > 0)
		pid[strspn(pid, "0123456789")] = '\0';
	log_error("another gpupmd%s%s%s serves %s already", pid[0] ? " (pid " : "", pid,
		  pid[0] ? ")" : "", path);
	return -EADDRINUSE;
}

/*
 * The lock file stays when the daemon ends: who removes one that another has open
 * already makes two that are both locked.
 */
static int lock_path(const char *path)
{
	char name[sizeof(((struct socket *)0)->path) + SUFFIX_SIZE];
	int lock, err;

	snprintf(name, sizeof(name), "%s.lock", path);
	lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (lock < 0)
		return fail(-errno, "cannot make %s", name);
	if (flock(lock, LOCK_EX | LOCK_NB)) {
		err = errno == EWOULDBLOCK ? refuse_second(path, lock) :
					     fail(-errno, "cannot lock %s", name);
		close(lock);
		return err;
	}
	if (ftruncate(lock, 0) || dprintf(lock, "%d\n", getpid()) < 0) {
		err = fail(-errno, "cannot write to %s", name);
		close(lock);
		return err;
	}
	return lock;
}

static int listen_beside(const char *path, mode_t mode, gid_t group, char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t mask;
	int err;

	if (fd < 0)
		return fail(-errno, "cannot make a socket");
	snprintf(name, sizeof(address.sun_path), "%s.new", path);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
	unlink(name);
	mask = umask(0177);
	err = bind(fd, (struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
	umask(mask);
	if (err)
		err = fail(err, "cannot make the socket %s", path);
	else if (chown(name, -1, group))
		err = fail(-errno, "cannot give the socket %s to group %u", path, group);
	else if (chmod(name, mode))
		err = fail(-errno, "cannot set the permissions of %s", path);
	else if (listen(fd, SOMAXCONN))
		err = fail(-errno, "cannot listen on %s", path);
	if (!err)
		return fd;
	unlink(name);
	close(fd);
	return err;
}

static int replace(const char *path, const char *name)
{
	struct stat st;
	int err = 0;

	if (!lstat(path, &st) && !S_ISSOCK(st.st_mode)) {
		log_error("%s is there and is no socket: remove it, or name another path", path);
		err = -EEXIST;
	} else if (rename(name, path)) {
		err = fail(-errno, "cannot make the socket %s", path);
	}
	if (err)
		unlink(name);
	return err;
}

void sockets_watch(uv_loop_t *loop, void (*gone)(const char *path))
{
	watch_loop = loop;
	watch_gone = gone;
}

static bool is_there(const struct socket *socket)
{
	struct stat st;

	return !lstat(socket->path, &st) && st.st_dev == socket->dev && st.st_ino == socket->ino;
}

static void on_change(uv_fs_event_t *watch, const char *name, int events, int status)
{
	const struct socket *socket = watch->data;

	(void)name;
	(void)events;
	(void)status;
	if (!is_there(socket))
		watch_gone(socket->path);
}

static void on_watch_closed(uv_handle_t *handle)
{
	free(handle);
}

/* The socket itself is watched: nothing happens to it while all is well. */
static void start_watch(struct socket *socket)
{
	uv_fs_event_t *watch = watch_gone ? calloc(1, sizeof(*watch)) : NULL;
	struct stat st = {};
	int err;

	lstat(socket->path, &st);
	socket->dev = st.st_dev;
	socket->ino = st.st_ino;
	socket->watch = watch;
	if (!watch)
		return;
	uv_fs_event_init(watch_loop, watch);
	watch->data = socket;
	err = uv_fs_event_start(watch, on_change, socket->path, 0);
	if (err)
		log_warning("cannot watch %s: %s; nobody notices when it is removed", socket->path,
			    uv_strerror(err));
}

int socket_listen(struct socket *socket, const char *path, mode_t mode, gid_t group)
{
	char name[sizeof(socket->path)];
	int err;

	if (path[0] != '/') {
		log_error("the path of a socket has to begin with /, not '%s'", path);
		return -EINVAL;
	}
	if (strlen(path) + SUFFIX_SIZE > sizeof(socket->path)) {
		log_error("the path %s is too long for a socket: %zu characters at most", path,
			  sizeof(socket->path) - SUFFIX_SIZE);
		return -ENAMETOOLONG;
	}
	snprintf(socket->path, sizeof(socket->path), "%s", path);
	err = make_directory(path);
	if (err)
		return err;
	socket->lock = lock_path(path);
	if (socket->lock < 0)
		return socket->lock;
	socket->fd = listen_beside(path, mode, group, name);
	err = socket->fd < 0 ? socket->fd : replace(path, name);
	if (err) {
		if (socket->fd >= 0)
			close(socket->fd);
		close(socket->lock);
		return err;
	}
	start_watch(socket);
	return 0;
}

void socket_remove(struct socket *socket)
{
	if (is_there(socket))
		unlink(socket->path);
	if (socket->watch)
		uv_close((uv_handle_t *)socket->watch, on_watch_closed);
	socket->watch = NULL;
	close(socket->lock);
	socket->lock = -1;
}

pid_t socket_peer(int fd, uid_t *uid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	*uid = -1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return 0;
	*uid = peer.uid;
	return peer.pid;
}
