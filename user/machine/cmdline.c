// SPDX-License-Identifier: GPL-2.0-only
#include "cmdline.h"
#include "../client/sysfs.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool cmdline_read(const char *root, char line[CMDLINE_SIZE])
{
	return sysfs_read(line, CMDLINE_SIZE, root, "/proc/cmdline");
}

static bool same(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i] && !(strchr("-_", a[i]) && strchr("-_", b[i])))
			return false;
	return true;
}

/* The next parameter from *@line on; "a b" is one, as it is for the kernel. */
static const char *next(const char **line, size_t *n)
{
	const char *begin = *line, *c;
	bool quoted = false;

	while (isspace((unsigned char)*begin))
		begin++;
	for (c = begin; *c && (quoted || !isspace((unsigned char)*c)); c++)
		if (*c == '"')
			quoted = !quoted;
	*line = c;
	*n = c - begin;
	return *n ? begin : NULL;
}

/* What follows "NAME=" in a parameter; "" when nothing does; NULL when it is another. */
static const char *value_of(const char *word, size_t *n, const char *name)
{
	size_t length = strlen(name);

	if (*word == '"' && *n > 1) {
		word++;
		*n -= 1 + (word[*n - 2] == '"');
	}
	if (*n < length || !same(word, name, length))
		return NULL;
	*n -= length;
	word += length;
	if (!*n)
		return word;
	if (*word != '=')
		return NULL;
	word++;
	--*n;
	if (*n && *word == '"') {
		word++;
		--*n;
		*n -= *n && word[*n - 1] == '"';
	}
	return word;
}

bool cmdline_get(const char *line, const char *name, char *value, size_t size)
{
	const char *word, *found;
	bool any = false;
	size_t n;

	*value = '\0';
	while ((word = next(&line, &n))) {
		found = value_of(word, &n, name);
		if (!found)
			continue;
		snprintf(value, size, "%.*s", (int)n, found);
		any = true;
	}
	return any;
}

bool cmdline_lists(const char *line, const char *name, const char *item)
{
	size_t n, part, length = strlen(item);
	const char *word, *found;

	while ((word = next(&line, &n))) {
		found = value_of(word, &n, name);
		while (found && n) {
			const char *comma = memchr(found, ',', n);

			part = comma ? (size_t)(comma - found) : n;
			if (part == length && same(found, item, length))
				return true;
			part += !!comma;
			found += part;
			n -= part;
		}
	}
	return false;
}
