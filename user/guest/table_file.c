// SPDX-License-Identifier: GPL-2.0-only
#include "table_file.h"
#include "../profile/tables.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Found from where this program is, in bin or in libexec. */
static bool installed(char path[static PATH_MAX])
{
	static const char under[] = "share/gpupm/live.aml";
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof(under));
	char *slash;

	if (n < 0)
		return false;
	path[n] = '\0';
	for (int up = 0; up < 2; up++) {
		slash = strrchr(path, '/');
		if (!slash)
			return false;
		*slash = '\0';
	}
	n = strlen(path);
	snprintf(path + n, PATH_MAX - n, "/%s", under);
	return !access(path, F_OK);
}

bool table_file(const char *vm, char path[static PATH_MAX])
{
	if (vm && snprintf(path, PATH_MAX, TABLE_DIR "/" TABLE_NAME_FOR_VM, vm) < PATH_MAX &&
	    !access(path, F_OK))
		return true;
	snprintf(path, PATH_MAX, TABLE_DIR "/" TABLE_NAME);
	return !access(path, F_OK) || installed(path);
}
