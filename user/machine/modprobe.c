// SPDX-License-Identifier: GPL-2.0-only
#include "modprobe.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first directory that has a file of a name has the one that counts. */
static const char * const directories[] = {
	"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d",
	"/lib/modprobe.d",
};

#define N_DIRECTORIES	(sizeof(directories) / sizeof(*directories))

struct file {
	const char *directory;
	char name[NAME_MAX + 1];
};

struct files {
	struct file *list;
	size_t n;
};

bool module_same(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !(strchr("-_", *a) && strchr("-_", *b)))
			return false;
	return *a == *b;
}

static bool is_conf(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && n > 5 && (!strcmp(name + n - 5, ".conf") ||
					   !strcmp(name + n - 6, ".alias"));
}

static bool has_name(const struct files *files, const char *name)
{
	for (size_t i = 0; i < files->n; i++)
		if (!strcmp(files->list[i].name, name))
			return true;
	return false;
}

static int list_directory(const char *root, const char *directory, struct files *files)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	struct file *list;
	DIR *dir;

	snprintf(path, sizeof(path), "%s%s", root, directory);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (!is_conf(entry->d_name) || has_name(files, entry->d_name))
			continue;
		list = reallocarray(files->list, files->n + 1, sizeof(*list));
		if (!list) {
			closedir(dir);
			return -ENOMEM;
		}
		files->list = list;
		list[files->n].directory = directory;
		snprintf(list[files->n++].name, sizeof(list->name), "%s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
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

static int add_line(struct modprobe *modprobe, const struct file *file, unsigned int number,
		    const char *text)
{
	struct modprobe_line *lines, *line;
	char *copy = strdup(text), *space;

	if (!copy)
		return -ENOMEM;
	squeeze(copy);
	if (!*copy || *copy == '#') {
		free(copy);
		return 0;
	}
	lines = reallocarray(modprobe->lines, modprobe->n + 1, sizeof(*lines));
	if (!lines) {
		free(copy);
		return -ENOMEM;
	}
	modprobe->lines = lines;
	line = &lines[modprobe->n];
	*line = (struct modprobe_line){ .line = number, .command = copy, .module = "", .rest = "" };
	if (asprintf(&line->file, "%s/%s", file->directory, file->name) < 0) {
		free(copy);
		return -ENOMEM;
	}
	modprobe->n++;
	space = strchr(copy, ' ');
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

/* A line goes on in the next after a \ at its end. */
static int read_lines(FILE *in, const struct file *file, struct modprobe *modprobe)
{
	char *line = NULL, *whole = NULL, *joined;
	unsigned int number = 0, first = 1;
	size_t size = 0;
	ssize_t n;
	int err = 0;

	while (!err && (n = getline(&line, &size, in)) >= 0) {
		bool more;

		number++;
		if (n && line[n - 1] == '\n')
			line[--n] = '\0';
		more = n && line[n - 1] == '\\';
		if (more)
			line[n - 1] = ' ';
		if (asprintf(&joined, "%s%s", whole ?: "", line) < 0) {
			err = -ENOMEM;
			break;
		}
		free(whole);
		whole = joined;
		if (more)
			continue;
		err = add_line(modprobe, file, first, whole);
		free(whole);
		whole = NULL;
		first = number + 1;
	}
	if (!err && whole)
		err = add_line(modprobe, file, first, whole);
	free(whole);
	free(line);
	return err;
}

static int read_file(const char *root, const struct file *file, struct modprobe *modprobe)
{
	char path[PATH_MAX];
	FILE *in;
	int err;

	if (snprintf(path, sizeof(path), "%s%s/%s", root, file->directory, file->name) >=
	    (int)sizeof(path))
		return 0;
	in = fopen(path, "re");
	if (!in)
		return 0;
	err = read_lines(in, file, modprobe);
	fclose(in);
	return err;
}

int modprobe_read(const char *root, struct modprobe *modprobe)
{
	struct files files = {};
	int err = 0;

	memset(modprobe, 0, sizeof(*modprobe));
	for (size_t i = 0; i < N_DIRECTORIES && !err; i++)
		err = list_directory(root, directories[i], &files);
	if (files.n)
		qsort(files.list, files.n, sizeof(*files.list), by_name);
	for (size_t i = 0; i < files.n && !err; i++)
		err = read_file(root, &files.list[i], modprobe);
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
