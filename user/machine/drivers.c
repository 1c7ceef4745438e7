// SPDX-License-Identifier: GPL-2.0-only
#include "drivers.h"
#include "../client/sysfs.h"
#include "modprobe.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct drivers *drivers, const char *name)
{
	for (size_t i = 0; i < drivers->n; i++)
		if (module_same(drivers->name[i], name))
			return;
	/* Those wait until they are told to take a function. */
	if (drivers->n < DRIVERS_MAX && !strstr(name, "vfio"))
		snprintf(drivers->name[drivers->n++], sizeof(drivers->name[0]), "%s", name);
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
	while (getline(&line, &size, file) > 0)
		if (sscanf(line, "alias %255s %63s", pattern, module) == 2 &&
		    !strncmp(pattern, "pci:", 4) && !fnmatch(pattern, alias, 0))
			add(drivers, module);
	free(line);
	fclose(file);
	return true;
}
