// SPDX-License-Identifier: GPL-2.0-only
#include "modprobe.h"
#include "conf.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char * const directories[] = {
	"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d",
	"/lib/modprobe.d", NULL
};

bool module_same(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !(strchr("-_", *a) && strchr("-_", *b)))
			return false;
	return *a == *b;
}

/* Single spaces between words, none at the ends. */
static void squeeze(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (!isspace((unsigned char)*from))
			*to++ = *from;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	}
	if (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
}

static int add_line(const struct conf_line *from, void *data)
{
	struct modprobe_line *lines, *line;
	struct modprobe *modprobe = data;
	char *space;

	lines = reallocarray(modprobe->lines, modprobe->n + 1, sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	modprobe->lines = lines;
	line = &lines[modprobe->n];
	*line = (struct modprobe_line){
		.file = strdup(from->path), .line = from->first, .command = strdup(from->text),
		.module = "", .rest = "",
	};
	modprobe->n++;
	if (!line->file || !line->command)
		return -ENOMEM;
	squeeze(line->command);
	space = strchr(line->command, ' ');
	if (space) {
		*space = '\0';
		line->module = space + 1;
		space = strchr(space + 1, ' ');
	}
	if (space) {
		*space = '\0';
		line->rest = space + 1;
	}
	return 0;
}

int modprobe_read(const char *root, struct modprobe *modprobe)
{
	struct conf_files files = {};
	char path[PATH_MAX];
	int err;

	memset(modprobe, 0, sizeof(*modprobe));
	err = conf_find(root, directories, ".conf", &files);
	for (size_t i = 0; i < files.n && !err; i++) {
		snprintf(path, sizeof(path), "%s/%s", files.list[i].directory,
			 files.list[i].name);
		err = conf_lines(root, path, add_line, modprobe);
	}
	free(files.list);
	return err;
}

void modprobe_free(struct modprobe *modprobe)
{
	for (size_t i = 0; i < modprobe->n; i++) {
		free(modprobe->lines[i].file);
		free(modprobe->lines[i].command);
	}
	free(modprobe->lines);
	memset(modprobe, 0, sizeof(*modprobe));
}

const struct modprobe_line *modprobe_find(const struct modprobe *modprobe,
					  const struct modprobe_line *from,
					  const char *command, const char *module)
{
	for (size_t i = from ? from - modprobe->lines + 1 : 0; i < modprobe->n; i++) {
		const struct modprobe_line *line = &modprobe->lines[i];

		if (!strcmp(line->command, command) &&
		    (!module || module_same(line->module, module)))
			return line;
	}
	return NULL;
}

/* The word that sets it in "ids=10de:25a2 disable_vga=1", or NULL; the last counts. */
static const char *setting(const char *rest, const char *parameter, size_t *n)
{
	const char *found = NULL;

	while (*rest) {
		size_t length = strcspn(rest, " "), name = strcspn(rest, "= ");
		char word[128];

		snprintf(word, sizeof(word), "%.*s", (int)name, rest);
		if (module_same(word, parameter)) {
			found = rest + name + (rest[name] == '=');
			*n = rest + length - found;
		}
		rest += length;
		rest += *rest == ' ';
	}
	return found;
}

const struct modprobe_line *modprobe_option(const struct modprobe *modprobe, const char *module,
					    const char *parameter, char *value, size_t size)
{
	const struct modprobe_line *line = NULL, *found = NULL;
	size_t n;

	*value = '\0';
	while ((line = modprobe_find(modprobe, line, "options", module))) {
		const char *text = setting(line->rest, parameter, &n);

		if (!text)
			continue;
		found = line;
		snprintf(value, size, "%.*s", (int)n, text);
	}
	return found;
}

/* /bin/false, /usr/bin/true, or : do nothing, whatever comes behind them. */
static bool does_nothing(const char *shell)
{
	size_t n = strcspn(shell, " ");

	return (n >= 5 && !strncmp(shell + n - 5, "false", 5)) ||
	       (n >= 4 && !strncmp(shell + n - 4, "true", 4)) || (n == 1 && *shell == ':');
}

const struct modprobe_line *modprobe_bars(const struct modprobe *modprobe, const char *module)
{
	const struct modprobe_line *line = modprobe_find(modprobe, NULL, "blacklist", module);

	if (line)
		return line;
	while ((line = modprobe_find(modprobe, line, "install", module)))
		if (does_nothing(line->rest))
			return line;
	return NULL;
}

const struct modprobe_line *modprobe_waits(const struct modprobe *modprobe, const char *module,
					   const char *first)
{
	const struct modprobe_line *line = NULL;

	while ((line = modprobe_find(modprobe, line, "softdep", module))) {
		const char *word = line->rest;
		bool before = false;

		while (*word) {
			size_t n = strcspn(word, " ");
			char name[128];

			snprintf(name, sizeof(name), "%.*s", (int)n, word);
			if (!strcmp(name, "pre:") || !strcmp(name, "post:"))
				before = name[1] == 'r';
			else if (before && module_same(name, first))
				return line;
			word += n;
			word += *word == ' ';
		}
	}
	return NULL;
}
