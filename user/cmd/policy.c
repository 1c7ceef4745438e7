// SPDX-License-Identifier: GPL-2.0-only
#include "../show/json.h"
#include "../show/table.h"
#include "../show/words.h"
#include "cmd.h"

#include <stdio.h>
#include <string.h>

static void show(const struct gpu_list *list, bool json)
{
	struct table table = {};
	struct style style;
	char word[WORD_SIZE];

	if (json) {
		json_print(stdout, json_policies(list), false);
		return;
	}
	if (!list->n)
		no_gpu();
	style_detect(&style, stdout);
	for (size_t i = 0; i < list->n; i++) {
		table_cell(&table, PAINT_PLAIN, "%s", list->gpus[i].address);
		table_cell(&table, PAINT_BOLD, "%s", word_policy(word, list->gpus[i].policy));
		table_row(&table);
	}
	table_print(&table, &style, stdout);
}

/* GPU and policy as given, either of which may be left out. */
static int parse(int argc, char **argv, const char **name, const char **word, __u32 *policy)
{
	*name = *word = NULL;
	if (argc == 2 && !policy_from_word(argv[1], policy))
		return usage_error(&cmd_policy, "no policy '%s'; there are auto, warm and on",
				   argv[1]);
	if (argc == 2 || (argc == 1 && policy_from_word(argv[0], policy)))
		*word = argv[argc - 1];
	if (argc == 2 || (argc == 1 && !*word))
		*name = argv[0];
	return RESULT_DONE;
}

static int change(struct client *client, struct gpu *gpu, __u32 policy)
{
	int err = client_set_policy(client, gpu->address, policy);

	if (err)
		return client_failed(client, err);
	gpu->policy = policy;
	return RESULT_DONE;
}

static int policy_run(int argc, char **argv)
{
	struct gpu_list list = {}, one;
	struct client *client = NULL;
	const char *name, *word;
	struct gpu *gpu = NULL;
	struct options options;
	__u32 policy = 0;
	int result = options_parse(&cmd_policy, &argc, &argv, 2, &options);

	if (result >= 0)
		return result;
	result = parse(argc, argv, &name, &word, &policy);
	if (!result)
		result = connect_and_read(&client, &list);
	if (!result && argc)
		result = pick_gpu(&cmd_policy, &list, name, &gpu);
	if (!result && gpu && word)
		result = change(client, gpu, policy);
	if (!result) {
		one = (struct gpu_list){ .gpus = gpu, .n = 1 };
		show(gpu ? &one : &list, options.json);
		result = finish(RESULT_DONE);
	}
	gpu_list_free(&list);
	client_close(client);
	return result;
}

const struct command cmd_policy = {
	.name = "policy",
	.arguments = "[GPU] [auto|warm|on] [--json]",
	.summary = "Show or set what happens to a GPU when no VM uses it.",
	.help =
	"  auto  cut its power\n"
	"  warm  suspend it, but never cut its power: for machines that cannot come\n"
	"        back from that\n"
	"  on    keep it in D0\n"
	"\n"
	"The policy lasts until the module is unloaded or the GPU leaves vfio-pci; the\n"
	"module parameter \"policy\" is the one new GPUs start with, see gpupm(4).\n",
	.options = OPTION_JSON,
	.run = policy_run,
};
