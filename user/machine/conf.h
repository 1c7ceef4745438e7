/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_CONF_H
#define GPUPM_MACHINE_CONF_H

#include <limits.h>
#include <stddef.h>

/*
 * Configuration that lies in several directories, as that of modprobe, udev and
 * others does: of files with one name only the first directory's counts, and all are
 * read in the order of their names.
 */

/**
 * struct conf_file - a file of configuration
 * @directory: where it is, below the root; the caller's
 * @name: its name there
 */
struct conf_file {
	const char *directory;
	char name[NAME_MAX + 1];
};

/** struct conf_files - such files; @list is owned, to be freed with free() */
struct conf_files {
	struct conf_file *list;
	size_t n;
};

/**
 * conf_find - find the files of a configuration
 * @root: directory that stands for /; "" for the real one
 * @directories: where to look, the most important first; ends with NULL. They must
 *	outlive @files
 * @suffix: what the names end with, ".conf"; "" for any. Hidden files are left out
 * @files: an object of zeros; set to them, sorted by name; free its list, also after
 *	an error
 *
 * Return: 0 or -ENOMEM.
 */
int conf_find(const char *root, const char *const *directories, const char *suffix,
	      struct conf_files *files);

/**
 * struct conf_line - a line of a file of configuration
 * @path: the file, below the root
 * @first: its number
 * @last: that of the last line, when it goes on in others (with \ at its end)
 * @text: what is in it, without spaces in front
 */
struct conf_line {
	const char *path;
	unsigned int first;
	unsigned int last;
	const char *text;
};

/**
 * conf_lines - read a file of configuration line by line
 * @root: directory that stands for /; "" for the real one
 * @path: the file, below the root
 * @take: called with each line that is neither empty nor a comment (#). Returns 0 to
 *	go on
 * @data: for @take
 *
 * Return: 0, -ENOMEM, or what @take returned. A file that cannot be read, or is larger
 * than any, has no lines.
 */
int conf_lines(const char *root, const char *path,
	       int (*take)(const struct conf_line *line, void *data), void *data);

#endif
