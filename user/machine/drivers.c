// SPDX-License-Identifier: GPL-2.0-only
#include "drivers.h"
#include "../client/sysfs.h"
#include "modprobe.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct drivers *drivers, const char *name, bool built_in)
{
	for (size_t i = 0; i < drivers->n; i++)
		if (module_same(drivers->name[i], name))
			return;
	/* Those wait until they are told to take a function. */
	if (drivers->n == DRIVERS_MAX || strstr(name, "vfio"))
		return;
	drivers->built_in[drivers->n] = built_in;
	snprintf(drivers->name[drivers->n++], sizeof(drivers->name[0]), "%s", name);
}

/* "NAME.alias=PATTERN", each ended by a zero. */
static void read_built_in(const char *root, const char *release, const char *alias,
			  struct drivers *drivers)
{
	char path[PATH_MAX], *item = NULL, pattern[256], module[64];
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/lib/modules/%s/modules.builtin.modinfo", root, release);
	file = fopen(path, "re");
	while (file && getdelim(&item, &size, '\0', file) > 0)
		if (sscanf(item, "%63[^.=].alias=%255s", module, pattern) == 2 &&
		    !strncmp(pattern, "pci:", 4) && !fnmatch(pattern, alias, 0))
			add(drivers, module, true);
	free(item);
	if (file)
		fclose(file);
}

bool drivers_read(const char *root, const char *release, const char *address,
		  struct drivers *drivers)
{
	char path[PATH_MAX], alias[128], *line = NULL, pattern[256], module[64];
	size_t size = 0;
	FILE *file;

	memset(drivers, 0, sizeof(*drivers));
	if (!sysfs_read(alias, sizeof(alias), root, "/sys/bus/pci/devices/%s/modalias", address))
		return false;
	snprintf(path, sizeof(path), "%s/lib/modules/%s/modules.alias", root, release);
	file = fopen(path, "re");
	if (!file)
		return false;
	read_built_in(root, release, alias, drivers);
	while (getline(&line, &size, file) > 0)
		if (sscanf(line, "alias %255s %63s", pattern, module) == 2 &&
		    !strncmp(pattern, "pci:", 4) && !fnmatch(pattern, alias, 0))
			add(drivers, module, false);
	free(line);
	fclose(file);
	return true;
}
