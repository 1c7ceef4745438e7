// SPDX-License-Identifier: GPL-2.0-only
#include "../show/duration.h"
#include "../show/json.h"
#include "../show/table.h"
#include "../show/text.h"
#include "../show/words.h"
#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same_cause(const struct wake *a, const struct wake *b)
{
	return !strcmp(a->gpu, b->gpu) && !strcmp(a->comm, b->comm);
}

/* The wakes of one GPU by one program: the last in @last. Return: how many. */
static size_t count_cause(const struct wake_list *list, size_t first, const struct wake **last)
{
	size_t n = 0;

	for (size_t i = first; i < list->n; i++) {
		if (!same_cause(&list->wakes[i], &list->wakes[first]))
			continue;
		*last = &list->wakes[i];
		n++;
	}
	return n;
}

static bool seen_before(const struct wake_list *list, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (same_cause(&list->wakes[i], &list->wakes[index]))
			return true;
	return false;
}

static size_t count_gpu(const struct wake_list *list, const struct gpu *gpu)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += !strcmp(list->wakes[i].gpu, gpu->address);
	return n;
}

static void show_cause(struct table *table, const struct style *style,
		       const struct wake_list *list, size_t first)
{
	const struct wake *last = &list->wakes[first];
	size_t n = count_cause(list, first, &last);
	__u64 now = time_now_ms();
	char comm[NAME_SIZE], when[64], ago[DURATION_SIZE], word[WORD_SIZE];

	text_clean(style, comm, sizeof(comm), last->comm);
	table_cell(table, PAINT_BOLD, "%s", last->comm[0] ? comm : "(kernel)");
	table_cell(table, PAINT_PLAIN, "%zu", n);
	table_cell(table, PAINT_PLAIN, "%s", time_format(when, sizeof(when), last->at_ms, now));
	table_cell(table, PAINT_PLAIN, "%s ago",
		   duration_format(ago, now > last->at_ms ? now - last->at_ms : 0));
	if (last->pid)
		table_cell(table, PAINT_PLAIN, "%u", last->pid);
	else
		table_cell(table, PAINT_PLAIN, "-");
	table_cell(table, PAINT_PLAIN, "%s", word_state(word, last->from));
	table_cell(table, PAINT_PLAIN, "%s", last->device[0] ? last->device : "-");
	table_row(table);
}

static void show_gpu(const struct style *style, const struct gpu *gpu,
		     const struct wake_list *list)
{
	static const char * const heads[] = {
		"process", "wakes", "last", "", "pid", "from", "touched"
	};
	struct table table = { .indent = 2, .right = 1 << 1 | 1 << 4, .narrow = 1 << 0 };
	size_t known = count_gpu(list, gpu);

	printf("%s%s%s  %llu wake%s no VM asked for", style_begin(style, PAINT_BOLD), gpu->address,
	       style_end(style, PAINT_BOLD), gpu->wakes, gpu->wakes == 1 ? "" : "s");
	if (known < gpu->wakes)
		printf("; these are the last %zu", known);
	putchar('\n');
	if (!known)
		return;
	putchar('\n');
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		table_cell(&table, PAINT_DIM, "%s", heads[i]);
	table_row(&table);
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->wakes[i].gpu, gpu->address) && !seen_before(list, i))
			show_cause(&table, style, list, i);
	table_print(&table, style, stdout);
}

static int wakes_run(int argc, char **argv)
{
	struct wake_list wakes = {};
	struct gpu_list list = {};
	struct client *client = NULL;
	struct gpu *only = NULL;
	struct options options;
	struct style style;
	int err, result = options_parse(&cmd_wakes, &argc, &argv, 1, &options);

	if (result >= 0)
		return result;
	result = connect_and_read(&client, &list);
	if (!result && argc)
		result = pick_gpu(&cmd_wakes, &list, argv[0], &only);
	if (result)
		goto out;
	if (!list.n && !options.json)
		no_gpu();
	err = client_wakes(client, only ? only->address : NULL, &wakes);
	if (err) {
		result = client_failed(client, err);
		goto out;
	}
	style_detect(&style, stdout);
	if (options.json)
		json_print(stdout, json_wakes(&wakes), false);
	for (size_t i = 0; i < list.n && !options.json; i++) {
		if (only && only != &list.gpus[i])
			continue;
		if (i && !only)
			putchar('\n');
		show_gpu(&style, &list.gpus[i], &wakes);
	}
	result = finish(RESULT_DONE);
out:
	wake_list_free(&wakes);
	gpu_list_free(&list);
	client_close(client);
	return result;
}

const struct command cmd_wakes = {
	.name = "wakes",
	.arguments = "[GPU] [--json]",
	.summary = "Show who woke a GPU no VM had asked for, how often, and when last.",
	.help =
	"\"from\" is the state the last wake came in; \"touched\" the function or port.\n",
	.options = OPTION_JSON,
	.run = wakes_run,
};
