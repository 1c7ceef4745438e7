// SPDX-License-Identifier: GPL-2.0-only
#include "reach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool allows(const char *path, mode_t mode)
{
	struct stat st;

	return !stat(path, &st) && (st.st_mode & mode) == mode;
}

bool reach_all(const char *path, char closed[static PATH_MAX])
{
	char *slash;

	if (!realpath(path, closed)) {
		snprintf(closed, PATH_MAX, "%s", path);
		return false;
	}
	if (!allows(closed, 0004))
		return false;
	while ((slash = strrchr(closed, '/')) && slash != closed) {
		*slash = '\0';
		if (!allows(closed, 0001))
			return false;
	}
	closed[0] = '\0';
	return allows("/", 0001);
}
