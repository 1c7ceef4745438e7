// SPDX-License-Identifier: GPL-2.0-only
#include "sysfs.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool path_of(char *path, const char *root, const char *format, va_list args)
{
	int n = snprintf(path, PATH_MAX, "%s", root);

	return n >= 0 && n < PATH_MAX &&
	       vsnprintf(path + n, PATH_MAX - n, format, args) < PATH_MAX - n;
}

bool sysfs_read(char *buf, size_t size, const char *root, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;
	FILE *file;
	bool ok;

	buf[0] = '\0';
	va_start(args, format);
	ok = path_of(path, root, format, args);
	va_end(args);
	file = ok ? fopen(path, "re") : NULL;
	if (!file)
		return false;
	ok = fgets(buf, size, file);
	if (ok)
		buf[strcspn(buf, "\n")] = '\0';
	else
		buf[0] = '\0';
	fclose(file);
	return ok;
}

static bool target_of(char target[PATH_MAX], const char *root, const char *format, va_list args)
{
	char path[PATH_MAX];
	ssize_t n = -1;

	if (path_of(path, root, format, args))
		n = readlink(path, target, PATH_MAX - 1);
	target[n < 0 ? 0 : n] = '\0';
	return n >= 0;
}

bool sysfs_target(char target[PATH_MAX], const char *root, const char *format, ...)
{
	va_list args;
	bool ok;

	va_start(args, format);
	ok = target_of(target, root, format, args);
	va_end(args);
	return ok;
}

bool sysfs_link(char *buf, size_t size, const char *root, const char *format, ...)
{
	char target[PATH_MAX];
	const char *last;
	va_list args;
	bool ok;

	buf[0] = '\0';
	va_start(args, format);
	ok = target_of(target, root, format, args);
	va_end(args);
	if (!ok)
		return false;
	last = strrchr(target, '/');
	last = last ? last + 1 : target;
	if (strlen(last) >= size)
		return false;
	snprintf(buf, size, "%s", last);
	return true;
}

bool sysfs_exists(const char *root, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;
	bool ok;

	va_start(args, format);
	ok = path_of(path, root, format, args);
	va_end(args);
	return ok && !access(path, F_OK);
}
