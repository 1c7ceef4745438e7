// SPDX-License-Identifier: GPL-2.0-only
/* The disks of a VM: that the host's data survive them, and that they are fast. */
#include "../client/sysfs.h"
#include "vm.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DISKS	"(/domain/devices/disk[not(@device) or @device='disk'])"

/* "sda3" of "/dev/disk/by-id/ata-X-part3"; false when it is not there. */
static bool kernel_name(const char *root, const char *path, char name[NAME_SIZE])
{
	char whole[PATH_MAX], real[PATH_MAX];

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	if (!realpath(whole, real))
		return false;
	snprintf(name, NAME_SIZE, "%.*s", NAME_SIZE - 1, strrchr(real, '/') + 1);
	return true;
}

/* Where the host has mounted a disk or a part of it; false when nowhere. */
static bool is_mounted(const char *root, const char *name, char *where, size_t size)
{
	char path[PATH_MAX], source[256], place[256], part[NAME_SIZE], *line = NULL;
	bool found = false;
	size_t length = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/self/mounts", root);
	file = fopen(path, "re");
	while (!found && file && getline(&line, &length, file) > 0) {
		if (sscanf(line, "%255s %255s", source, place) != 2 ||
		    strncmp(source, "/dev/", 5) || !kernel_name(root, source, part))
			continue;
		found = !strcmp(part, name) ||
			sysfs_exists(root, "/sys/class/block/%s/%s/partition", name, part);
		if (found)
			snprintf(where, size, "%s", place);
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}

static void check_device(const struct vm_look *vm, const char *disk, const char *path,
			 struct checks *checks)
{
	char name[NAME_SIZE], where[256];

	if (!kernel_name(vm->wish.root, path, name)) {
		check_add(checks, "disk", disk, CHECK_FAILURE, "%s is not there", path);
		check_fix(checks, "connect the disk, or virsh edit %s", vm->name);
	} else if (sysfs_exists(vm->wish.root, "/sys/class/block/%s/partition", name)) {
		check_add(checks, "disk", disk, CHECK_FAILURE,
			  "%s is a single partition (%s): a guest that is installed on it cannot boot by itself, and makes partitions inside a partition",
			  path, name);
		check_fix(checks, "give it the whole disk, or a logical volume, or an image: virsh edit %s",
			  vm->name);
	} else if (is_mounted(vm->wish.root, name, where, sizeof(where))) {
		check_add(checks, "disk", disk, CHECK_FAILURE,
			  "the host has %s, or a part of it, mounted at %s: both write to it", path,
			  where);
		check_fix(checks, "sudo umount %s, and take it out of /etc/fstab", where);
	} else {
		check_add(checks, "disk", disk, CHECK_OK, "%s is a whole device of its own", path);
	}
}

static void check_source(const struct vm_look *vm, size_t i, const char *disk,
			 struct checks *checks)
{
	char path[PATH_MAX];
	bool device = xml_value(vm->doc, path, sizeof(path), DISKS "[%zu]/source/@dev", i);

	if (!device && !xml_value(vm->doc, path, sizeof(path), DISKS "[%zu]/source/@file", i)) {
		check_add(checks, "disk", disk, CHECK_OK, "it is neither a device nor a file");
	} else if (vm_hidden(vm, path, "disk", checks)) {
		return;
	} else if (device) {
		check_device(vm, disk, path, checks);
	} else if (sysfs_exists(vm->wish.root, "%s", path)) {
		check_add(checks, "disk", disk, CHECK_OK, "it is the file %s", path);
	} else {
		check_add(checks, "disk", disk, CHECK_FAILURE, "there is no file %s", path);
		check_fix(checks, "virsh edit %s", vm->name);
	}
}

static void check_modes(const struct vm_look *vm, size_t i, const char *disk,
			struct checks *checks)
{
	bool device = xml_find(vm->doc, DISKS "[%zu]/source/@dev", i);
	char cache[32], discard[32];

	if (xml_find(vm->doc, DISKS "[%zu]/readonly", i))
		return;
	xml_value(vm->doc, cache, sizeof(cache), DISKS "[%zu]/driver/@cache", i);
	xml_value(vm->doc, discard, sizeof(discard), DISKS "[%zu]/driver/@discard", i);
	if (!strcmp(cache, "unsafe")) {
		check_add(checks, "disk-cache", disk, CHECK_WARNING,
			  "cache='unsafe': what the guest has written is lost when the host stops");
		check_fix(checks, "virsh edit %s: in the <driver> of %s, cache='none'", vm->name,
			  disk);
	} else if (!strcmp(cache, "writethrough") || !strcmp(cache, "directsync")) {
		check_add(checks, "disk-cache", disk, CHECK_WARNING,
			  "cache='%s': each write waits for the disk, though guests say themselves when it must",
			  cache);
		check_fix(checks, "virsh edit %s: in the <driver> of %s, cache='none'", vm->name,
			  disk);
	} else if (device && strcmp(cache, "none")) {
		check_add(checks, "disk-cache", disk, CHECK_WARNING,
			  "cache='%s' for a whole device: host and guest both keep what is read in memory",
			  *cache ? cache : "default");
		check_fix(checks,
			  "virsh edit %s: in the <driver> of %s, cache='none' io='native'",
			  vm->name, disk);
	} else {
		check_add(checks, "disk-cache", disk, CHECK_OK, "cache='%s'",
			  *cache ? cache : "default");
	}
	if (!strcmp(discard, "unmap")) {
		check_add(checks, "disk-discard", disk, CHECK_OK, "discard='unmap'");
		return;
	}
	check_add(checks, "disk-discard", disk, CHECK_WARNING,
		  "space that the guest frees stays taken (no discard='unmap')");
	check_fix(checks, "virsh edit %s: in the <driver> of %s, discard='unmap'", vm->name, disk);
}

void doctor_vm_disks(const struct vm_look *vm, struct checks *checks)
{
	char disk[NAME_SIZE];
	xmlNodePtr *nodes;
	size_t n = xml_all(vm->doc, &nodes, DISKS);

	free(nodes);
	for (size_t i = 1; i <= n; i++) {
		xml_value(vm->doc, disk, sizeof(disk), DISKS "[%zu]/target/@dev", i);
		check_source(vm, i, disk, checks);
		check_modes(vm, i, disk, checks);
	}
}
