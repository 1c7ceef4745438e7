// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The configuration file
 *
 * inih finds keys, values, comments and lines that continue a value. What it does
 * not tell is done here, in the function it reads lines with:
 *
 * - It tells which line was the first that it could not make sense of, and goes on.
 *   So before each line it is seen whether the last one, if it had to have a value,
 *   led to one.
 * - It does not tell of a section without keys, and cuts the names of sections, and
 *   VMs may have long ones. So section lines are read here, and what it says of them
 *   is not used.
 * - It cuts lines that are longer than its buffer, where each distribution chose a
 *   size (200 if it chose none), takes the rest for another line, and does not see
 *   bytes that are zero. Both are mistakes here. A long command can go on in
 *   a line that begins with a space.
 */
#include "parse.h"
#include "../show/text.h"
#include "nearest.h"
#include "title.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* So long is no line of a text. */
#define LINE_NEVER	(1 << 20)

/**
 * struct parser - a file that is being read
 * @file: the file
 * @path: what messages call it
 * @errors: where they go
 * @config: what is filled in
 * @mistakes: number of mistakes
 * @err: a negative errno that ends it all
 * @line: number of the line that inih has
 * @indented: it begins with a space
 * @needs_value: it is no comment and no section, so a value must come of it
 * @titles: sections so far
 * @n_titles: their number
 * @sections_began: there was a section, though perhaps a wrong one
 * @in_section: the last of @titles is where we are; else in a wrong one, or in none
 * @set_at: lines where its keys were set
 * @continues: an indented line goes on with a value
 * @value: the last value, as far as it has been read; NULL when it was set, or is
 *	of a key that makes no sense
 * @key: of that value
 * @value_line: where it began
 */
struct parser {
	FILE *file;
	const char *path;
	FILE *errors;
	struct config *config;
	unsigned int mistakes;
	int err;
	unsigned int line;
	bool indented;
	bool needs_value;
	struct title *titles;
	size_t n_titles;
	bool sections_began;
	bool in_section;
	unsigned int set_at[N_KEYS];
	bool continues;
	char *value;
	int key;
	unsigned int value_line;
};

static void __attribute__((format(printf, 3, 4)))
mistake(struct parser *parser, unsigned int line, const char *format, ...)
{
	va_list args;

	if (parser->mistakes++ >= PARSE_MISTAKES_MAX)
		return;
	fprintf(parser->errors, "%s:%u: ", parser->path, line);
	va_start(args, format);
	vfprintf(parser->errors, format, args);
	va_end(args);
	fputc('\n', parser->errors);
	if (parser->mistakes == PARSE_MISTAKES_MAX)
		fprintf(parser->errors, "%s: too many mistakes; the rest was not read\n",
			parser->path);
}

static const char *clean(char buf[static 128], const char *text)
{
	text_clean(&(struct style){ .unicode = true }, buf, 128, text);
	return buf;
}

static void *check(struct parser *parser, void *memory)
{
	if (!memory)
		parser->err = -ENOMEM;
	return memory;
}

/* The value of a key is complete. */
static void finish_value(struct parser *parser)
{
	struct section section;
	char *text = NULL;
	size_t size;
	FILE *error;
	int err;

	if (!parser->value)
		return;
	error = check(parser, open_memstream(&text, &size));
	if (error) {
		section = title_section(&parser->titles[parser->n_titles - 1], parser->config);
		err = key_set(parser->key, &section, parser->value, error);
		fclose(error);
		if (err == -EINVAL)
			mistake(parser, parser->value_line, "%s", text);
		else if (err)
			parser->err = err;
		free(text);
	}
	free(parser->value);
	parser->value = NULL;
}

static const struct title *find_title(const struct parser *parser, const struct title *title)
{
	for (size_t i = 0; i < parser->n_titles; i++) {
		const struct title *other = &parser->titles[i];

		if (other->kind == title->kind && other->vm == title->vm &&
		    other->profile == title->profile)
			return other;
	}
	return NULL;
}

static void add_title(struct parser *parser, const struct title *title)
{
	const struct title *before = find_title(parser, title);
	struct title *titles;

	if (before) {
		mistake(parser, parser->line, "this section is there already, at line %u; put its keys together",
			before->line);
		return;
	}
	titles = check(parser, realloc(parser->titles, (parser->n_titles + 1) * sizeof(*titles)));
	if (!titles)
		return;
	titles[parser->n_titles++] = *title;
	parser->titles = titles;
	parser->in_section = true;
	memset(parser->set_at, 0, sizeof(parser->set_at));
}

/* A line that begins with a bracket. */
static void begin_section(struct parser *parser, const char *line)
{
	struct title title;
	char *text = NULL;
	size_t size;
	FILE *error;
	int err;

	finish_value(parser);
	parser->sections_began = true;
	parser->in_section = false;
	parser->continues = false;
	error = check(parser, open_memstream(&text, &size));
	if (!error)
		return;
	err = title_read(&title, line, parser->config, error);
	fclose(error);
	title.line = parser->line;
	if (!err)
		add_title(parser, &title);
	else if (err == -EINVAL)
		mistake(parser, parser->line, "%s", text);
	else
		parser->err = err;
	free(text);
}

/* Another key begins. Return: whether its value is to be kept. */
static bool begin_key(struct parser *parser, const char *name)
{
	const struct title *title = &parser->titles[parser->n_titles - 1];
	const char *allowed[N_KEYS + 1], *near;
	char buf[128], list[256] = "";
	size_t len = 0;

	parser->key = key_find(title->kind, name);
	if (parser->key >= 0 && !parser->set_at[parser->key]) {
		parser->set_at[parser->key] = parser->line;
		return true;
	}
	if (parser->key >= 0) {
		mistake(parser, parser->line, "%s is set already, at line %u", name,
			parser->set_at[parser->key]);
		return false;
	}
	keys_allowed(title->kind, allowed);
	/* All keys of every section fit. */
	for (int i = 0; allowed[i] && len < sizeof(list); i++)
		len += snprintf(list + len, sizeof(list) - len, "%s%s",
				!i ? "" : allowed[i + 1] ? ", " : " and ", allowed[i]);
	near = nearest_word(name, allowed);
	if (near)
		mistake(parser, parser->line, "no key '%s' in this section; did you mean %s? There are %s",
			clean(buf, name), near, list);
	else
		mistake(parser, parser->line, "no key '%s' in this section; there are %s",
			clean(buf, name), list);
	return false;
}

/* Whether a line looks as if it were to set something, and not to continue a value. */
static bool looks_like_key(const char *text)
{
	char name[32];
	size_t n = strcspn(text, " \t=:");

	if (n >= sizeof(name) || !text[n + strspn(text + n, " \t")] ||
	    !strchr("=:", text[n + strspn(text + n, " \t")]))
		return false;
	memcpy(name, text, n);
	name[n] = '\0';
	return key_find(~0, name) >= 0;
}

/* A line that begins with a space goes on with the value above. */
static void continue_value(struct parser *parser, const char *more)
{
	char *value;

	if (!key_many_lines(parser->key) || looks_like_key(more) ||
	    (*more == '[' && isalpha((unsigned char)more[1]))) {
		mistake(parser, parser->line,
			"a line that begins with a space goes on with the value above, here that of %s; remove the space",
			key_name(parser->key));
		return;
	}
	if (asprintf(&value, "%s %s", parser->value, more) < 0)
		value = NULL;
	if (check(parser, value)) {
		free(parser->value);
		parser->value = value;
	}
}

/* inih has a key and a value, or a value that goes on. */
static int handle(void *data, const char *section, const char *name, const char *value)
{
	struct parser *parser = data;

	(void)section;
	/* Built in another way, it also tells of sections, and of keys without a value. */
	if (!name || !value)
		return 1;
	parser->needs_value = false;
	if (parser->indented && parser->continues) {
		if (parser->value)
			continue_value(parser, value);
		return 1;
	}
	finish_value(parser);
	parser->continues = *name;
	if (!parser->sections_began) {
		mistake(parser, parser->line,
			"a section must come before the first key; there are " TITLES);
		parser->sections_began = true;
	}
	if (parser->in_section && begin_key(parser, name)) {
		parser->value = check(parser, strdup(value));
		parser->value_line = parser->line;
	}
	return 1;
}

/* Read a line into @line, without its end. Return: false when there is none. */
static bool get_line(struct parser *parser, char *line, int size)
{
	int n = 0, c;

	while ((c = getc(parser->file)) != EOF && c != '\n') {
		/* A line that fills it is taken by inih for the begin of one. */
		if (n < size - 2)
			line[n] = c;
		n++;
		if (!c || n == LINE_NEVER) {
			mistake(parser, parser->line + 1, "this is no text");
			return false;
		}
	}
	if (c == EOF && !n)
		return false;
	parser->line++;
	if (n > size - 2) {
		mistake(parser, parser->line,
			"this line is longer than %d characters; a command can go on in a line that begins with a space",
			size - 2);
		n = 0;
	}
	/* Lines may end as those of Windows do. */
	if (n && line[n - 1] == '\r')
		n--;
	line[n] = '\0';
	return true;
}

static void need_value(struct parser *parser)
{
	if (!parser->needs_value)
		return;
	finish_value(parser);
	mistake(parser, parser->line, "this is no [section], no 'key = value' and no comment");
	parser->needs_value = false;
}

/* Read a line for inih. */
static char *read_line(char *line, int size, void *data)
{
	struct parser *parser = data;
	const char *text;

	need_value(parser);
	if (parser->err || parser->mistakes >= PARSE_MISTAKES_MAX || !get_line(parser, line, size))
		return NULL;
	/* A mark of the encoding, at the beginning of a file. */
	if (parser->line == 1 && !strncmp(line, "\xef\xbb\xbf", 3))
		memmove(line, line + 3, strlen(line + 3) + 1);
	parser->indented = isspace((unsigned char)*line);
	text = line + strspn(line, " \t\r\n\v\f");
	if (*text == '[' && !(parser->indented && parser->continues))
		begin_section(parser, text);
	else
		parser->needs_value = *text && *text != ';' && *text != '#';
	return line;
}

int parse_config(FILE *file, const char *path, struct config *config, FILE *errors)
{
	struct parser parser = { .file = file, .path = path, .config = config, .errors = errors };

	if (ini_parse_stream(read_line, &parser, handle, &parser) == -2)
		parser.err = -ENOMEM;
	need_value(&parser);
	finish_value(&parser);
	if (!parser.err && ferror(file)) {
		parser.err = -errno;
		fprintf(errors, "%s: %s\n", path, strerror(errno));
	}
	free(parser.value);
	free(parser.titles);
	return parser.err ? parser.err : parser.mistakes ? -EINVAL : 0;
}
