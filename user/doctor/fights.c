// SPDX-License-Identifier: GPL-2.0-only
#include "fights.h"
#include "../client/sysfs.h"
#include "../machine/conf.h"
#include "../machine/slot.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNTIME_PM	"/etc/laptop-mode/conf.d/runtime-pm.conf"

void fight_found(const struct host *host, struct checks *checks, const char *path,
		 unsigned int line, const char *format, ...)
{
	char where[PATH_MAX + 16], what[512], insist[8];
	enum check_result result;
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(where, sizeof(where), "%s:%u", path, line);
	sysfs_read(insist, sizeof(insist), host->root, "/sys/module/gpupm/parameters/insist");
	result = strcmp(insist, "Y") ? CHECK_FAILURE : CHECK_WARNING;
	check_add(checks, "fights", where, result, "%s%s", what,
		  result == CHECK_WARNING ? "; the module puts it back, each time" : "");
}

/* ---- settings of the shape NAME=VALUE or NAME="VALUE" ----------------------- */

/* The last that was found is the one that counts. */
struct setting {
	const char *name;
	char value[256];
	char path[PATH_MAX];
	unsigned int line;
};

static int take_setting(const char *path, unsigned int line, const char *text, void *data)
{
	struct setting *setting = data;
	size_t n = strlen(setting->name);

	if (strncmp(text, setting->name, n) || text[n] != '=')
		return 0;
	text += n + 1;
	if (*text == '"' || *text == '\'')
		snprintf(setting->value, sizeof(setting->value), "%.*s",
			 (int)strcspn(text + 1, "\"'"), text + 1);
	else
		snprintf(setting->value, sizeof(setting->value), "%.*s",
			 (int)strcspn(text, " \t#"), text);
	snprintf(setting->path, sizeof(setting->path), "%s", path);
	setting->line = line;
	return 0;
}

/* Whether a list of words has one. */
static bool lists(const char *list, const char *word)
{
	size_t n = strlen(word);

	while (*list) {
		size_t length = strcspn(list, " ,\t");

		if (length == n && !strncmp(list, word, n))
			return true;
		list += length;
		list += strspn(list, " ,\t");
	}
	return false;
}

/* Whether a list has each function, under one of the names it may go by. */
static bool lists_all(const struct host *host, const char *list,
		      const char *(*name)(const struct gpu_function *function, char buf[64]))
{
	char buf[64];

	for (size_t i = 0; i < host->gpus.n; i++)
		for (size_t j = 0; j < host->gpus.gpus[i].n_functions; j++)
			if (!lists(list, name(&host->gpus.gpus[i].functions[j], buf)))
				return false;
	return true;
}

/* As lspci has it: without a domain that is 0000. */
static const char *short_address(const struct gpu_function *function, char buf[64])
{
	(void)buf;
	return strncmp(function->address, "0000:", 5) ? function->address : function->address + 5;
}

static const char *driver_name(const struct gpu_function *function, char buf[64])
{
	(void)buf;
	return function->driver;
}

static const char *ids(const struct gpu_function *function, char buf[64])
{
	snprintf(buf, 64, "%04x:%04x", function->vendor, function->device);
	return buf;
}

/* ---- TLP ---------------------------------------------------------------- */

static void tlp_setting(const struct host *host, const char *name, struct setting *setting)
{
	static const char * const drop_ins[] = { "/etc/tlp.d", NULL };
	struct conf_files files = {};
	char path[PATH_MAX];

	*setting = (struct setting){ .name = name };
	conf_lines(host->root, "/usr/share/tlp/defaults.conf", take_setting, setting);
	conf_find(host->root, drop_ins, ".conf", &files);
	for (size_t i = 0; i < files.n; i++) {
		snprintf(path, sizeof(path), "/etc/tlp.d/%s", files.list[i].name);
		conf_lines(host->root, path, take_setting, setting);
	}
	free(files.list);
	conf_lines(host->root, "/etc/tlp.conf", take_setting, setting);
}

/* Sets what /etc does not set, and changes what it does. */
static void tlp_fix(struct checks *checks, const struct setting *setting, const char *value)
{
	if (!strncmp(setting->path, "/etc/", 5))
		check_fix(checks, "sudo sed -i '%us/=.*/=%s/' %s && sudo tlp start", setting->line,
			  value, setting->path);
	else
		check_fix(checks,
			  "echo '%s=%s' | sudo tee /etc/tlp.d/50-gpupm.conf && sudo tlp start",
			  setting->name, value);
}

static void check_tlp(const struct host *host, struct checks *checks)
{
	static const char * const when[][2] = {
		{ "RUNTIME_PM_ON_AC", "on AC" }, { "RUNTIME_PM_ON_BAT", "on battery" },
	};
	struct setting denied, drivers, enabled, disabled, setting;
	char buf[64];

	if (!sysfs_exists(host->root, "/usr/sbin/tlp"))
		return;
	tlp_setting(host, "TLP_ENABLE", &setting);
	if (!strcmp(setting.value, "0"))
		return;
	tlp_setting(host, "RUNTIME_PM_DENYLIST", &denied);
	tlp_setting(host, "RUNTIME_PM_DRIVER_DENYLIST", &drivers);
	tlp_setting(host, "RUNTIME_PM_ENABLE", &enabled);
	tlp_setting(host, "RUNTIME_PM_DISABLE", &disabled);
	for (size_t i = 0; i < host->gpus.n; i++)
		for (size_t j = 0; j < host->gpus.gpus[i].n_functions; j++) {
			const struct gpu_function *function = &host->gpus.gpus[i].functions[j];

			if (!lists(disabled.value, short_address(function, buf)))
				continue;
			fight_found(host, checks, disabled.path, disabled.line,
				    "TLP turns runtime PM of %s off for good (RUNTIME_PM_DISABLE)",
				    function->address);
			check_fix(checks, "sudo sed -i '%us/%s//' %s && sudo tlp start",
				  disabled.line, short_address(function, buf), disabled.path);
		}
	if (lists_all(host, denied.value, short_address) ||
	    lists_all(host, enabled.value, short_address) ||
	    lists_all(host, drivers.value, driver_name))
		return;
	for (size_t i = 0; i < 2; i++) {
		tlp_setting(host, when[i][0], &setting);
		if (strcmp(setting.value, "on"))
			continue;
		fight_found(host, checks, setting.path, setting.line,
			    "TLP turns runtime PM of all devices off %s (%s=on)", when[i][1],
			    when[i][0]);
		tlp_fix(checks, &setting, "auto");
	}
}

/* ---- laptop-mode-tools ---------------------------------------------------- */

static struct setting laptop_mode(const struct host *host, const char *name)
{
	struct setting setting = { .name = name };

	conf_lines(host->root, RUNTIME_PM, take_setting, &setting);
	return setting;
}

static void check_laptop_mode(const struct host *host, struct checks *checks)
{
	static const char * const when[] = {
		"BATT_SUSPEND_RUNTIME", "LM_AC_SUSPEND_RUNTIME", "NOLM_AC_SUSPEND_RUNTIME",
	};
	struct setting setting;

	if (!sysfs_exists(host->root, "/usr/sbin/laptop_mode"))
		return;
	setting = laptop_mode(host, "CONTROL_RUNTIME_AUTOSUSPEND");
	if (strcmp(setting.value, "1") && strcmp(setting.value, "auto"))
		return;
	setting = laptop_mode(host, "AUTOSUSPEND_RUNTIME_DEVID_BLACKLIST");
	if (lists_all(host, setting.value, ids))
		return;
	setting = laptop_mode(host, "AUTOSUSPEND_RUNTIME_DEVTYPE_BLACKLIST");
	if (lists_all(host, setting.value, driver_name))
		return;
	for (size_t i = 0; i < 3; i++) {
		setting = laptop_mode(host, when[i]);
		if (strcmp(setting.value, "0"))
			continue;
		fight_found(host, checks, setting.path, setting.line,
			    "laptop-mode-tools turns runtime PM of all devices off (%s=0)",
			    when[i]);
		check_fix(checks, "sudo sed -i '%us/=.*/=1/' %s && sudo laptop_mode auto",
			  setting.line, setting.path);
	}
}

/* ---- lines that write to power/control ---------------------------------------- */

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += n) {
		unsigned char before = at > text ? at[-1] : ' ', after = at[n];

		if (!isalnum(before) && before != '_' && before != '-' && before != '/' &&
		    !isalnum(after) && after != '_' && after != '-' && after != '/')
			return true;
	}
	return false;
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
	const char *after;
	char include[128];
};

static int take_write(const char *path, unsigned int line, const char *text, void *data)
{
	struct scan *scan = data;

	if (!strncmp(text, "include=", strlen("include=")))
		snprintf(scan->include, sizeof(scan->include), "%s", text + strlen("include="));
	if (*text == ';' || !is_ours(scan->host, text))
		return 0;
	if (strstr(text, "power/control") && has_word(text, "on"))
		fight_found(scan->host, scan->checks, path, line,
			    "%s turns runtime PM of the GPU off: %s", scan->who, text);
	else if (strstr(text, "d3cold_allowed") && has_word(text, "0"))
		fight_found(scan->host, scan->checks, path, line, "%s forbids the GPU D3cold: %s",
			    scan->who, text);
	else
		return 0;
	check_fix(scan->checks, "sudo sed -i '%ud' %s%s", line, path, scan->after);
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
static void check_tuned(const struct host *host, struct checks *checks)
{
	static const char * const places[] = {
		"/etc/tuned", "/etc/tuned/profiles", "/usr/lib/tuned", "/usr/lib/tuned/profiles",
	};
	struct scan scan = {
		.host = host, .checks = checks, .who = "tuned", .after = ", then reboot",
	};
	char active[128];

	if (!sysfs_exists(host->root, "/usr/sbin/tuned") ||
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

static void check_units(const struct host *host, struct checks *checks)
{
	static const char * const units[] = { "/etc/systemd/system", NULL };
	static const char * const tmpfiles[] = {
		"/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/lib/tmpfiles.d", NULL
	};
	struct scan scan = {
		.host = host, .checks = checks, .who = "a unit of systemd",
		.after = " && sudo systemctl daemon-reload",
	};

	scan_files(&scan, units, ".service");
	scan.after = "";
	scan.who = "systemd-tmpfiles";
	scan_files(&scan, tmpfiles, ".conf");
	scan.who = "the machine's own start script";
	conf_lines(host->root, "/etc/rc.local", take_write, &scan);
}

void check_fights(const struct host *host, struct checks *checks)
{
	size_t before = checks->n;
	bool powertop = sysfs_exists(host->root,
				     "/etc/systemd/system/multi-user.target.wants/powertop.service");

	if (!host->gpus.n)
		return;
	check_tlp(host, checks);
	check_laptop_mode(host, checks);
	check_tuned(host, checks);
	check_units(host, checks);
	check_udev(host, checks);
	if (checks->n == before)
		check_add(checks, "fights", NULL, CHECK_OK,
			  "neither TLP, laptop-mode-tools, tuned, systemd nor a udev rule turns runtime PM of the GPU off%s",
			  powertop ? "; powertop turns it on" : "");
}
