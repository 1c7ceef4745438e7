// SPDX-License-Identifier: GPL-2.0-only
#include "conf.h"
#include "../profile/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* People write some KiB; distributions, a few hundred. */
#define CONF_MAX	(1 << 20)

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), length = strlen(suffix);

	return name[0] != '.' && n > length && !strcmp(name + n - length, suffix);
}

static bool has_name(const struct conf_files *files, const char *name)
{
	for (size_t i = 0; i < files->n; i++)
		if (!strcmp(files->list[i].name, name))
			return true;
	return false;
}

static int list_directory(const char *root, const char *directory, const char *suffix,
			  struct conf_files *files)
{
	const struct dirent *entry;
	struct conf_file *list;
	char path[PATH_MAX];
	DIR *dir;

	snprintf(path, sizeof(path), "%s%s", root, directory);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (!has_suffix(entry->d_name, suffix) || has_name(files, entry->d_name))
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
	return strcmp(((const struct conf_file *)a)->name, ((const struct conf_file *)b)->name);
}

int conf_find(const char *root, const char *const *directories, const char *suffix,
	      struct conf_files *files)
{
	int err = 0;

	for (; *directories && !err; directories++)
		err = list_directory(root, *directories, suffix, files);
	if (files->n)
		qsort(files->list, files->n, sizeof(*files->list), by_name);
	return err;
}

/* What is being read. */
struct reading {
	const char *path;
	int (*take)(const struct conf_line *line, void *data);
	void *data;
};

static int give(const struct reading *reading, struct conf_line *line, const char *text)
{
	line->text = text + strspn(text, " \t\r\f\v");
	if (!*line->text || *line->text == '#')
		return 0;
	return reading->take(line, reading->data);
}

/* Lines that go on in the next are made one, in place. */
static int give_lines(char *text, const struct reading *reading)
{
	struct conf_line line = { .path = reading->path };
	int err = 0;

	while (*text && !err) {
		char *end = strchrnul(text, '\n');

		line.first = ++line.last;
		for (; end > text && end[-1] == '\\'; end = strchrnul(end, '\n')) {
			end[-1] = ' ';
			if (!*end)
				break;
			*end = ' ';
			line.last++;
		}
		if (*end)
			*end++ = '\0';
		err = give(reading, &line, text);
		text = end;
	}
	return err;
}

int conf_lines(const char *root, const char *path,
	       int (*take)(const struct conf_line *line, void *data), void *data)
{
	struct reading reading = { .path = path, .take = take, .data = data };
	char whole[PATH_MAX], *text;
	size_t size;
	int err;

	if (snprintf(whole, sizeof(whole), "%s%s", root, path) >= (int)sizeof(whole))
		return 0;
	err = file_read(whole, CONF_MAX, &text, &size);
	if (err)
		return err == -ENOMEM ? err : 0;
	err = give_lines(text, &reading);
	free(text);
	return err;
}
