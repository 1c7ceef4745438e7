// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROUNDS 1000

void command_help(const struct command *cmd)
{
	printf("Usage: gpupm %s%s%s\n\n%s\n\n%s\nOptions:\n", cmd->name, *cmd->arguments ? " " : "",
	       cmd->arguments, cmd->summary, cmd->help);
	if (cmd->options & OPTION_WATCH)
		puts("  -w, --watch    go on, and show every change as it happens");
	if (cmd->options & OPTION_ROUNDS)
		printf("  -n N           number of rounds, 1 to %d (default 5)\n", MAX_ROUNDS);
	if (cmd->options & OPTION_JSON)
		puts("      --json     print JSON; its shape is in gpupm(1)");
	puts("  -h, --help     print this help");
}

int usage_error(const struct command *cmd, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "gpupm %s: ", cmd->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nusage: gpupm %s%s%s\n", cmd->name, *cmd->arguments ? " " : "",
		cmd->arguments);
	return RESULT_USAGE;
}

static int parse_rounds(const struct command *cmd, const char *text, long *rounds)
{
	char *end;

	errno = 0;
	*rounds = strtol(text, &end, 10);
	if (errno || end == text || *end || *rounds < 1 || *rounds > MAX_ROUNDS)
		return usage_error(cmd, "-n takes a number from 1 to %d, not '%s'", MAX_ROUNDS,
				   text);
	return -1;
}

static int unknown_option(const struct command *cmd, char **argv)
{
	const char *given = argv[optind - 1];

	if (strncmp(given, "--", 2) && optopt)
		return usage_error(cmd, "unknown option -%c", optopt);
	return usage_error(cmd, "unknown option %s", given);
}

static int parse_option(const struct command *cmd, int option, char **argv,
			struct options *options)
{
	static const unsigned int bits[128] = {
		['j'] = OPTION_JSON,
		['w'] = OPTION_WATCH,
		['n'] = OPTION_ROUNDS,
	};

	if (option == 'h') {
		command_help(cmd);
		return RESULT_DONE;
	}
	if (option == ':')
		return usage_error(cmd, "option %s needs a value", argv[optind - 1]);
	if (option == '?')
		return unknown_option(cmd, argv);
	if (!(cmd->options & bits[option]))
		return usage_error(cmd, "it takes no option %s", argv[optind - 1]);
	if (option == 'n')
		return parse_rounds(cmd, optarg, &options->rounds);
	options->json |= option == 'j';
	options->watch |= option == 'w';
	return -1;
}

int options_parse(const struct command *cmd, int *argc, char ***argv, int max,
		  struct options *options)
{
	static const struct option known[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "watch", no_argument, NULL, 'w' },
		{}
	};
	int option, result = -1;

	*options = (struct options){ .rounds = 5 };
	opterr = 0;
	optind = 1;
	while (result < 0 && (option = getopt_long(*argc, *argv, ":hwn:", known, NULL)) >= 0)
		result = parse_option(cmd, option, *argv, options);
	if (result >= 0)
		return result;
	*argc -= optind;
	*argv += optind;
	if (*argc > max)
		return usage_error(cmd, "unexpected argument '%s'", (*argv)[max]);
	return -1;
}
