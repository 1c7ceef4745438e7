// SPDX-License-Identifier: GPL-2.0-only
#include "keys.h"
#include "../show/text.h"
#include "../show/words.h"
#include "cpus.h"
#include "nearest.h"
#include "split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

/**
 * struct key - one key
 * @name: as written
 * @where: IN_ bits
 * @many_lines: its value may go on in another line
 * @set: sets it; as key_set()
 */
struct key {
	const char *name;
	unsigned int where;
	bool many_lines;
	int (*set)(const char *name, const struct section *section, const char *value,
		   FILE *error);
};

static const char *clean(char buf[static 128], const char *text)
{
	text_clean(&(struct style){ .unicode = true }, buf, 128, text);
	return buf;
}

/* What stands between two of @n words in a sentence. */
static const char *comma(size_t i, size_t n, const char *last)
{
	return !i ? "" : i + 1 < n ? ", " : last;
}

static int find_word(const char *value, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], value))
			return i;
	return -EINVAL;
}

static int refuse(const char *name, const char *value, const char *const *words, FILE *error)
{
	const char *near = nearest_word(value, words);
	char text[128];
	size_t n = 0;

	while (words[n])
		n++;
	fprintf(error, "%s is ", name);
	for (size_t i = 0; i < n; i++)
		fprintf(error, "%s%s", comma(i, n, " or "), words[i]);
	fprintf(error, ", not '%s'", clean(text, value));
	if (near)
		fprintf(error, "; did you mean %s?", near);
	return -EINVAL;
}

static int set_text(char **to, const char *value)
{
	*to = strdup(value);
	return *to ? 0 : -ENOMEM;
}

/* A path to a socket, which the kernel gives little room. */
static int set_socket(const char *name, char **to, const char *value, FILE *error)
{
	const size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
	char text[128];

	if (*value != '/') {
		fprintf(error, "%s is a path that begins with /, not '%s'", name,
			clean(text, value));
		return -EINVAL;
	}
	if (strlen(value) > max) {
		fprintf(error, "%s is the path of a socket, which has at most %zu characters",
			name, max);
		return -EINVAL;
	}
	return set_text(to, value);
}

static int set_daemon_socket(const char *name, const struct section *section,
			     const char *value, FILE *error)
{
	free(section->config->socket);
	section->config->socket = NULL;
	return set_socket(name, &section->config->socket, value, error);
}

static int set_group(const char *name, const struct section *section, const char *value,
		     FILE *error)
{
	(void)name;
	(void)error;
	free(section->config->group);
	return set_text(&section->config->group, value);
}

static int set_qmp(const char *name, const struct section *section, const char *value,
		   FILE *error)
{
	return set_socket(name, &section->vm->qmp, value, error);
}

static int set_agent(const char *name, const struct section *section, const char *value,
		     FILE *error)
{
	return set_socket(name, &section->vm->agent, value, error);
}

static int set_forward(const char *name, const struct section *section, const char *value,
		       FILE *error)
{
	fprintf(error, "%s: ", name);
	return forwards_parse(value, &section->vm->forwards, &section->vm->n_forwards, error);
}

static int set_gpu_policy(const char *name, const struct section *section, const char *value,
			  FILE *error)
{
	static const char * const words[] = { "auto", "warm", "on", NULL };
	struct actions *actions = section->actions;

	actions->has_gpu_policy = policy_from_word(value, &actions->gpu_policy);
	return actions->has_gpu_policy ? 0 : refuse(name, value, words, error);
}

static int set_guest_power(const char *name, const struct section *section,
			   const char *value, FILE *error)
{
	static const char * const words[] = {
		[GUEST_POWER_MIRROR] = "mirror",
		[GUEST_POWER_AC] = "ac",
		[GUEST_POWER_BATTERY] = "battery",
		NULL
	};
	int choice = find_word(value, words);

	if (choice < 0)
		return refuse(name, value, words, error);
	section->actions->has_guest_power = true;
	section->actions->guest_power = choice;
	return 0;
}

static int set_affinity(const char *name, const struct section *section, const char *value,
			FILE *error)
{
	static const char * const words[] = {
		"performance", "efficiency", "all", "a list of CPUs as 0-3,8", NULL
	};
	static const enum affinity_kind kinds[] = {
		AFFINITY_PERFORMANCE, AFFINITY_EFFICIENCY, AFFINITY_ALL,
	};
	struct actions *actions = section->actions;
	int choice = find_word(value, words);
	const char *wrong;
	char text[128];
	cpu_set_t cpus;

	if (choice >= 0 && choice < 3) {
		actions->affinity = kinds[choice];
		return 0;
	}
	wrong = cpus_parse(value, &cpus);
	if (!wrong) {
		actions->affinity = AFFINITY_LIST;
		return set_text(&actions->cpus, value);
	}
	if (*value < '0' || *value > '9')
		return refuse(name, value, words, error);
	fprintf(error, "%s '%s' is no list of CPUs: %s", name, clean(text, value), wrong);
	return -EINVAL;
}

static int set_command(const char *name, char ***to, const char *value, FILE *error)
{
	const char *wrong;
	char **words = split_words(value, &wrong);

	if (!words && !wrong)
		return -ENOMEM;
	if (!words) {
		fprintf(error, "%s: %s", name, wrong);
		if (strstr(wrong, "not closed"))
			fputs(" (a ; after a space begins a comment, also within quotes)", error);
		return -EINVAL;
	}
	if (!*words[0]) {
		split_free(words);
		fprintf(error, "%s: its first word, the program, is empty", name);
		return -EINVAL;
	}
	*to = words;
	return 0;
}

static int set_guest_command(const char *name, const struct section *section,
			     const char *value, FILE *error)
{
	return set_command(name, &section->actions->guest_command, value, error);
}

static int set_host_command(const char *name, const struct section *section,
			    const char *value, FILE *error)
{
	return set_command(name, &section->actions->host_command, value, error);
}

static int set_acpi_table(const char *name, const struct section *section, const char *value,
			  FILE *error)
{
	static const char * const words[] = {
		"live", "ac", "battery", "a path that begins with /", NULL
	};
	int choice = find_word(value, words);

	/* A VM's own table has its name in its path. */
	if (section->vm && strchr(section->vm->name, '/')) {
		fprintf(error, "%s cannot be set for a VM with a / in its name", name);
		return -EINVAL;
	}
	if (*value != '/' && (choice < 0 || choice > 2))
		return refuse(name, value, words, error);
	return set_text(&section->actions->acpi_table, value);
}

#define IN_ACTIONS	(IN_PROFILE | IN_VM | IN_VM_PROFILE)

static const struct key keys[N_KEYS] = {
	{ "socket", IN_DAEMON, false, set_daemon_socket },
	{ "group", IN_DAEMON, false, set_group },
	{ "gpu-policy", IN_ACTIONS, false, set_gpu_policy },
	{ "guest-power", IN_ACTIONS, false, set_guest_power },
	{ "vcpu-affinity", IN_ACTIONS, false, set_affinity },
	{ "guest-command", IN_ACTIONS, true, set_guest_command },
	{ "host-command", IN_ACTIONS, true, set_host_command },
	{ "acpi-table", IN_ACTIONS, false, set_acpi_table },
	{ "qmp", IN_VM, false, set_qmp },
	{ "agent", IN_VM, false, set_agent },
	{ "forward", IN_VM, true, set_forward },
};

int key_find(unsigned int kind, const char *name)
{
	for (int key = 0; key < N_KEYS; key++)
		if ((keys[key].where & kind) && !strcmp(keys[key].name, name))
			return key;
	return -1;
}

const char *key_name(int key)
{
	return keys[key].name;
}

bool key_many_lines(int key)
{
	return keys[key].many_lines;
}

void keys_allowed(unsigned int kind, const char *words[N_KEYS + 1])
{
	for (int key = 0; key < N_KEYS; key++)
		if (keys[key].where & kind)
			*words++ = keys[key].name;
	*words = NULL;
}

int key_set(int key, const struct section *section, const char *value, FILE *error)
{
	int err;

	if (!*value) {
		fprintf(error, "%s has no value", keys[key].name);
		return -EINVAL;
	}
	err = keys[key].set(keys[key].name, section, value, error);
	if (err == -EINVAL && strstr(value, " #"))
		fputs(" (behind a value, a comment begins with ; and not with #)", error);
	return err;
}
