// SPDX-License-Identifier: GPL-2.0-only
#include "../show/profile.h"
#include "../show/value.h"
#include "cmd.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct json_object *make_request(const char *word)
{
	struct json_object *request = json_must(json_object_new_object());

	json_add(request, "command", json_string("profile"));
	if (word)
		json_add(request, "set", json_string(word));
	return request;
}

/* Why the active profile is the active one. */
static void show_reason(struct json_object *answer)
{
	struct json_object *active = NULL, *override = NULL, *on_ac = NULL;

	json_object_object_get_ex(answer, "active", &active);
	json_object_object_get_ex(answer, "override", &override);
	json_object_object_get_ex(answer, "on_ac", &on_ac);
	if (override)
		puts("It was chosen by hand: gpupm profile auto makes it follow host power again.");
	else if (!active)
		puts("No profile is active yet.");
	else if (!on_ac)
		puts("It is not known whether the host runs on AC, so it is taken to.");
	else
		printf("The host runs on %s.\n", json_object_get_boolean(on_ac) ? "AC" : "battery");
}

static int profile_run(int argc, char **argv)
{
	struct json_object *request, *answer;
	struct options options;
	struct style style;
	int result = options_parse(&cmd_profile, &argc, &argv, 1, &options);

	if (result >= 0)
		return result;
	if (argc && strcmp(argv[0], "ac") && strcmp(argv[0], "battery") && strcmp(argv[0], "auto"))
		return usage_error(&cmd_profile, "no profile '%s'; there are ac, battery and auto",
				   argv[0]);
	if (argc && geteuid()) {
		complain("only root may choose the profile: sudo gpupm profile %s", argv[0]);
		return RESULT_NOT_PERMITTED;
	}
	request = make_request(argc ? argv[0] : NULL);
	result = ask_daemon(request, &answer);
	json_object_put(request);
	if (result)
		return result;
	if (options.json) {
		json_print(stdout, answer, false);
		return finish(RESULT_DONE);
	}
	style_detect(&style, stdout);
	profiles_show(stdout, &style, "", answer);
	putchar('\n');
	show_reason(answer);
	json_object_put(answer);
	return finish(RESULT_DONE);
}

const struct command cmd_profile = {
	.name = "profile",
	.arguments = "[ac|battery|auto] [--json]",
	.summary = "Show what the profiles do, or choose one.",
	.help =
	"  ac, battery  this profile, whatever the host runs on, until told otherwise or\n"
	"               the host is started again\n"
	"  auto         the one that fits host power\n"
	"\n"
	"An asterisk marks the active profile. What profiles do is set in gpupm.conf(5)\n"
	"and done by gpupmd(8).\n",
	.options = OPTION_JSON,
	.run = profile_run,
};
