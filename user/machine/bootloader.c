// SPDX-License-Identifier: GPL-2.0-only
#include "bootloader.h"
#include "../client/sysfs.h"
#include "conf.h"
#include "initramfs.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where update-grub has GRUB's configuration written. */
#define GRUB_CFG	"/boot/grub/grub.cfg"

/* The partition of UEFI, or the one for kernels, wherever it is mounted. */
static const char * const entries[] = {
	"/boot/loader/entries", "/efi/loader/entries", "/boot/efi/loader/entries", NULL
};

static int take_linux(const struct conf_line *line, void *data)
{
	*(bool *)data |= !strncmp(line->text, "linux", 5) &&
			 isspace((unsigned char)line->text[5]);
	return 0;
}

static int take_bls(const struct conf_line *line, void *data)
{
	static const char name[] = "GRUB_ENABLE_BLSCFG=";

	if (!strncmp(line->text, name, sizeof(name) - 1))
		*(bool *)data = strstr(line->text, "true");
	return 0;
}

static int find_entries(const char *root, struct bootloader *boot)
{
	struct conf_files files = {};
	int err = conf_find(root, entries, ".conf", &files);

	boot->entries = calloc(files.n + 1, sizeof(*boot->entries));
	if (!boot->entries)
		err = -ENOMEM;
	for (size_t i = 0; i < files.n && !err; i++) {
		bool is_linux = false;
		char *path;

		if (asprintf(&path, "%s/%s", files.list[i].directory, files.list[i].name) < 0) {
			err = -ENOMEM;
			break;
		}
		err = conf_lines(root, path, take_linux, &is_linux);
		if (is_linux && !err)
			boot->entries[boot->n++] = path;
		else
			free(path);
	}
	free(files.list);
	return err;
}

static void find_command(const char *root, struct bootloader *boot)
{
	static const struct bootloader ways[] = {
		{ .command = { "update-grub" } },
		{ .command = { "grub-mkconfig", "-o", GRUB_CFG } },
		{ .command = { "grub2-mkconfig", "-o", "/boot/grub2/grub.cfg" } },
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (!program_exists(root, ways[i].command[0]))
			continue;
		memcpy(boot->command, ways[i].command, sizeof(boot->command));
		return;
	}
}

int bootloader_find(const char *root, struct bootloader *boot)
{
	bool reads_entries = false;
	int err;

	memset(boot, 0, sizeof(*boot));
	err = find_entries(root, boot);
	if (!err)
		err = conf_lines(root, BOOTLOADER_GRUB, take_bls, &reads_entries);
	boot->grub = sysfs_exists(root, BOOTLOADER_GRUB) && !(reads_entries && boot->n);
	if (boot->grub)
		find_command(root, boot);
	boot->cmdline = sysfs_exists(root, BOOTLOADER_CMDLINE);
	return err;
}

struct kernels {
	const char *words;
	bool any, with;
};

static int take_kernel(const struct conf_line *line, void *data)
{
	struct kernels *kernels = data;

	/* And linux16, linuxefi. */
	if (strncmp(line->text, "linux", 5) || !strpbrk(line->text, " \t"))
		return 0;
	kernels->any = true;
	if (strstr(line->text, kernels->words))
		kernels->with = true;
	return 0;
}

bool bootloader_lacks(const char *root, const struct bootloader *boot, const char *words,
		      const char **path)
{
	struct kernels kernels = { .words = words };

	if (!boot->grub || !boot->command[0])
		return false;
	*path = boot->command[1] ? boot->command[2] : GRUB_CFG;
	return !conf_lines(root, *path, take_kernel, &kernels) && kernels.any && !kernels.with;
}

void bootloader_free(struct bootloader *boot)
{
	for (size_t i = 0; i < boot->n; i++)
		free(boot->entries[i]);
	free(boot->entries);
	memset(boot, 0, sizeof(*boot));
}
