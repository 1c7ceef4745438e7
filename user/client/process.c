// SPDX-License-Identifier: GPL-2.0-only
/*
 * What /proc tells of processes. Everything in it may vanish between two looks,
 * so a file that is not there is never an error.
 */
#include "process.h"
#include "sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The device files through which a function can be open; empty when there is none. */
struct vfio_files {
	char group[64];
	char device[64];
};

static void find_vfio_files(const char *root, const char *address, struct vfio_files *files)
{
	char dir_path[PATH_MAX], group[32], name[32];
	const struct dirent *entry;
	DIR *dir;

	memset(files, 0, sizeof(*files));
	if (sysfs_link(group, sizeof(group), root, "/sys/bus/pci/devices/%s/iommu_group",
		       address)) {
		sysfs_read(name, sizeof(name), root, "/sys/kernel/iommu_groups/%s/name", group);
		snprintf(files->group, sizeof(files->group), "/dev/vfio/%s%s",
			 strcmp(name, "vfio-noiommu") ? "" : "noiommu-", group);
	}

	snprintf(dir_path, sizeof(dir_path), "%s/sys/bus/pci/devices/%s/vfio-dev", root, address);
	dir = opendir(dir_path);
	while (dir && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "vfio", 4))
			snprintf(files->device, sizeof(files->device), "/dev/vfio/devices/%.40s",
				 entry->d_name);
	if (dir)
		closedir(dir);
}

/* 1 when the process has one of @files open, 0 when not, -EACCES when not told. */
static int has_open(const char *root, __u32 pid, const struct vfio_files *files)
{
	char path[PATH_MAX], target[PATH_MAX];
	const struct dirent *entry;
	int result = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc/%u/fd", root, pid);
	dir = opendir(path);
	if (!dir)
		return errno == EACCES ? -EACCES : 0;
	while (!result && (entry = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		if (n < 0)
			continue;
		target[n] = '\0';
		result = !strcmp(target, files->group) || !strcmp(target, files->device);
	}
	closedir(dir);
	return result;
}

/* The next process in /proc, or 0. */
static __u32 next_process(DIR *proc)
{
	const struct dirent *entry;

	while ((entry = readdir(proc))) {
		char *end;
		unsigned long pid = strtoul(entry->d_name, &end, 10);

		if (!*end && pid)
			return pid;
	}
	return 0;
}

static DIR *open_proc(const char *root)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/proc", root);
	return opendir(path);
}

int process_find_opener(const char *root, const char *address, struct gpu_user *user)
{
	struct vfio_files files;
	int result = 0;
	__u32 pid;
	DIR *proc;

	find_vfio_files(root, address, &files);
	if (!files.group[0] && !files.device[0])
		return 0;
	proc = open_proc(root);
	if (!proc)
		return -EACCES;
	while (result != 1 && (pid = next_process(proc))) {
		int open = has_open(root, pid, &files);

		if (open)
			result = open;
		if (open == 1) {
			user->pid = pid;
			sysfs_read(user->comm, sizeof(user->comm), root, "/proc/%u/comm", pid);
		}
	}
	closedir(proc);
	return result;
}

void process_find_user(const char *root, struct gpu *gpu)
{
	struct gpu_user seen = {};

	if (gpu->state != GPUPM_STATE_IN_USE)
		return;
	for (size_t i = 0; i < gpu->n_functions && !seen.pid; i++)
		if (process_find_opener(root, gpu->functions[i].address, &seen) == -EACCES)
			seen.hidden = true;
	/*
	 * The kernel names who touched the GPU last before it was found open, and
	 * that may be libvirtd, which looked at it beside QEMU. An open file is proof.
	 */
	if (seen.pid || !gpu->user.pid)
		gpu->user = seen;
	if (gpu->user.pid) {
		gpu->user.hidden = false;
		process_vm_name(root, gpu->user.pid, gpu->user.vm, sizeof(gpu->user.vm));
	}
}

/* The arguments of a process, each with its NUL, and one more at the end. */
static size_t read_arguments(const char *root, __u32 pid, char *buf, size_t size)
{
	char path[PATH_MAX];
	size_t n = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/%u/cmdline", root, pid);
	file = fopen(path, "re");
	if (file) {
		n = fread(buf, 1, size - 1, file);
		fclose(file);
	}
	buf[n] = '\0';
	return n;
}

/* The value of -name: "NAME,key=value" or "guest=NAME,...", where ",," is a comma. */
static void parse_name(const char *value, char *name, size_t size)
{
	size_t n = 0;
	bool first = true;

	while (*value) {
		bool wanted = !strncmp(value, "guest=", 6);

		if (wanted)
			value += 6;
		else if (first)
			wanted = !strchr(value, '=') || strcspn(value, ",") < strcspn(value, "=");
		for (; *value && (value[0] != ',' || value[1] == ','); value++) {
			if (wanted && n + 1 < size)
				name[n++] = *value;
			if (*value == ',')
				value++;
		}
		if (wanted)
			break;
		if (*value == ',')
			value++;
		first = false;
	}
	name[n] = '\0';
}

void process_vm_name(const char *root, __u32 pid, char *name, size_t size)
{
	/* QEMU's command line is long, but its name comes first with every launcher. */
	char args[16384];
	size_t n = read_arguments(root, pid, args, sizeof(args));

	name[0] = '\0';
	for (size_t at = 0; at < n; at += strlen(args + at) + 1) {
		size_t value = at + strlen(args + at) + 1;

		if ((!strcmp(args + at, "-name") || !strcmp(args + at, "--name")) && value < n) {
			parse_name(args + value, name, size);
			return;
		}
	}
}

size_t process_holders(const char *root, __u32 *pids, size_t max)
{
	DIR *proc = open_proc(root);
	char comm[NAME_SIZE], args[256];
	size_t n = 0;
	__u32 pid;

	while (proc && n < max && (pid = next_process(proc))) {
		size_t len, at;

		if (!sysfs_read(comm, sizeof(comm), root, "/proc/%u/comm", pid) ||
		    strcmp(comm, "gpupm") || pid == (__u32)getpid())
			continue;
		len = read_arguments(root, pid, args, sizeof(args));
		at = strlen(args) + 1;
		if (at < len && (!strcmp(args + at, "hold") || !strcmp(args + at, "test")))
			pids[n++] = pid;
	}
	if (proc)
		closedir(proc);
	return n;
}
