// SPDX-License-Identifier: GPL-2.0-only
#include "advice.h"
#include "../client/sysfs.h"
#include "../machine/bootloader.h"
#include "../machine/conf.h"
#include "../machine/initramfs.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* " && sudo update-grub" of { "update-grub", NULL }. */
static void say_command(const char *const *argv, char text[static 128])
{
	size_t n = 0;

	*text = '\0';
	for (size_t i = 0; argv[i] && n < 128; i++)
		n += snprintf(text + n, 128 - n, "%s%s", i ? " " : " && sudo ", argv[i]);
}

void advice_initramfs(const struct host *host, char command[static 128])
{
	const struct initramfs *initramfs = initramfs_find(host->root);

	*command = '\0';
	if (initramfs)
		say_command(initramfs->command, command);
}

/* A word of the command line, and where it was found. */
struct place {
	const char *word;
	char path[PATH_MAX];
	unsigned int line;
};

static int take_word(const struct conf_line *line, void *data)
{
	struct place *place = data;
	size_t n = strlen(place->word);

	for (const char *at = line->text; (at = strstr(at, place->word)); at += n) {
		if ((at > line->text && !strchr(" \t\"'=", at[-1])) ||
		    (at[n] && !strchr(" \t\"'", at[n])))
			continue;
		snprintf(place->path, sizeof(place->path), "%s", line->path);
		place->line = line->first;
		return 1;
	}
	return 0;
}

/* Where the boot loader is told a word; Debian's GRUB has a directory of settings, too. */
static bool find(const struct host *host, const struct bootloader *boot, struct place *place)
{
	static const char * const drop_ins[] = { BOOTLOADER_GRUB ".d", NULL };
	struct conf_files files = {};
	char path[PATH_MAX];
	bool found = false;

	if (boot->grub) {
		found = conf_lines(host->root, BOOTLOADER_GRUB, take_word, place) > 0;
		conf_find(host->root, drop_ins, ".cfg", &files);
	}
	for (size_t i = 0; i < files.n && !found; i++) {
		snprintf(path, sizeof(path), "%s/%s", drop_ins[0], files.list[i].name);
		found = conf_lines(host->root, path, take_word, place) > 0;
	}
	free(files.list);
	for (size_t i = 0; i < boot->n && !found; i++)
		found = conf_lines(host->root, boot->entries[i], take_word, place) > 0;
	return found;
}

/* The directory of systemd-boot's entries. */
static int entries(const struct bootloader *boot)
{
	return strrchr(boot->entries[0], '/') - boot->entries[0];
}

void fix_cmdline_add(const struct host *host, struct checks *checks, const char *word,
		     const char *more)
{
	const char *semicolon = more ? "; " : "";
	struct place place = { .word = word };
	char command[128];
	struct bootloader boot;

	more = more ?: "";
	bootloader_find(host->root, &boot);
	say_command(boot.command, command);
	if (find(host, &boot, &place)) {
		check_fix(checks, "reboot: %s is in %s, but not yet on the kernel command line%s%s",
			  word, place.path, semicolon, more);
	} else if (boot.grub && *command) {
		check_fix(checks,
			  "echo 'GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT %s\"' | sudo tee -a %s%s, then reboot%s%s",
			  word, BOOTLOADER_GRUB, command, semicolon, more);
	} else if (boot.n) {
		/* What the next kernels' are made with is one line, without a name. */
		snprintf(command, sizeof(command), " && sudo sed -i '1s/$/ %s/' %s", word,
			 BOOTLOADER_CMDLINE);
		check_fix(checks,
			  "sudo sed -i '/^options/s/$/ %s/' %.*s/*.conf%s, then reboot%s%s", word,
			  entries(&boot), boot.entries[0], boot.cmdline ? command : "", semicolon,
			  more);
	} else {
		check_fix(checks, "add %s to the kernel command line and reboot%s%s", word,
			  semicolon, more);
	}
	bootloader_free(&boot);
}

void fix_cmdline_remove(const struct host *host, struct checks *checks, const char *word)
{
	struct place place = { .word = word };
	char command[128];
	struct bootloader boot;

	bootloader_find(host->root, &boot);
	say_command(boot.command, command);
	if (!find(host, &boot, &place)) {
		check_fix(checks, "remove %s from the kernel command line and reboot", word);
	} else if (boot.grub && *command) {
		check_fix(checks, "sudo sed -i '%us/\\b%s\\b//' %s%s, then reboot",
			  place.line, word, place.path, command);
	} else if (boot.n) {
		check_fix(checks, "sudo sed -i 's/\\b%s\\b//' %.*s/*.conf%s, then reboot",
			  word, entries(&boot), boot.entries[0],
			  boot.cmdline ? " " BOOTLOADER_CMDLINE : "");
	} else {
		check_fix(checks, "remove %s from %s and reboot", word, place.path);
	}
	bootloader_free(&boot);
}
