// SPDX-License-Identifier: GPL-2.0-only
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			data += n;
			size -= n;
		}
	}
	return 0;
}

static int set_rights(int fd, const struct stat *as)
{
	/* A partition of UEFI has neither, nor does it matter there. */
	if (as && fchown(fd, as->st_uid, as->st_gid))
		return errno == EPERM ? 0 : -errno;
	return fchmod(fd, as ? as->st_mode & 07777 : 0644) ? -errno : 0;
}

static int temporary_of(const char *path, char *temporary)
{
	return snprintf(temporary, PATH_MAX, "%s.new", path) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

void file_clean(const char *path)
{
	char temporary[PATH_MAX];

	if (!temporary_of(path, temporary))
		unlink(temporary);
}

int file_replace_as(const char *path, const void *data, size_t size, const struct stat *as)
{
	char temporary[PATH_MAX];
	int fd, err = temporary_of(path, temporary);

	if (err)
		return err;
	file_clean(path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = write_all(fd, data, size);
	if (!err)
		err = set_rights(fd, as);
	/* The content before the name, also for a machine that loses its power. */
	if (!err && fsync(fd))
		err = -errno;
	close(fd);
	if (!err && rename(temporary, path))
		err = -errno;
	if (err)
		unlink(temporary);
	return err;
}

int file_replace(const char *path, const void *data, size_t size)
{
	return file_replace_as(path, data, size, NULL);
}

/*
 * For what is no file, as a pipe. In a directory of somebody else's a link would have
 * root write to any device of their choice.
 */
static int open_other(const char *path)
{
	struct stat st;
	int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY, fd;

	if (lstat(path, &st))
		return -errno;
	if (!S_ISLNK(st.st_mode))
		flags |= O_NOFOLLOW;
	else if (st.st_uid && st.st_uid != geteuid())
		return -EACCES;
	fd = open(path, flags);
	return fd < 0 ? -errno : fd;
}

int file_write(const char *path, const void *data, size_t size)
{
	struct stat st;
	int fd, err;

	/* A VM that starts in the middle of it must not see half a file. */
	if (stat(path, &st) || S_ISREG(st.st_mode))
		return file_replace(path, data, size);

	fd = open_other(path);
	if (fd < 0)
		return fd;
	err = write_all(fd, data, size);
	return close(fd) && !err ? -errno : err;
}

int file_read(const char *path, size_t max, char **data, size_t *size)
{
	/* It may be anything that somebody named; a FIFO must not stop us. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	int err = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	*data = NULL;
	*size = 0;
	if (fstat(fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	else if ((size_t)st.st_size > max)
		err = -EFBIG;
	if (!err)
		*data = malloc(st.st_size + 1);
	if (!err && !*data)
		err = -ENOMEM;
	do {
		n = err ? 0 : read(fd, *data + *size, st.st_size - *size);
		if (n < 0)
			err = -errno;
		else
			*size += n;
	} while (n > 0);
	close(fd);
	if (err)
		free(*data);
	else
		(*data)[*size] = '\0';
	return err;
}
