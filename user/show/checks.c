// SPDX-License-Identifier: GPL-2.0-only
#include "checks.h"
#include "text.h"
#include "value.h"

#include <stdlib.h>
#include <string.h>

/* Room for a line of the longest evidence and fix, with the paths in them. */
#define LINE_SIZE	16384
/* Of what does not fit behind the result. */
#define INDENT		15

static enum paint paint_of(enum check_result result)
{
	static const enum paint paints[] = {
		[CHECK_OK] = PAINT_GREEN,
		[CHECK_WARNING] = PAINT_YELLOW,
		[CHECK_FAILURE] = PAINT_RED,
		[CHECK_CANNOT_TELL] = PAINT_CYAN,
	};

	return paints[result];
}

/* How much of a fix is a command, which stays in one piece to be copied; 0 for words. */
static size_t command_length(const char *fix)
{
	static const char * const begins[] = { "sudo ", "echo ", "gpupm " };
	static const char * const ends[] = { "; ", ", then ", ", or " };
	size_t n = strlen(fix);
	bool command = false;

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		command |= !strncmp(fix, begins[i], strlen(begins[i]));
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		const char *end = strstr(fix, ends[i]);

		if (end && (size_t)(end - fix) < n)
			n = end - fix;
	}
	return command ? n : 0;
}

static size_t conjunction_length(const char *fix)
{
	return !strncmp(fix, "then ", 5) ? 5 : !strncmp(fix, "or ", 3) ? 3 : 0;
}

/* What does not fit has each command on a line of its own, and words broken below it. */
static void show_fix(FILE *out, const struct style *style, const char *fix)
{
	bool fits = text_columns(fix) + INDENT + 5 <= style->width;
	char words[LINE_SIZE + sizeof("fix: ")];
	bool first = true;

	while (*fix) {
		size_t before = first ? 0 : conjunction_length(fix);
		size_t n = fits ? strlen(fix) : command_length(fix + before);

		if (!n)
			break;
		fprintf(out, "%*s%s%s%s%.*s%s%.*s%s\n", INDENT, "", style_begin(style, PAINT_DIM),
			first ? "fix: " : "     ", style_end(style, PAINT_DIM), (int)before, fix,
			style_begin(style, PAINT_BOLD), (int)n, fix + before,
			style_end(style, PAINT_BOLD));
		fix += before + n;
		fix += strspn(fix, ";, ");
		first = false;
	}
	if (!*fix)
		return;
	snprintf(words, sizeof(words), "%s%s", first ? "fix: " : "", fix);
	text_wrap(out, style, first ? INDENT : INDENT + 5, words);
}

static void show(FILE *out, const struct style *style, const struct check *check)
{
	enum paint paint = paint_of(check->result);
	char raw[LINE_SIZE], line[LINE_SIZE];
	int head;

	snprintf(raw, sizeof(raw), "%-11s  %s%s%s: %s%s%s", check_word(check->result), check->name,
		 *check->subject ? " " : "", check->subject, check->evidence,
		 check->fix && !style->width ? "; fix: " : "",
		 check->fix && !style->width ? check->fix : "");
	text_clean(style, line, sizeof(line), raw);
	head = strlen(check_word(check->result));
	fprintf(out, "  %s%.*s%s", style_begin(style, paint), head, line, style_end(style, paint));
	if (!style->width || text_columns(line) + 2 <= style->width) {
		fprintf(out, "%s\n", line + head);
	} else {
		/* The result is on a line of its own then, but for what fits behind it. */
		size_t n = style->width - 2, last = 0;

		for (size_t i = 0; i < n && line[i]; i++)
			if (line[i] == ' ' && i > 13)
				last = i;
		last = last ?: strlen(line);
		fprintf(out, "%.*s\n", (int)last - head, line + head);
		if (line[last])
			text_wrap(out, style, INDENT, line + last + 1);
	}
	if (!check->fix || !style->width)
		return;
	text_clean(style, line, sizeof(line), check->fix);
	show_fix(out, style, line);
}

void checks_show(FILE *out, const struct style *style, const struct checks *checks)
{
	const char *group = "", *comma = "";

	for (size_t i = 0; i < checks->n; i++) {
		if (strcmp(group, checks->list[i].group)) {
			group = checks->list[i].group;
			fprintf(out, "%s%s%s%s\n", i ? "\n" : "", style_begin(style, PAINT_BOLD),
				group, style_end(style, PAINT_BOLD));
		}
		show(out, style, &checks->list[i]);
	}
	fputc('\n', out);
	for (enum check_result result = CHECK_OK; result < N_CHECK_RESULTS; result++) {
		size_t n = checks_count(checks, result);

		if (!n && result != CHECK_FAILURE)
			continue;
		fprintf(out, "%s%zu %s%s", comma, n, check_word(result),
			n != 1 && (result == CHECK_WARNING || result == CHECK_FAILURE) ? "s" : "");
		comma = ", ";
	}
	fputc('\n', out);
}

static struct json_object *json_check(const struct check *check)
{
	struct json_object *object = json_must(json_object_new_object());

	json_add(object, "group", json_string(check->group));
	json_add(object, "name", json_string(check->name));
	json_add(object, "subject", json_string_or_null(check->subject));
	json_add(object, "result", json_string(check_word(check->result)));
	json_add(object, "evidence", json_string(check->evidence));
	json_add(object, "fix", check->fix ? json_string(check->fix) : NULL);
	return object;
}

struct json_object *json_checks(const struct checks *checks)
{
	struct json_object *object = json_must(json_object_new_object());
	struct json_object *array = json_must(json_object_new_array());

	for (size_t i = 0; i < checks->n; i++)
		json_append(array, json_check(&checks->list[i]));
	json_add(object, "checks", array);
	for (enum check_result result = CHECK_OK; result < N_CHECK_RESULTS; result++)
		json_add(object, result == CHECK_CANNOT_TELL ? "cannot_tell" : check_word(result),
			 json_u64(checks_count(checks, result)));
	return object;
}
