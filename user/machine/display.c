// SPDX-License-Identifier: GPL-2.0-only
#include "display.h"
#include "../client/sysfs.h"
#include "slot.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRM	"/sys/class/drm"

/* "card1-eDP-1" is a connector of "card1", whose device is a link to the function. */
static bool is_connector_of(const char *root, const char *name, const struct gpu *gpu)
{
	char address[ADDRESS_SIZE];

	return !strncmp(name, "card", 4) && strchr(name, '-') &&
	       sysfs_link(address, sizeof(address), root, DRM "/%.*s/device",
			  (int)strcspn(name, "-"), name) &&
	       slot_has(gpu, address);
}

/* Looks at all connectors. Return: whether there are any. */
static bool look(const char *root, const struct gpu *gpu, char *how, size_t size)
{
	char path[PATH_MAX], status[32];
	const struct dirent *entry;
	bool any = false;
	DIR *dir;

	snprintf(path, sizeof(path), "%s" DRM, root);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (!is_connector_of(root, entry->d_name, gpu))
			continue;
		any = true;
		if (sysfs_read(status, sizeof(status), root, DRM "/%s/status", entry->d_name) &&
		    !strcmp(status, "connected"))
			snprintf(how, size, "a display is connected to it (" DRM "/%s/status)",
				 entry->d_name);
	}
	if (dir)
		closedir(dir);
	return any;
}

bool display_drives(const char *root, const struct gpu *gpu, char *how, size_t size)
{
	char booted[8];

	*how = '\0';
	if (!look(root, gpu, how, size) &&
	    sysfs_read(booted, sizeof(booted), root, "/sys/bus/pci/devices/%s/boot_vga",
		       gpu->address) &&
	    !strcmp(booted, "1"))
		snprintf(how, size,
			 "firmware booted with it (/sys/bus/pci/devices/%s/boot_vga), and no driver knows better",
			 gpu->address);
	return *how;
}

bool display_only(const char *root, const struct gpu_list *list, const struct gpu *gpu, char *how,
		  size_t size)
{
	char others[256];

	if (!display_drives(root, gpu, how, size))
		return false;
	for (size_t i = 0; i < list->n; i++)
		if (&list->gpus[i] != gpu &&
		    display_drives(root, &list->gpus[i], others, sizeof(others)))
			return false;
	return true;
}
