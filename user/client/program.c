// SPDX-License-Identifier: GPL-2.0-only
#include "program.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LIBEXEC	"/../libexec/"

const char *program_find(char path[static PATH_MAX], const char *name)
{
	size_t room = sizeof(LIBEXEC) + strlen(name);
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - room);
	char *slash;

	if (n < 0)
		return name;
	path[n] = '\0';
	slash = strrchr(path, '/');
	/* readlink() has left room for the longer of the two. */
	snprintf(slash, room, LIBEXEC "%s", name);
	if (access(path, X_OK))
		snprintf(slash, room, "/%s", name);
	return path;
}
