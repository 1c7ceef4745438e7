// SPDX-License-Identifier: GPL-2.0-only
/*
 * What both texts begin and end with is put aside. Of what is left, the longest
 * common subsequence of lines stays, and the rest goes or comes. That takes memory
 * for each pair of lines, so what is too much for it is said to change as a whole:
 * correct as well, and files of people do not come near.
 */
#include "diff.h"
#include "text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CONTEXT		3
#define PAIRS_MAX	(16U << 20)

/* A line with its end; the last one of a text may have none. */
struct line {
	const char *text;
	size_t length;
};

struct lines {
	struct line *line;
	size_t n;
};

/* A line of the result, and whether it is common (' '), goes ('-') or comes ('+'). */
struct change {
	char sign;
	struct line line;
};

struct diff {
	struct change *changes;
	size_t n;
};

static void *must(void *memory)
{
	if (!memory) {
		fputs("gpupm: out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

static struct lines split(const char *text)
{
	struct lines lines = {};
	size_t room = 2;

	for (const char *at = text; *at; at++)
		room += *at == '\n';
	lines.line = must(calloc(room, sizeof(*lines.line)));
	while (*text) {
		const char *end = strchrnul(text, '\n');
		size_t length = end - text + (*end == '\n');

		lines.line[lines.n++] = (struct line){ text, length };
		text += length;
	}
	return lines;
}

static bool same(const struct line *a, const struct line *b)
{
	return a->length == b->length && !memcmp(a->text, b->text, a->length);
}

static void add(struct diff *diff, char sign, const struct line *line)
{
	diff->changes[diff->n++] = (struct change){ sign, *line };
}

static void add_all(struct diff *diff, char sign, const struct line *lines, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(diff, sign, &lines[i]);
}

/* @length is, for each pair of lines, that of what the rests from there have in common. */
static void walk(struct diff *diff, const struct line *a, size_t n, const struct line *b,
		 size_t m, const uint32_t *length)
{
	size_t i = 0, j = 0;

	while (i < n && j < m) {
		if (same(&a[i], &b[j])) {
			add(diff, ' ', &a[i++]);
			j++;
		} else if (length[(i + 1) * (m + 1) + j] >= length[i * (m + 1) + j + 1]) {
			add(diff, '-', &a[i++]);
		} else {
			add(diff, '+', &b[j++]);
		}
	}
	add_all(diff, '-', a + i, n - i);
	add_all(diff, '+', b + j, m - j);
}

static void compare(struct diff *diff, const struct line *a, size_t n, const struct line *b,
		    size_t m)
{
	uint32_t *length;

	if (!n || !m || (n + 1) > PAIRS_MAX / (m + 1)) {
		add_all(diff, '-', a, n);
		add_all(diff, '+', b, m);
		return;
	}
	length = must(calloc((n + 1) * (m + 1), sizeof(*length)));
	for (size_t i = n; i-- > 0;) {
		uint32_t *row = length + i * (m + 1), *next = row + m + 1;

		for (size_t j = m; j-- > 0;) {
			if (same(&a[i], &b[j]))
				row[j] = next[j + 1] + 1;
			else
				row[j] = next[j] > row[j + 1] ? next[j] : row[j + 1];
		}
	}
	walk(diff, a, n, b, m, length);
	free(length);
}

static void print_line(FILE *out, const struct style *style, const struct change *change)
{
	enum paint paint = change->sign == '-' ? PAINT_RED :
			   change->sign == '+' ? PAINT_GREEN : PAINT_PLAIN;
	size_t length = change->line.length, size;
	bool ended = change->line.text[length - 1] == '\n';
	char *text, *shown;

	length -= ended;
	if (style->terminal) {
		text = must(strndup(change->line.text, length));
		for (char *tab = text; (tab = strchr(tab, '\t'));)
			*tab = ' ';
		size = length + 1;
		shown = must(malloc(size));
		text_clean(style, shown, size, text);
		fprintf(out, "%s%c%s%s\n", style_begin(style, paint), change->sign, shown,
			style_end(style, paint));
		free(shown);
		free(text);
	} else {
		fputc(change->sign, out);
		fwrite(change->line.text, 1, length, out);
		fputc('\n', out);
	}
	if (!ended)
		fputs("\\ No newline at end of file\n", out);
}

/* "12,3", or as little as diff(1) writes. */
static void print_range(FILE *out, size_t before, size_t n)
{
	if (n == 1)
		fprintf(out, "%zu", before + 1);
	else
		fprintf(out, "%zu,%zu", n ? before + 1 : before, n);
}

/* Where the hunk ends that has the change at @at in it. */
static size_t end_of_hunk(const struct diff *diff, size_t at)
{
	size_t last = at;

	for (size_t i = at; i < diff->n && i <= last + 2 * CONTEXT + 1; i++)
		if (diff->changes[i].sign != ' ')
			last = i;
	return last + CONTEXT < diff->n ? last + CONTEXT + 1 : diff->n;
}

static void print_hunk(FILE *out, const struct style *style, const struct diff *diff,
		       size_t begin, size_t end)
{
	size_t old_before = 0, new_before = 0, n_old = 0, n_new = 0;

	for (size_t i = 0; i < end; i++) {
		bool is_old = diff->changes[i].sign != '+', is_new = diff->changes[i].sign != '-';

		old_before += is_old && i < begin;
		new_before += is_new && i < begin;
		n_old += is_old && i >= begin;
		n_new += is_new && i >= begin;
	}
	fprintf(out, "%s@@ -", style_begin(style, PAINT_CYAN));
	print_range(out, old_before, n_old);
	fputs(" +", out);
	print_range(out, new_before, n_new);
	fprintf(out, " @@%s\n", style_end(style, PAINT_CYAN));
	for (size_t i = begin; i < end; i++)
		print_line(out, style, &diff->changes[i]);
}

static void print_hunks(FILE *out, const struct style *style, const struct diff *diff)
{
	size_t end = 0;

	for (size_t i = 0; i < diff->n; i++) {
		size_t begin = i > end + CONTEXT ? i - CONTEXT : end;

		if (diff->changes[i].sign == ' ')
			continue;
		end = end_of_hunk(diff, i);
		print_hunk(out, style, diff, begin, end);
		i = end - 1;
	}
}

bool diff_print(FILE *out, const struct style *style, const char *old_name, const char *new_name,
		const char *before, const char *after)
{
	struct lines a = split(before ?: ""), b = split(after);
	size_t head = 0, tail = 0;
	struct diff diff = {};
	bool differ;

	while (head < a.n && head < b.n && same(&a.line[head], &b.line[head]))
		head++;
	while (tail < a.n - head && tail < b.n - head &&
	       same(&a.line[a.n - 1 - tail], &b.line[b.n - 1 - tail]))
		tail++;
	diff.changes = must(calloc(a.n + b.n + 1, sizeof(*diff.changes)));
	add_all(&diff, ' ', a.line, head);
	compare(&diff, a.line + head, a.n - head - tail, b.line + head, b.n - head - tail);
	add_all(&diff, ' ', a.line + a.n - tail, tail);

	differ = a.n - head - tail || b.n - head - tail;
	if (differ) {
		fprintf(out, "%s--- %s\n+++ %s%s\n", style_begin(style, PAINT_BOLD), old_name,
			new_name, style_end(style, PAINT_BOLD));
		print_hunks(out, style, &diff);
	}
	free(diff.changes);
	free(a.line);
	free(b.line);
	return differ;
}
