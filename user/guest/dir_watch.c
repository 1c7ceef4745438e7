// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches a directory with inotify, or the nearest one above it that is there.
 * libuv's own watch also tells of every write to every file in it, and so would
 * wake the daemon for somebody's log.
 */
#include "dir_watch.h"
#include "../daemon/log.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define INSIDE	(IN_CREATE | IN_MOVED_TO | IN_ATTRIB)
#define ITSELF	(IN_DELETE_SELF | IN_MOVE_SELF)

struct dir_watch {
	uv_poll_t poll;
	int fd;
	int wd;
	dir_changed *changed;
	void *data;
	char *path;
	/* What is watched is the first bytes of the path. */
	size_t watched;
};

/* The length of the directory above the one that is the first @n bytes of @path. */
static size_t above(const char *path, size_t n)
{
	while (n && path[n - 1] != '/')
		n--;
	while (n && path[n - 1] == '/')
		n--;
	return n;
}

static int watch_one(struct dir_watch *watch, size_t n)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.*s", (int)n, watch->path);
	return inotify_add_watch(watch->fd, n ? path : "/", INSIDE | ITSELF | IN_ONLYDIR);
}

/*
 * Watches the deepest directory on the way to the path. Each is watched before one
 * looks for the next, so that none comes to be unseen.
 */
static void arm(struct dir_watch *watch)
{
	size_t ends[PATH_MAX / 2], n = strlen(watch->path), depth = 0;
	int wd, next;

	for (; n; n = above(watch->path, n))
		ends[depth++] = n;
	wd = watch_one(watch, 0);
	while (depth) {
		next = watch_one(watch, ends[depth - 1]);
		if (next < 0)
			break;
		if (wd != next)
			inotify_rm_watch(watch->fd, wd);
		wd = next;
		n = ends[--depth];
	}
	if (wd < 0)
		log_warning("cannot watch %s: %s; what comes to be there is not noticed",
			    watch->path, strerror(errno));
	if (watch->wd >= 0 && watch->wd != wd)
		inotify_rm_watch(watch->fd, watch->wd);
	watch->wd = wd;
	watch->watched = n;
}

/* Whether @name is the next directory on the way to the path. */
static bool on_the_way(const struct dir_watch *watch, const char *name)
{
	const char *rest = watch->path + watch->watched;
	size_t n = strlen(name);

	rest += strspn(rest, "/");
	return !strncmp(rest, name, n) && (!rest[n] || rest[n] == '/');
}

static void on_event(struct dir_watch *watch, const struct inotify_event *event, bool *rearm,
		     const char **entry)
{
	bool arrived = !watch->path[watch->watched];
	const char *name = event->len ? event->name : NULL;

	*entry = NULL;
	if (event->mask & IN_Q_OVERFLOW)
		*rearm = true;
	else if (event->wd != watch->wd)
		return;
	else if (event->mask & (ITSELF | IN_IGNORED))
		*rearm = true;
	else if (arrived)
		*entry = name;
	else if (name && on_the_way(watch, name))
		*rearm = true;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	struct dir_watch *watch = poll->data;
	const struct inotify_event *event;
	const char *entry;
	bool rearm = false;
	ssize_t n;

	(void)status;
	(void)events;
	n = read(watch->fd, buffer, sizeof(buffer));
	for (char *at = buffer; n > 0 && at < buffer + n; at += sizeof(*event) + event->len) {
		event = (const struct inotify_event *)at;
		on_event(watch, event, &rearm, &entry);
		if (entry)
			watch->changed(watch->data, entry);
		if (!watch->changed)
			return;
	}
	if (!rearm)
		return;
	arm(watch);
	/* It came, or went and came again: what is in it came before the watch. */
	if (!watch->path[watch->watched])
		watch->changed(watch->data, NULL);
}

struct dir_watch *dir_watch_open(uv_loop_t *loop, const char *path, dir_changed *changed,
				 void *data)
{
	struct dir_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		abort();
	watch->path = strndup(path, PATH_MAX - 1);
	if (!watch->path)
		abort();
	for (size_t n = strlen(watch->path); n > 1 && watch->path[n - 1] == '/'; n--)
		watch->path[n - 1] = '\0';
	watch->changed = changed;
	watch->data = data;
	watch->wd = -1;
	watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch->fd < 0) {
		log_warning("cannot watch %s: %s; what comes to be there is not noticed", path,
			    strerror(errno));
		return watch;
	}
	uv_poll_init(loop, &watch->poll, watch->fd);
	watch->poll.data = watch;
	arm(watch);
	uv_poll_start(&watch->poll, UV_READABLE, on_readable);
	return watch;
}

static void on_close(uv_handle_t *handle)
{
	struct dir_watch *watch = handle->data;

	close(watch->fd);
	free(watch->path);
	free(watch);
}

void dir_watch_close(struct dir_watch *watch)
{
	if (!watch)
		return;
	watch->changed = NULL;
	if (watch->fd >= 0) {
		uv_close((uv_handle_t *)&watch->poll, on_close);
		return;
	}
	free(watch->path);
	free(watch);
}
