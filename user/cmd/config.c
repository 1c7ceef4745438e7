// SPDX-License-Identifier: GPL-2.0-only
#include "../profile/config_json.h"
#include "../show/profile.h"
#include "../show/text.h"
#include "../show/value.h"
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *clean(char buf[static 256], const char *text)
{
	struct style style;

	style_detect(&style, stdout);
	text_clean(&style, buf, 256, text);
	return buf;
}

/* The mistakes, a line each, as an array. */
static struct json_object *json_lines(char *text)
{
	struct json_object *array = json_must(json_object_new_array());
	char *line;

	while ((line = strsep(&text, "\n")))
		if (*line)
			json_append(array, json_string(line));
	return array;
}

static struct json_object *json_check(const char *file, struct config *config, char *mistakes)
{
	struct json_object *object = json_must(json_object_new_object());

	json_add(object, "file", json_string(file));
	json_add(object, "mistakes", json_lines(mistakes));
	if (*mistakes)
		return object;
	json_add(object, "socket", json_string(config->socket));
	json_add(object, "group", json_string(config->group));
	json_config(object, config);
	return object;
}

static void show(const char *file, bool missing, const struct config *config)
{
	struct json_object *profiles = json_must(json_object_new_object());
	struct style style;
	char buf[256];

	json_config(profiles, config);
	style_detect(&style, stdout);
	if (missing)
		printf("OK: there is no %s, so the defaults hold\n\n", file);
	else
		printf("OK: %s\n\n", clean(buf, file));
	printf("  socket %s, for group ", clean(buf, config->socket));
	printf("%s\n\n", clean(buf, config->group));
	profiles_show(stdout, &style, "", profiles);
	json_object_put(profiles);
}

static int check(const char *path, bool json)
{
	const char *file = path ? path : CONFIG_PATH;
	struct config config;
	char *mistakes = NULL;
	size_t size;
	FILE *errors = open_memstream(&mistakes, &size);
	int err;

	if (!errors) {
		complain("out of memory");
		return RESULT_FAILED;
	}
	err = config_read(path, &config, errors);
	fclose(errors);
	if (json)
		json_print(stdout, json_check(file, &config, mistakes), false);
	else if (err)
		fputs(mistakes, stderr);
	else
		show(file, !path && access(file, F_OK) && errno == ENOENT, &config);
	if (!err)
		config_free(&config);
	free(mistakes);
	return finish(err ? RESULT_FAILED : RESULT_DONE);
}

static int config_run(int argc, char **argv)
{
	struct options options;
	int result = options_parse(&cmd_config, &argc, &argv, 2, &options);

	if (result >= 0)
		return result;
	if (!argc)
		return usage_error(&cmd_config, "say what to do: check");
	if (strcmp(argv[0], "check"))
		return usage_error(&cmd_config, "it does not do '%s'; it does check", argv[0]);
	return check(argc == 2 ? argv[1] : NULL, options.json);
}

const struct command cmd_config = {
	.name = "config",
	.arguments = "check [FILE] [--json]",
	.summary = "Say what is wrong with a configuration file, or what it amounts to.",
	.help =
	"The file is " CONFIG_PATH " if none is given. gpupmd(8) need not run.\n"
	"Every mistake is a line: file, line, what is wrong, what is allowed.\n",
	.options = OPTION_JSON,
	.run = config_run,
};
