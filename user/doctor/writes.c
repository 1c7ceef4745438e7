// SPDX-License-Identifier: GPL-2.0-only
/* Lines of scripts, units and profiles that write to a GPU's power/control themselves. */
#include "../client/sysfs.h"
#include "../machine/initramfs.h"
#include "fights.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a text has a word that is no part of a path, a number or another word; or NULL. */
static const char *find_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += n) {
		unsigned char before = at > text ? at[-1] : ' ', after = at[n];

		if (!isalnum(before) && !strchr("_-/.:", before) &&
		    (!after || (!isalnum(after) && !strchr("_-/.:", after))))
			return at;
	}
	return NULL;
}

/* Whether a path in a line is that of one of our devices, or of all. */
static bool is_ours(const struct host *host, const char *text)
{
	if (strstr(text, "pci/devices/*") || strstr(text, "pci/devices/$"))
		return true;
	for (size_t i = 0; i < host->gpus.n; i++) {
		const struct gpu *gpu = &host->gpus.gpus[i];

		for (size_t j = 0; j < gpu->n_functions; j++)
			if (strstr(text, gpu->functions[j].address))
				return true;
		for (size_t j = 0; j < gpu->n_ports; j++)
			if (strstr(text, gpu->ports[j].address))
				return true;
	}
	return false;
}

struct scan {
	const struct host *host;
	struct checks *checks;
	const char *who;
	char include[128];
};

/*
 * Has a line write something else instead: to take it out might leave a script that is
 * none. What is in front of the word tells it from others, as the 0 of an address.
 */
static void fix_word(struct checks *checks, const struct conf_line *line, const char *at,
		     const char *word, const char *instead)
{
	const char *from = at;
	char before[32], lines[32];

	while (from > line->text && isblank((unsigned char)from[-1]))
		from--;
	while (from > line->text && at - from < 16 &&
	       (isalpha((unsigned char)from[-1]) || from[-1] == '-'))
		from--;
	if (from == at && from > line->text)
		from--;
	/* A quote would end sed's own. */
	snprintf(before, sizeof(before), *from == '\'' ? "\\x27" : "%.*s", (int)(at - from), from);
	fight_lines(line, lines);
	check_fix(checks, "sudo sed -i '%ss/%s%s/%s%s/' %s, then reboot", lines, before, word,
		  before, instead, line->path);
}

static int take_write(const struct conf_line *line, void *data)
{
	const char *text = line->text, *on, *zero;
	struct scan *scan = data;

	if (!strncmp(text, "include=", strlen("include=")))
		snprintf(scan->include, sizeof(scan->include), "%s", text + strlen("include="));
	if (*text == ';' || !is_ours(scan->host, text))
		return 0;
	on = strstr(text, "power/control") ? find_word(text, "on") : NULL;
	zero = strstr(text, "d3cold_allowed") ? find_word(text, "0") : NULL;
	if (on) {
		fight_found(scan->host, scan->checks, line,
			    "%s turns runtime PM of the GPU off: %s", scan->who, text);
		fix_word(scan->checks, line, on, "on", "auto");
	} else if (zero) {
		fight_found(scan->host, scan->checks, line, "%s forbids the GPU D3cold: %s",
			    scan->who, text);
		fix_word(scan->checks, line, zero, "0", "1");
	}
	return 0;
}

static void scan_files(struct scan *scan, const char *const *directories, const char *suffix)
{
	struct conf_files files = {};
	char path[PATH_MAX];

	conf_find(scan->host->root, directories, suffix, &files);
	for (size_t i = 0; i < files.n; i++) {
		snprintf(path, sizeof(path), "%s/%s", files.list[i].directory, files.list[i].name);
		conf_lines(scan->host->root, path, take_write, scan);
	}
	free(files.list);
}

/* Scripts and settings of the profile that is on, and of those that it is made of. */
void check_tuned(const struct host *host, struct checks *checks)
{
	static const char * const places[] = {
		"/etc/tuned", "/etc/tuned/profiles", "/usr/lib/tuned", "/usr/lib/tuned/profiles",
	};
	struct scan scan = { .host = host, .checks = checks, .who = "tuned" };
	char active[128];

	if (!program_exists(host->root, "tuned") ||
	    !sysfs_read(active, sizeof(active), host->root, "/etc/tuned/active_profile"))
		return;
	snprintf(scan.include, sizeof(scan.include), "%s", active);
	/* No chain is longer; one that bites its tail is. */
	for (int depth = 0; depth < 8 && scan.include[0]; depth++) {
		char name[128], path[256];

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(scan.include, " ,\t"),
			 scan.include);
		scan.include[0] = '\0';
		for (size_t i = 0; i < 4; i++) {
			const char *directories[] = { path, NULL };

			snprintf(path, sizeof(path), "%s/%s", places[i], name);
			if (!sysfs_exists(host->root, "%s/tuned.conf", path))
				continue;
			scan_files(&scan, directories, "");
			break;
		}
	}
}

void check_units(const struct host *host, struct checks *checks)
{
	static const char * const units[] = { "/etc/systemd/system", NULL };
	static const char * const tmpfiles[] = {
		"/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/lib/tmpfiles.d", NULL
	};
	struct scan scan = { .host = host, .checks = checks, .who = "a unit of systemd" };

	scan_files(&scan, units, ".service");
	scan.who = "systemd-tmpfiles";
	scan_files(&scan, tmpfiles, ".conf");
	scan.who = "the machine's own start script";
	conf_lines(host->root, "/etc/rc.local", take_write, &scan);
}
