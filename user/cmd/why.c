// SPDX-License-Identifier: GPL-2.0-only
#include "../client/process.h"
#include "../show/json.h"
#include "../show/text.h"
#include "../show/words.h"
#include "cmd.h"
#include "explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show_lines(const struct style *style, const char *head, const struct lines *lines,
		       enum paint paint)
{
	if (!lines->n)
		return;
	printf("\n  %s%s%s\n", style_begin(style, PAINT_DIM), head, style_end(style, PAINT_DIM));
	for (size_t i = 0; i < lines->n; i++) {
		/* A command must stay in one piece, to be copied. */
		if (paint == PAINT_PLAIN)
			text_wrap(stdout, style, 4, lines->text[i]);
		else
			printf("    %s%s%s\n", style_begin(style, paint), lines->text[i],
			       style_end(style, paint));
	}
}

static void show(const struct style *style, const struct gpu *gpu, const struct explanation *e)
{
	enum paint paint = paint_state(gpu->state);
	char word[WORD_SIZE];

	printf("%s%s%s is %s%s%s: %s\n", style_begin(style, PAINT_BOLD), gpu->address,
	       style_end(style, PAINT_BOLD), style_begin(style, paint),
	       word_state(word, gpu->state), style_end(style, paint), e->summary);
	show_lines(style, "evidence", &e->evidence, PAINT_PLAIN);
	show_lines(style, "advice", &e->advice, PAINT_PLAIN);
	show_lines(style, "commands", &e->commands, PAINT_BOLD);
}

static struct json_object *lines_array(const struct lines *lines)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < lines->n; i++)
		json_object_array_add(array, json_string(lines->text[i]));
	return array;
}

static struct json_object *gpu_object(const struct gpu *gpu, const struct explanation *e)
{
	struct json_object *object = json_object_new_object();
	char word[WORD_SIZE];

	json_add(object, "address", json_string(gpu->address));
	json_add(object, "state", json_string(word_state(word, gpu->state)));
	json_add(object, "blocker", json_blocker(&gpu->blocker));
	json_add(object, "summary", json_string(e->summary));
	json_add(object, "evidence", lines_array(&e->evidence));
	json_add(object, "advice", lines_array(&e->advice));
	json_add(object, "commands", lines_array(&e->commands));
	return object;
}

static void why(struct gpu_list *list, const struct gpu *only, bool json)
{
	struct json_object *gpus = json_object_new_array();
	struct explanation *e = calloc(1, sizeof(*e));
	struct style style;

	style_detect(&style, stdout);
	for (size_t i = 0; e && i < list->n; i++) {
		struct gpu *gpu = &list->gpus[i];

		if (only && gpu != only)
			continue;
		process_find_user("", gpu);
		explain("", &style, gpu, e);
		if (json) {
			json_object_array_add(gpus, gpu_object(gpu, e));
			continue;
		}
		if (i && !only)
			putchar('\n');
		show(&style, gpu, e);
	}
	free(e);
	if (json) {
		struct json_object *object = json_object_new_object();

		json_add(object, "gpus", gpus);
		json_print(stdout, object, false);
	} else {
		json_object_put(gpus);
	}
}

static int why_run(int argc, char **argv)
{
	struct gpu_list list = {};
	struct client *client = NULL;
	struct gpu *only = NULL;
	struct options options;
	int result = options_parse(&cmd_why, &argc, &argv, 1, &options);

	if (result >= 0)
		return result;
	result = connect_and_read(&client, &list);
	if (!result && argc)
		result = pick_gpu(&cmd_why, &list, argv[0], &only);
	if (!result && !list.n && !options.json)
		no_gpu();
	else if (!result)
		why(&list, only, options.json);
	gpu_list_free(&list);
	client_close(client);
	return result ? result : finish(RESULT_DONE);
}

const struct command cmd_why = {
	.name = "why",
	.arguments = "[GPU] [--json]",
	.summary = "Say why a GPU is not off, where to see it, and what ends it.",
	.help = "Without a GPU it explains every GPU. It changes nothing and wakes nothing.\n",
	.options = OPTION_JSON,
	.run = why_run,
};
