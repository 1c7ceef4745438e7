// SPDX-License-Identifier: GPL-2.0-only
/* The disks of a VM: that the host's data survive them, and that they are fast. */
#include "../client/sysfs.h"
#include "vm.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DISKS	"(/domain/devices/disk[not(@device) or @device='disk'])"
#define EDIT_DRIVER "sudo virsh edit %s: in the <driver> of %s, "

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

/* Whether a block device is a disk or a partition of it. */
static bool is_part(const char *root, const char *name, const char *part)
{
	return !strcmp(part, name) ||
	       sysfs_exists(root, "/sys/class/block/%s/%s/partition", name, part);
}

/* Where a list of the kernel has a disk or a part of it: in what is behind the device. */
static bool is_listed(const char *root, const char *list, const char *name, char what[256])
{
	char path[PATH_MAX], source[256], part[NAME_SIZE], *line = NULL;
	bool found = false;
	size_t length = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s%s", root, list);
	file = fopen(path, "re");
	while (!found && file && getline(&line, &length, file) > 0)
		found = sscanf(line, "%255s %255s", source, what) == 2 &&
			!strncmp(source, "/dev/", 5) && kernel_name(root, source, part) &&
			is_part(root, name, part);
	free(line);
	if (file)
		fclose(file);
	return found;
}

/* The device, such as a LUKS or LVM volume, that the host has made of a disk or a part. */
static bool has_holder(const char *root, const char *name, char what[256])
{
	const struct dirent *entry;
	char path[PATH_MAX];
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/sys/class/block/%s/holders", root, name);
	dir = opendir(path);
	while (!found && dir && (entry = readdir(dir))) {
		found = entry->d_name[0] != '.';
		if (found)
			snprintf(what, 256, "%s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool is_held(const char *root, const char *name, char what[256])
{
	const struct dirent *entry;
	char path[PATH_MAX];
	bool found = false;
	DIR *dir;

	if (has_holder(root, name, what))
		return true;
	snprintf(path, sizeof(path), "%s/sys/class/block", root);
	dir = opendir(path);
	while (!found && dir && (entry = readdir(dir)))
		found = entry->d_name[0] != '.' && is_part(root, name, entry->d_name) &&
			has_holder(root, entry->d_name, what);
	if (dir)
		closedir(dir);
	return found;
}

static void check_device(const struct vm_look *vm, const char *disk, const char *path,
			 struct checks *checks)
{
	const char *root = vm->wish.root;
	char name[NAME_SIZE], what[256];

	if (!kernel_name(root, path, name)) {
		check_add(checks, "disk", disk, CHECK_FAILURE, "%s is not there", path);
		check_fix(checks, "connect the disk, or sudo virsh edit %s", vm->name);
	} else if (sysfs_exists(root, "/sys/class/block/%s/partition", name)) {
		check_add(checks, "disk", disk, CHECK_FAILURE,
			  "%s is a single partition (%s): a guest that is installed on it cannot boot by itself, and makes partitions inside a partition",
			  path, name);
		check_fix(checks, "give it the whole disk, or a logical volume, or an image: sudo virsh edit %s",
			  vm->name);
	} else if (is_listed(root, "/proc/self/mounts", name, what)) {
		check_add(checks, "disk", disk, CHECK_FAILURE,
			  "the host has %s, or a part of it, mounted at %s: both write to it", path,
			  what);
		check_fix(checks, "sudo umount %s, and take it out of /etc/fstab", what);
	} else if (is_listed(root, "/proc/swaps", name, what)) {
		check_add(checks, "disk", disk, CHECK_FAILURE,
			  "the host swaps to %s, or a part of it: both write to it", path);
		check_fix(checks, "give it another disk: sudo virsh edit %s", vm->name);
	} else if (is_held(root, name, what)) {
		check_add(checks, "disk", disk, CHECK_FAILURE,
			  "the host has %s, or a part of it, in use for %s (LUKS, LVM or RAID: see lsblk): both write to it",
			  path, what);
		check_fix(checks, "give it another disk: sudo virsh edit %s", vm->name);
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
	} else if (vm_hidden(vm, path, F_OK, "disk", checks)) {
		return;
	} else if (device) {
		check_device(vm, disk, path, checks);
	} else if (sysfs_exists(vm->wish.root, "%s", path)) {
		check_add(checks, "disk", disk, CHECK_OK, "it is the file %s", path);
	} else {
		check_add(checks, "disk", disk, CHECK_FAILURE, "there is no file %s", path);
		check_fix(checks, "sudo virsh edit %s", vm->name);
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
		check_fix(checks, EDIT_DRIVER "cache='none'", vm->name, disk);
	} else if (!strcmp(cache, "writethrough") || !strcmp(cache, "directsync")) {
		check_add(checks, "disk-cache", disk, CHECK_WARNING,
			  "cache='%s': each write waits for the disk, though guests say themselves when it must",
			  cache);
		check_fix(checks, EDIT_DRIVER "cache='none'", vm->name, disk);
	} else if (device && strcmp(cache, "none")) {
		check_add(checks, "disk-cache", disk, CHECK_WARNING,
			  "cache='%s' for a whole device: host and guest both keep what is read in memory",
			  *cache ? cache : "default");
		check_fix(checks, EDIT_DRIVER "cache='none' io='native'", vm->name, disk);
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
	check_fix(checks, EDIT_DRIVER "discard='unmap'", vm->name, disk);
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
