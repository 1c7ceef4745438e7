// SPDX-License-Identifier: GPL-2.0-only
#include "backup.h"
#include "../profile/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int make_directory(const char *root)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s" BACKUPS, root) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	/* The directory above is there, or is made the same way. */
	for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return -errno;
	}
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

int backup_write(const char *root, const char *name, const char *xml, char path[static PATH_MAX])
{
	/* Whoever has made the directory. */
	const struct stat rights = { .st_mode = 0600, .st_uid = geteuid(), .st_gid = getegid() };
	time_t now = time(NULL);
	char when[32] = "";
	struct tm tm;
	int err = make_directory(root);

	if (err)
		return err;
	if (localtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &tm);
	for (int i = 0; i < 100; i++) {
		char number[16] = "";

		if (i)
			snprintf(number, sizeof(number), ".%d", i);
		if (snprintf(path, PATH_MAX, "%s" BACKUPS "/%s.%s%s.xml", root, name, when,
			     number) >= PATH_MAX)
			return -ENAMETOOLONG;
		if (access(path, F_OK))
			return file_replace_as(path, xml, strlen(xml), &rights);
	}
	return -EEXIST;
}
