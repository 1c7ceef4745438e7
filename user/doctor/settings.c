// SPDX-License-Identifier: GPL-2.0-only
/* TLP and laptop-mode-tools: what they are told in lines of NAME=VALUE or NAME="VALUE". */
#include "../client/sysfs.h"
#include "../machine/initramfs.h"
#include "../machine/slot.h"
#include "fights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNTIME_PM	"/etc/laptop-mode/conf.d/runtime-pm.conf"

/* The last that was found is the one that counts; NAME+=VALUE adds to it. */
struct setting {
	const char *name;
	char value[512];
	char path[PATH_MAX];
	struct conf_line line;
};

static int take_setting(const struct conf_line *line, void *data)
{
	struct setting *setting = data;
	size_t n = strlen(setting->name), length = 0;
	const char *text = line->text + n, *end = " \t#";

	if (strncmp(line->text, setting->name, n) || text[*text == '+'] != '=')
		return 0;
	if (*text++ == '+') {
		text++;
		length = strlen(setting->value);
	}
	if (*text == '"' || *text == '\'')
		end = *text++ == '"' ? "\"" : "'";
	snprintf(setting->value + length, sizeof(setting->value) - length, "%s%.*s",
		 length ? " " : "", (int)strcspn(text, end), text);
	snprintf(setting->path, sizeof(setting->path), "%s", line->path);
	setting->line = (struct conf_line){ setting->path, line->first, line->last, "" };
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

/* Whether a program leaves each function, and each port above them, alone. */
static bool spares_all(const struct host *host,
		       bool (*spares)(const struct gpu_function *function, const void *data),
		       const void *data)
{
	struct gpu_function port;

	for (size_t i = 0; i < host->gpus.n; i++) {
		const struct gpu *gpu = &host->gpus.gpus[i];

		for (size_t j = 0; j < gpu->n_functions; j++)
			if (!spares(&gpu->functions[j], data))
				return false;
		for (size_t j = 0; j < gpu->n_ports; j++)
			if (function_read(host->root, gpu->ports[j].address, &port) &&
			    !spares(&port, data))
				return false;
	}
	return true;
}

/* ---- TLP ---------------------------------------------------------------- */

/* As lspci has it: without a domain that is 0000. */
static const char *short_address(const char *address)
{
	return strncmp(address, "0000:", 5) ? address : address + 5;
}

/* What is left alone, by address; kept suspended, by address; left alone, by driver. */
struct tlp_lists {
	struct setting denied, enabled, drivers;
};

static bool tlp_spares(const struct gpu_function *function, const void *data)
{
	const char *address = short_address(function->address);
	const struct tlp_lists *tlp = data;

	return lists(tlp->denied.value, address) || lists(tlp->enabled.value, address) ||
	       lists(tlp->drivers.value, function->driver);
}

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
		check_fix(checks, "sudo sed -i '%us/=.*/=%s/' %s && sudo tlp start",
			  setting->line.first, value, setting->path);
	else
		check_fix(checks,
			  "echo '%s=%s' | sudo tee /etc/tlp.d/50-gpupm.conf && sudo tlp start",
			  setting->name, value);
}

void check_tlp(const struct host *host, struct checks *checks)
{
	static const char * const when[][2] = {
		{ "RUNTIME_PM_ON_AC", "on AC" }, { "RUNTIME_PM_ON_BAT", "on battery" },
	};
	struct setting disabled, setting;
	struct tlp_lists tlp;

	if (!program_exists(host->root, "tlp"))
		return;
	tlp_setting(host, "TLP_ENABLE", &setting);
	if (!strcmp(setting.value, "0"))
		return;
	tlp_setting(host, "RUNTIME_PM_DENYLIST", &tlp.denied);
	tlp_setting(host, "RUNTIME_PM_DRIVER_DENYLIST", &tlp.drivers);
	tlp_setting(host, "RUNTIME_PM_ENABLE", &tlp.enabled);
	tlp_setting(host, "RUNTIME_PM_DISABLE", &disabled);
	for (size_t i = 0; i < host->gpus.n; i++)
		for (size_t j = 0; j < host->gpus.gpus[i].n_functions; j++) {
			const char *address = host->gpus.gpus[i].functions[j].address;

			if (!lists(disabled.value, short_address(address)))
				continue;
			fight_found(host, checks, &disabled.line,
				    "TLP turns runtime PM of %s off for good (RUNTIME_PM_DISABLE)",
				    address);
			check_fix(checks, "sudo sed -i '%us/%s//' %s && sudo tlp start",
				  disabled.line.first, short_address(address), disabled.path);
		}
	if (spares_all(host, tlp_spares, &tlp))
		return;
	for (size_t i = 0; i < 2; i++) {
		tlp_setting(host, when[i][0], &setting);
		if (strcmp(setting.value, "on"))
			continue;
		fight_found(host, checks, &setting.line,
			    "TLP turns runtime PM of all devices off %s (%s=on)", when[i][1],
			    when[i][0]);
		tlp_fix(checks, &setting, "auto");
	}
}

/* ---- laptop-mode-tools ---------------------------------------------------- */

static void laptop_mode(const struct host *host, const char *name, struct setting *setting)
{
	*setting = (struct setting){ .name = name };
	conf_lines(host->root, RUNTIME_PM, take_setting, setting);
}

/* What is left alone, by vendor and device, and by driver. */
struct laptop_mode_lists {
	struct setting ids, drivers;
};

static bool laptop_mode_spares(const struct gpu_function *function, const void *data)
{
	const struct laptop_mode_lists *lists_of = data;
	char id[16];

	snprintf(id, sizeof(id), "%04x:%04x", function->vendor, function->device);
	return lists(lists_of->ids.value, id) || lists(lists_of->drivers.value, function->driver);
}

void check_laptop_mode(const struct host *host, struct checks *checks)
{
	static const char * const when[] = {
		"BATT_SUSPEND_RUNTIME", "LM_AC_SUSPEND_RUNTIME", "NOLM_AC_SUSPEND_RUNTIME",
	};
	struct laptop_mode_lists spared;
	struct setting setting;

	if (!program_exists(host->root, "laptop_mode"))
		return;
	laptop_mode(host, "CONTROL_RUNTIME_AUTOSUSPEND", &setting);
	if (strcmp(setting.value, "1") && strcmp(setting.value, "auto"))
		return;
	/* Then it does as it is told with what is on a list, and leaves alone the rest. */
	laptop_mode(host, "AUTOSUSPEND_USE_WHITELIST", &setting);
	if (!strcmp(setting.value, "1"))
		return;
	laptop_mode(host, "AUTOSUSPEND_RUNTIME_DEVID_BLACKLIST", &spared.ids);
	laptop_mode(host, "AUTOSUSPEND_RUNTIME_DEVTYPE_BLACKLIST", &spared.drivers);
	if (spares_all(host, laptop_mode_spares, &spared))
		return;
	for (size_t i = 0; i < 3; i++) {
		laptop_mode(host, when[i], &setting);
		if (strcmp(setting.value, "0"))
			continue;
		fight_found(host, checks, &setting.line,
			    "laptop-mode-tools turns runtime PM of all devices off (%s=0)",
			    when[i]);
		check_fix(checks, "sudo sed -i '%us/=.*/=1/' %s && sudo laptop_mode auto",
			  setting.line.first, setting.path);
	}
}
