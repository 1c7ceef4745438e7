// SPDX-License-Identifier: GPL-2.0-only
/* udev rules that set what the module needs the other way round, or remove functions. */
#include "../client/sysfs.h"
#include "../machine/slot.h"
#include "fights.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One 'KEY{ATTRIBUTE}=="VALUE"' of a rule. */
struct term {
	char key[32];
	char attribute[64];
	char operator[3];
	char value[256];
};

/* Takes the next term off a rule. Return: whether there was one. */
static bool next_term(const char **rule, struct term *term)
{
	const char *c = *rule + strspn(*rule, " \t,");
	size_t n = strcspn(c, "{=!+-:");

	memset(term, 0, sizeof(*term));
	snprintf(term->key, sizeof(term->key), "%.*s", (int)n, c);
	c += n;
	if (*c == '{') {
		n = strcspn(c + 1, "}");
		snprintf(term->attribute, sizeof(term->attribute), "%.*s", (int)n, c + 1);
		c += n + 1;
		if (*c == '}')
			c++;
	}
	n = strspn(c, "=!+-:");
	snprintf(term->operator, sizeof(term->operator), "%.*s", (int)n, c);
	c += n;
	c += strspn(c, " \t");
	if (!n || *c++ != '"')
		return false;
	n = strcspn(c, "\"");
	snprintf(term->value, sizeof(term->value), "%.*s", (int)n, c);
	c += n;
	*rule = *c ? c + 1 : c;
	return true;
}

/* "0x03*|0x0403*" */
static bool matches(const char *patterns, const char *text)
{
	char one[256];

	for (;;) {
		size_t n = strcspn(patterns, "|");

		snprintf(one, sizeof(one), "%.*s", (int)n, patterns);
		if (!fnmatch(one, text, 0))
			return true;
		if (!patterns[n])
			return false;
		patterns += n + 1;
	}
}

/*
 * Whether a term may be true of a device. What cannot be seen from here may be: a rule
 * that removes a function leaves nothing to look at, but its maker is that of the GPU.
 */
static bool may_hold(const struct host *host, const struct gpu *gpu, const char *address,
		     const struct term *term)
{
	char text[256];
	bool known;

	if (strcmp(term->operator, "==") && strcmp(term->operator, "!="))
		return true;
	if (!strcmp(term->key, "SUBSYSTEM") || !strcmp(term->key, "SUBSYSTEMS")) {
		snprintf(text, sizeof(text), "pci");
		known = true;
	} else if (!strcmp(term->key, "KERNEL")) {
		snprintf(text, sizeof(text), "%s", address);
		known = true;
	} else if (!strcmp(term->key, "DRIVER")) {
		sysfs_link(text, sizeof(text), host->root, "/sys/bus/pci/devices/%s/driver",
			   address);
		known = true;
	} else if (!strcmp(term->key, "ATTR") && !strcmp(term->attribute, "vendor") &&
		   slot_has(gpu, address)) {
		snprintf(text, sizeof(text), "0x%04x", gpu->functions[0].vendor);
		known = true;
	} else if (!strcmp(term->key, "ATTR") && (!strcmp(term->attribute, "vendor") ||
						  !strcmp(term->attribute, "device") ||
						  !strcmp(term->attribute, "class"))) {
		known = sysfs_read(text, sizeof(text), host->root, "/sys/bus/pci/devices/%s/%s",
				   address, term->attribute);
	} else if (!strcmp(term->key, "ATTR") && !strpbrk(term->attribute, "$%[") &&
		   sysfs_exists(host->root, "/sys/bus/pci/devices/%s", address)) {
		/* To read any might wake it. A rule about one that it lacks is not for it. */
		return sysfs_exists(host->root, "/sys/bus/pci/devices/%s/%s", address,
				    term->attribute);
	} else {
		return true;
	}
	return !known || matches(term->value, text) == !strcmp(term->operator, "==");
}

static bool sets(const struct term *term, const char *attribute, const char *value)
{
	return !strcmp(term->key, "ATTR") && !strcmp(term->attribute, attribute) &&
	       (!strcmp(term->operator, "=") || !strcmp(term->operator, ":=")) &&
	       !strcmp(term->value, value);
}

/* What a rule does to a device that we care about, or NULL. */
static const char *does(const struct host *host, const struct gpu *gpu, const char *address,
			const char *rule)
{
	const char *what = NULL;
	bool pci = false;
	struct term term;

	while (next_term(&rule, &term)) {
		if (!may_hold(host, gpu, address, &term))
			return NULL;
		pci |= !strcmp(term.key, "SUBSYSTEM") || !strcmp(term.key, "KERNEL") ||
		       !strcmp(term.key, "DRIVER") || !strcmp(term.key, "ATTR");
		if (sets(&term, "power/control", "on"))
			what = "turns its runtime PM off";
		else if (sets(&term, "d3cold_allowed", "0"))
			what = "forbids it D3cold";
		else if (sets(&term, "remove", "1"))
			what = "removes it";
	}
	return pci ? what : NULL;
}

struct rules {
	const struct host *host;
	struct checks *checks;
};

/* A rule whose first line alone is a comment would become another with the rest. */
static bool found(struct rules *rules, const struct conf_line *line, const struct gpu *gpu,
		  const char *address)
{
	const char *what = does(rules->host, gpu, address, line->text);
	const char *path = line->path;
	char lines[32];

	if (!what || (!gpu_function(gpu, address) && !gpu_port(gpu, address) &&
		      strcmp(what, "removes it")))
		return false;
	fight_found(rules->host, rules->checks, line, "a udev rule matches %s and %s: %s",
		    address, what, line->text);
	fight_lines(line, lines);
	if (strncmp(path, "/etc/", 5))
		check_fix(rules->checks,
			  "sudo sed '%ss/^/#/' %s | sudo tee /etc/udev/rules.d/%s, then reboot",
			  lines, path, strrchr(path, '/') + 1);
	else
		check_fix(rules->checks, "sudo sed -i '%ss/^/#/' %s, then reboot", lines, path);
	return true;
}

/* Each rule once, however many devices it matches. */
static int take_rule(const struct conf_line *line, void *data)
{
	struct rules *rules = data;
	const struct gpu_list *list = &rules->host->gpus;

	for (size_t i = 0; i < list->n; i++) {
		const struct gpu *gpu = &list->gpus[i];

		/* Laptops have four functions at most. */
		for (int j = 0; j < 4; j++) {
			char address[ADDRESS_SIZE];

			snprintf(address, sizeof(address), "%.*s.%d",
				 (int)strcspn(gpu->address, "."), gpu->address, j);
			if (found(rules, line, gpu, address))
				return 0;
		}
		for (size_t j = 0; j < gpu->n_ports; j++)
			if (found(rules, line, gpu, gpu->ports[j].address))
				return 0;
	}
	return 0;
}

void check_udev(const struct host *host, struct checks *checks)
{
	static const char * const directories[] = {
		"/etc/udev/rules.d", "/run/udev/rules.d", "/usr/local/lib/udev/rules.d",
		"/usr/lib/udev/rules.d", "/lib/udev/rules.d", NULL
	};
	struct rules rules = { .host = host, .checks = checks };
	struct conf_files files = {};
	char path[PATH_MAX];

	conf_find(host->root, directories, ".rules", &files);
	for (size_t i = 0; i < files.n; i++) {
		snprintf(path, sizeof(path), "%s/%s", files.list[i].directory, files.list[i].name);
		conf_lines(host->root, path, take_rule, &rules);
	}
	free(files.list);
}
