// SPDX-License-Identifier: GPL-2.0-only
#include "splice.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN	"# gpupm bind: from here ...\n"
#define END	"# ... to here: taken out by \"gpupm bind --undo\"\n"

static const char * const words_of_kinds[] = {
	[SPLICE_OWNED] = "owned",
	[SPLICE_BLOCK] = "block",
	[SPLICE_OPTIONS] = "options",
	[SPLICE_LINE] = "line",
};

const char *splice_word(enum splice_kind kind)
{
	return words_of_kinds[kind];
}

static char __attribute__((format(printf, 1, 2))) *print(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0) {
		text = NULL;
		errno = ENOMEM;
	}
	va_end(args);
	return text;
}

/* The end of the line that begins at @line, before its newline. */
static const char *end_of(const char *line)
{
	return line + strcspn(line, "\r\n");
}

static const char *last_options(const char *text)
{
	const char *found = NULL;

	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		if (!strncmp(line, "options", 7) && isspace((unsigned char)line[7]))
			found = line;
		if (!strchr(line, '\n'))
			break;
	}
	return found;
}

static const char *last_line(const char *text)
{
	const char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	while (end > text && end[-1] != '\n')
		end--;
	return end;
}

static const char *gap(const char *text)
{
	size_t n = strlen(text);

	return n && text[n - 1] != '\n' ? "\n" : "";
}

char *splice_add(enum splice_kind kind, const char *text, const char *added)
{
	const char *line, *end;

	if (kind == SPLICE_OWNED)
		return print("%s", added);
	if (!text)
		text = "";
	if (kind == SPLICE_BLOCK)
		return print("%s%s" BEGIN "%s" END, text, gap(text), added);
	line = kind == SPLICE_OPTIONS ? last_options(text) : last_line(text);
	if (!line)
		return print("%s%soptions %s\n", text, gap(text), added);
	end = end_of(line);
	return print("%.*s%s%s%s", (int)(end - text), text, end > line ? " " : "", added, end);
}

/* Every @what that is whole words, with the space before it, or the line when it is all. */
static char *cut(const char *text, const char *what)
{
	size_t n = strlen(what);
	char *copy = strdup(text), *at = copy;

	while (copy && n && (at = strstr(at, what))) {
		if (at == copy || at[-1] != ' ' || !strchr(" \r\n", at[n])) {
			at++;
			continue;
		}
		memmove(at - 1, at + n, strlen(at + n) + 1);
	}
	return copy;
}

/* A line that was added whole, since there was none, goes whole. */
static char *cut_line(char *text)
{
	static const char empty[] = "options\n";
	size_t n = strlen(empty);
	char *at = text;

	while (text && (at = strstr(at, empty))) {
		if (at == text || at[-1] == '\n')
			memmove(at, at + n, strlen(at + n) + 1);
		else
			at++;
	}
	return text;
}

char *splice_strip(enum splice_kind kind, const char *text, const char *words)
{
	const char *begin, *end;
	char *left;

	errno = 0;
	if (!text || kind == SPLICE_OWNED)
		return NULL;
	if (kind == SPLICE_OPTIONS)
		return cut_line(cut(text, words ?: ""));
	if (kind == SPLICE_LINE)
		return cut(text, words ?: "");
	begin = strstr(text, BEGIN);
	end = begin ? strstr(begin, END) : NULL;
	if (!end)
		return print("%s", text);
	left = print("%.*s%s", (int)(begin - text), text, end + strlen(END));
	if (!left || *left)
		return left;
	/* There was no such file, or an empty one, which means the same to all who read it. */
	free(left);
	errno = 0;
	return NULL;
}
