// SPDX-License-Identifier: GPL-2.0-only
#include "root.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

char root[PATH_MAX - 512];

/* Not in the fuzzer's own directory: a disk would do nothing else. */
static void make_root(const char *const *files, size_t n)
{
	const char *tmp = getenv("TMPDIR");
	char path[PATH_MAX];

	snprintf(root, sizeof(root), "%s/gpupm-fuzz.XXXXXX", tmp ? tmp : "/dev/shm");
	MUST(mkdtemp(root));
	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", root, files[i] + (files[i][0] == '@'));
		for (char *at = path + strlen(root) + 1; (at = strchr(at, '/')); *at++ = '/') {
			*at = '\0';
			mkdir(path, 0755);
		}
	}
}

static void put(const char *file, const uint8_t *data, size_t n)
{
	char path[PATH_MAX], target[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", root, file + (*file == '@'));
	if (*file == '@') {
		memcpy(target, data, n);
		target[n] = '\0';
		unlink(path);
		if (symlink(target, path))
			MUST(!*target);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	MUST(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	close(fd);
}

static void clear(const char *const *files, size_t n)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", root, files[i] + (files[i][0] == '@'));
		unlink(path);
	}
}

void root_fill(const char *const *files, size_t n, const uint8_t *data, size_t size)
{
	if (!root[0])
		make_root(files, n);
	clear(files, n);
	while (size >= 2) {
		size_t length = data[1] < size - 2 ? data[1] : size - 2;

		put(files[data[0] % n], data + 2, length);
		data += 2 + length;
		size -= 2 + length;
	}
}
