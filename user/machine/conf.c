// SPDX-License-Identifier: GPL-2.0-only
#include "conf.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	int (*take)(const char *path, unsigned int line, const char *text, void *data);
	void *data;
};

static int give(const struct reading *reading, unsigned int line, const char *text)
{
	text += strspn(text, " \t\r\f\v");
	if (!*text || *text == '#')
		return 0;
	return reading->take(reading->path, line, text, reading->data);
}

static int read_lines(FILE *in, const struct reading *reading)
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
		err = give(reading, first, whole);
		free(whole);
		whole = NULL;
		first = number + 1;
	}
	if (!err && whole)
		err = give(reading, first, whole);
	free(whole);
	free(line);
	return err;
}

int conf_lines(const char *root, const char *path,
	       int (*take)(const char *path, unsigned int line, const char *text, void *data),
	       void *data)
{
	struct reading reading = { .path = path, .take = take, .data = data };
	char whole[PATH_MAX];
	FILE *in;
	int err;

	if (snprintf(whole, sizeof(whole), "%s%s", root, path) >= (int)sizeof(whole))
		return 0;
	in = fopen(whole, "re");
	if (!in)
		return 0;
	err = read_lines(in, &reading);
	fclose(in);
	return err;
}
