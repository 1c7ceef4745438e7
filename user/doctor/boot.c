// SPDX-License-Identifier: GPL-2.0-only
#include "boot.h"
#include "../machine/conf.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Whether a list of "10de:25a2,10de:2291" has a function. */
static bool has_id(const char *ids, const struct gpu_function *function)
{
	while (*ids) {
		unsigned int vendor, device;

		if (sscanf(ids, "%x:%x", &vendor, &device) == 2 && vendor == function->vendor &&
		    device == function->device)
			return true;
		ids += strcspn(ids, ",");
		ids += *ids == ',';
	}
	return false;
}

static int take_vfio(const struct conf_line *line, void *data)
{
	char *where = data;

	if (!strstr(line->text, "vfio-pci") && !strstr(line->text, "vfio_pci"))
		return 0;
	snprintf(where, PATH_MAX + 16, "%s:%u", line->path, line->first);
	return 1;
}

/* What puts vfio-pci into the initramfs, "FILE:LINE", or NULL. */
static const char *early(const struct host *host, char where[PATH_MAX + 16])
{
	static const char * const files[] = {
		"/etc/initramfs-tools/modules", "/etc/mkinitcpio.conf", "/etc/dracut.conf",
	};
	static const char * const drop_ins[] = {
		"/etc/dracut.conf.d", "/usr/lib/dracut/dracut.conf.d", "/etc/mkinitcpio.conf.d",
		NULL
	};
	struct conf_files found = {};
	char path[PATH_MAX];
	bool there = false;

	for (size_t i = 0; i < 3 && !there; i++)
		there = conf_lines(host->root, files[i], take_vfio, where);
	conf_find(host->root, drop_ins, ".conf", &found);
	for (size_t i = 0; i < found.n && !there; i++) {
		snprintf(path, sizeof(path), "%s/%s", found.list[i].directory, found.list[i].name);
		there = conf_lines(host->root, path, take_vfio, where);
	}
	free(found.list);
	return there ? where : NULL;
}

static bool is_built_in(const struct host *host)
{
	char path[PATH_MAX], where[PATH_MAX + 16];

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.builtin", host->release);
	return conf_lines(host->root, path, take_vfio, where);
}

/* What tells vfio-pci to take a function at boot, for people, or NULL. */
static const char *told(const struct boot *boot, const struct gpu_function *function,
			char where[PATH_MAX + 16])
{
	const struct modprobe_line *line;
	char ids[512];

	if (cmdline_get(boot->cmdline, "vfio-pci.ids", ids, sizeof(ids)) && has_id(ids, function))
		return "the kernel command line";
	line = modprobe_option(&boot->modprobe, "vfio-pci", "ids", ids, sizeof(ids));
	if (!line || !has_id(ids, function))
		return NULL;
	snprintf(where, PATH_MAX + 16, "%s:%u", line->file, line->line);
	return where;
}

/* An initramfs, what is behind the kernel's release in its name, and what makes it anew. */
static const struct {
	const char *name;
	const char *suffix;
	const char *command;
} images[] = {
	{ "/boot/initrd.img-", "", "sudo update-initramfs -u -k all" },
	{ "/boot/initramfs-", ".img", "sudo dracut --regenerate-all --force" },
	{ "/boot/initramfs-linux.img", NULL, "sudo mkinitcpio -P" },
};

/* Whether a file, "FILE:LINE" or FILE, has been changed since an initramfs was made. */
static bool is_newer(const struct host *host, const char *where, const struct stat *image)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s%.*s", host->root, (int)strcspn(where, ":"), where);
	return *where == '/' && !stat(path, &st) && st.st_mtime > image->st_mtime;
}

/*
 * What makes the initramfs of the kernel that runs anew, when it is older than one of
 * two files that it is made of, or NULL.
 */
static const char *stale(const struct host *host, const char *a, const char *b)
{
	char path[PATH_MAX];
	struct stat st;

	for (size_t i = 0; i < sizeof(images) / sizeof(*images); i++) {
		snprintf(path, sizeof(path), "%s%s%s%s", host->root, images[i].name,
			 images[i].suffix ? host->release : "", images[i].suffix ?: "");
		if (stat(path, &st))
			continue;
		if (is_newer(host, a, &st) || is_newer(host, b, &st))
			return images[i].command;
		break;
	}
	return NULL;
}

void check_boot(const struct host *host, const struct gpu *gpu,
		const struct gpu_function *function, const struct boot *boot, struct checks *checks)
{
	char said[PATH_MAX + 16], put[PATH_MAX + 16];
	const char *by = told(boot, function, said), *in = early(host, put);
	const char *again = by && in ? stale(host, by, in) : NULL;

	if (!by) {
		check_add(checks, "boot", function->address, CHECK_WARNING,
			  "nothing has vfio-pci take %04x:%04x at boot (no ids in modprobe.d or on the kernel command line)",
			  function->vendor, function->device);
		check_fix(checks, "sudo gpupm bind %s", gpu->address);
	} else if (is_built_in(host)) {
		check_add(checks, "boot", function->address, CHECK_OK,
			  "bound as the kernel starts: vfio-pci is built in, and told by %s", by);
	} else if (again) {
		check_add(checks, "boot", function->address, CHECK_WARNING,
			  "it is to be bound in the initramfs, by %s and %s, but the initramfs is older than that",
			  by, in);
		check_fix(checks, "%s", again);
	} else if (in) {
		check_add(checks, "boot", function->address, CHECK_OK,
			  "bound early, in the initramfs: by %s, and %s has vfio-pci there", by,
			  in);
	} else {
		check_add(checks, "boot", function->address, CHECK_WARNING,
			  "bound late: by %s, but vfio-pci is not in the initramfs, so another driver may have it first",
			  by);
		check_fix(checks, "sudo gpupm bind %s", gpu->address);
	}
}

