// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tool's command line, a word a line, and behind an empty line what gpupmd
 * answers. The module and gpupmd are stand-ins. Of commands that run others, write
 * files or wait, only the options are read.
 */
#include "fuzz.h"

#include "client/client.h"
#include "client/event.h"
#include "client/match.h"
#include "client/power.h"
#include "cmd/cmd.h"
#include "daemon/control.h"

#include <errno.h>
#include <stdio.h>

#define WORDS	16

static const char *answer_text;
static char asked_policy[ADDRESS_SIZE];
static int changes;

/* ---- the module ------------------------------------------------------------- */

int client_open(struct client **client)
{
	*client = (struct client *)&changes;
	return 0;
}

void client_close(struct client *client)
{
	MUST(!client || client == (struct client *)&changes);
}

const char *client_error(const struct client *client)
{
	(void)client;
	return "it does not work";
}

int client_gpus(struct client *client, struct gpu_list *list)
{
	static const char * const addresses[] = { "0000:01:00.0", "0000:41:00.0", "10000:e1:00.0" };

	(void)client;
	list->gpus = calloc(3, sizeof(*list->gpus));
	MUST(list->gpus);
	for (list->n = 0; list->n < 3; list->n++)
		strcpy(list->gpus[list->n].address, addresses[list->n]);
	return 0;
}

int client_wakes(struct client *client, const char *address, struct wake_list *list)
{
	(void)client;
	(void)address;
	list->wakes = calloc(1, sizeof(*list->wakes));
	MUST(list->wakes);
	list->n = 1;
	strcpy(list->wakes->gpu, "0000:01:00.0");
	return 0;
}

int client_power(struct client *client, struct host_power *power)
{
	(void)client;
	*power = (struct host_power){ .on_ac = GPUPM_ON_AC_YES };
	return 0;
}

int client_set_policy(struct client *client, const char *address, __u32 policy)
{
	(void)client;
	MUST(policy <= GPUPM_POLICY_MAX);
	snprintf(asked_policy, sizeof(asked_policy), "%s", address);
	changes++;
	return 0;
}

int power_watch_open(struct client *client, struct power_watch **watch, struct host_power *power)
{
	(void)client;
	(void)power;
	*watch = NULL;
	return -EOPNOTSUPP;
}

int events_open(const struct client *client, struct events **events)
{
	(void)client;
	*events = NULL;
	return -EIO;
}

/* ---- gpupmd ----------------------------------------------------------------- */

int control_ask(const char *path, struct json_object *request, struct json_object **answer)
{
	MUST(!path && json_object_object_get_ex(request, "command", NULL));
	*answer = json_tokener_parse(answer_text);
	if (json_object_is_type(*answer, json_type_object))
		return 0;
	json_object_put(*answer);
	return -EPROTO;
}

/* ---- a run --------------------------------------------------------------- */

static const struct command * const run_whole[] = {
	&cmd_status, &cmd_why, &cmd_wakes, &cmd_policy, &cmd_power, &cmd_guests, &cmd_profile,
};

static const struct command * const read_only[] = {
	&cmd_monitor, &cmd_hold, &cmd_test, &cmd_config, &cmd_acpi, &cmd_qemu_args,
};

static int read_options(const struct command *cmd, int argc, char **argv)
{
	struct options options;
	int result = options_parse(cmd, &argc, &argv, 2, &options);

	MUST(result >= 0 || (argc <= 2 && options.rounds >= 1 && options.rounds <= 1000));
	return result < 0 ? RESULT_DONE : result;
}

static int run(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(run_whole) / sizeof(*run_whole); i++)
		if (!strcmp(argv[0], run_whole[i]->name))
			return run_whole[i]->run(argc, argv);
	for (size_t i = 0; i < sizeof(read_only) / sizeof(*read_only); i++)
		if (!strcmp(argv[0], read_only[i]->name))
			return read_options(read_only[i], argc, argv);
	return RESULT_USAGE;
}

/* Whoever gave no name of a GPU, or part of one, has changed none. */
static void check_change(int argc, char **argv)
{
	struct gpu gpu = {};
	struct gpu_list one = { .gpus = &gpu, .n = 1 };
	size_t matches[1];
	bool named = false;

	MUST(changes == 1);
	strcpy(gpu.address, asked_policy);
	for (int i = 1; i < argc; i++)
		named |= gpu_match(&one, argv[i], matches) == 1;
	MUST(named);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *at = text, *argv[WORDS + 1];
	FILE *out = stdout, *err = stderr;
	char *printed = NULL;
	size_t n;
	int argc = 0, result;

	MUST(text);
	while (argc < WORDS && *at && *at != '\n') {
		argv[argc++] = at;
		at += strcspn(at, "\n");
		if (*at)
			*at++ = '\0';
	}
	argv[argc] = NULL;
	answer_text = *at ? at + 1 : at;
	changes = 0;
	stdout = open_memstream(&printed, &n);
	stderr = fopen("/dev/null", "w");
	MUST(stdout && stderr);
	result = argc ? run(argc, argv) : RESULT_USAGE;
	fclose(stdout);
	fclose(stderr);
	stdout = out;
	stderr = err;
	MUST(result >= RESULT_DONE && result <= RESULT_NOT_PERMITTED);
	/* JSON is for programs. */
	MUST(*printed == '{' || harmless(printed));
	if (changes)
		check_change(argc, argv);
	MUST(!changes || result == RESULT_DONE);
	free(printed);
	free(text);
	return 0;
}
