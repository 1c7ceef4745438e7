// SPDX-License-Identifier: GPL-2.0-only
#include "fights.h"
#include "../client/sysfs.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fight_found(const struct host *host, struct checks *checks, const struct conf_line *line,
		 const char *format, ...)
{
	char where[PATH_MAX + 16], what[512], insist[8];
	enum check_result result;
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(where, sizeof(where), "%s:%u", line->path, line->first);
	sysfs_read(insist, sizeof(insist), host->root, "/sys/module/gpupm/parameters/insist");
	result = strcmp(insist, "Y") ? CHECK_FAILURE : CHECK_WARNING;
	check_add(checks, "fights", where, result, "%s%s", what,
		  result == CHECK_WARNING ? "; the module puts it back, each time" : "");
}

void fight_lines(const struct conf_line *line, char lines[static 32])
{
	snprintf(lines, 32, line->first == line->last ? "%u" : "%u,%u", line->first, line->last);
}

static int take_powertop(const struct conf_line *line, void *data)
{
	if (!strstr(line->text, "powertop") || !strstr(line->text, "--auto-tune"))
		return 0;
	snprintf(data, PATH_MAX + 16, "%s:%u", line->path, line->first);
	return 1;
}

/* It writes "auto" everywhere and nothing else, which is no fight; but it is asked for. */
static bool find_powertop(const struct host *host, char where[PATH_MAX + 16])
{
	static const char * const units[] = {
		"/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
	};
	char path[PATH_MAX];

	if (conf_lines(host->root, "/etc/rc.local", take_powertop, where))
		return true;
	if (!sysfs_exists(host->root,
			  "/etc/systemd/system/multi-user.target.wants/powertop.service"))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		snprintf(path, sizeof(path), "%s/powertop.service", units[i]);
		if (sysfs_exists(host->root, "%s", path))
			return conf_lines(host->root, path, take_powertop, where);
	}
	return false;
}

void check_fights(const struct host *host, struct checks *checks)
{
	char powertop[PATH_MAX + 16];
	size_t before = checks->n;

	if (!host->gpus.n)
		return;
	check_tlp(host, checks);
	check_laptop_mode(host, checks);
	check_tuned(host, checks);
	check_units(host, checks);
	check_udev(host, checks);
	if (checks->n == before)
		check_add(checks, "fights", NULL, CHECK_OK,
			  "neither TLP, laptop-mode-tools, tuned, systemd nor a udev rule turns runtime PM of the GPU off");
	if (find_powertop(host, powertop))
		check_add(checks, "fights", powertop, CHECK_OK,
			  "powertop turns runtime PM of all devices on, which suits the GPU");
}
