// SPDX-License-Identifier: GPL-2.0-only
#include "group.h"
#include "../client/sysfs.h"
#include "slot.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int group_read(const char *root, const char *address, struct group *group)
{
	char number[16], path[PATH_MAX], *end;
	struct dirent **entries;
	int n;

	memset(group, 0, sizeof(*group));
	if (!sysfs_link(number, sizeof(number), root, "/sys/bus/pci/devices/%s/iommu_group",
			address))
		return -ENOENT;
	group->number = strtoul(number, &end, 10);
	if (end == number || *end)
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/sys/kernel/iommu_groups/%s/devices", root, number);
	n = scandir(path, &entries, NULL, alphasort);
	if (n < 0)
		return -errno;
	group->members = calloc(n + 1, sizeof(*group->members));
	for (int i = 0; i < n; i++) {
		/* Not all members need be PCI functions, and "." is none. */
		if (group->members &&
		    function_read(root, entries[i]->d_name, &group->members[group->n]))
			group->n++;
		free(entries[i]);
	}
	free(entries);
	return group->members ? 0 : -ENOMEM;
}

void group_free(struct group *group)
{
	free(group->members);
	memset(group, 0, sizeof(*group));
}

enum group_role group_role(const struct gpu *gpu, const struct gpu_function *member)
{
	if (slot_has(gpu, member->address))
		return GROUP_OF_GPU;
	if (function_is_bridge(member) &&
	    (!member->driver[0] || !strcmp(member->driver, "pcieport")))
		return GROUP_HARMLESS;
	if (!member->driver[0] || function_is_vfio(member) || !strcmp(member->driver, "pci-stub"))
		return GROUP_TAKEN;
	return GROUP_IN_THE_WAY;
}
