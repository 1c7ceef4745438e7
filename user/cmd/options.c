// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROUNDS 1000

/**
 * struct known - an option
 * @bit: its OPTION_ bit
 * @letter: short form, or 0
 * @name: long form, or NULL
 * @value: what follows it; NULL for a switch
 * @field: where it goes in struct options: a string, or a bool for a switch
 * @help: what it does
 */
struct known {
	unsigned int bit;
	char letter;
	const char *name;
	const char *value;
	size_t field;
	const char *help;
};

#define FIELD(member) offsetof(struct options, member)

static const struct known known[] = {
	{ OPTION_WATCH, 'w', "watch", NULL, FIELD(watch),
	  "go on, and show every change as it happens" },
	{ OPTION_ROUNDS, 'n', NULL, "N", FIELD(n), "number of rounds, 1 to 1000 (default 5)" },
	{ OPTION_STATIC, 0, "static", "ac|battery", FIELD(fixed),
	  "a table that always says the same and needs no daemon" },
	{ OPTION_HEARTBEAT, 0, "heartbeat", "SECONDS", FIELD(heartbeat),
	  "how often the guest looks by itself, 1 to 300 (default 5)" },
	{ OPTION_OUTPUT, 'o', "output", "FILE", FIELD(output), "write to this file" },
	{ OPTION_QEMU, 0, "qemu", "BINARY", FIELD(qemu), "default: qemu-system-x86_64" },
	{ OPTION_TABLE, 0, "table", "FILE", FIELD(table),
	  "default: the one gpupmd keeps, or the one that is installed" },
	{ OPTION_SOCKET, 0, "socket", "PATH", FIELD(socket), "default: /run/gpupm/guest.sock" },
	{ OPTION_LIBVIRT, 0, "libvirt", NULL, FIELD(libvirt),
	  "print what goes into the XML of a libvirt domain" },
	{ OPTION_DRY_RUN, 0, "dry-run", NULL, FIELD(dry_run),
	  "show what would change, and change nothing" },
	{ OPTION_UNDO, 0, "undo", NULL, FIELD(undo), "put back what was there before" },
	{ OPTION_GPU, 0, "gpu", "GPU", FIELD(gpu), "which GPU, when there is more than one" },
	{ OPTION_ROM, 0, "rom", "FILE", FIELD(rom), "file with the GPU's ROM" },
	{ OPTION_VARSTORE, 0, "varstore", "FILE", FIELD(varstore),
	  "the VM's own copy, for UEFI firmware" },
	{ OPTION_AGENT, 0, "agent", "PATH", FIELD(agent),
	  "socket that QEMU makes; default: /run/gpupm-agent.sock" },
	{ OPTION_LINES, 0, "lines", NULL, FIELD(lines), "print one argument a line" },
	{ OPTION_ALL, 0, "all", NULL, FIELD(all), "every VM that runs" },
	{ OPTION_TIMEOUT, 0, "timeout", "SECONDS", FIELD(timeout),
	  "how long it may take, 1 to 3600 (default 30)" },
	{ OPTION_JSON, 0, "json", NULL, FIELD(json), "print JSON; its shape is in gpupm(1)" },
	/* Every command takes this one. */
	{ OPTION_HELP, 'h', "help", NULL, FIELD(help), "print this help" },
};

#define N_KNOWN (sizeof(known) / sizeof(*known))

/* What getopt_long() gives is this and more for one of these, and no letter. */
#define FIRST_LONG 256

/* "  -o, --output FILE" */
static void spell(const struct known *option, char *buf, size_t size)
{
	char letter[] = { '-', option->letter, option->name ? ',' : '\0', '\0' };

	snprintf(buf, size, "  %-3s%s%s%s%s", option->letter ? letter : "",
		 option->name ? " --" : "", option->name ? option->name : "",
		 option->value && option->name ? " " : "", option->value ? option->value : "");
}

void command_help(const struct command *cmd)
{
	unsigned int taken = cmd->options | OPTION_HELP;
	char buf[64];
	int width = 0;

	printf("Usage: gpupm %s%s%s\n\n%s\n\n%s\nOptions:\n", cmd->name, *cmd->arguments ? " " : "",
	       cmd->arguments, cmd->summary, cmd->help);
	for (size_t i = 0; i < N_KNOWN; i++) {
		spell(&known[i], buf, sizeof(buf));
		if (taken & known[i].bit && (int)strlen(buf) > width)
			width = strlen(buf);
	}
	for (size_t i = 0; i < N_KNOWN; i++) {
		spell(&known[i], buf, sizeof(buf));
		if (taken & known[i].bit)
			printf("%-*s  %s\n", width, buf, known[i].help);
	}
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

int option_number(const struct command *cmd, const char *option, const char *text, long max,
		  long *number)
{
	char *end;

	errno = 0;
	*number = strtol(text, &end, 10);
	if (errno || end == text || *end || *number < 1 || *number > max)
		return usage_error(cmd, "%s takes a number from 1 to %ld, not '%s'", option, max,
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

static int take(const struct command *cmd, const struct known *option, char **argv,
		struct options *options)
{
	char *field = (char *)options + option->field;

	if (option->bit == OPTION_HELP) {
		command_help(cmd);
		return RESULT_DONE;
	}
	if (!(cmd->options & option->bit))
		return usage_error(cmd, "it takes no option %s", argv[optind - 1]);
	if (option->value)
		*(const char **)field = optarg;
	else
		*(bool *)field = true;
	return -1;
}

/* Every option as getopt_long() wants it; each comes back as its index in known[]. */
static int next_option(int argc, char **argv)
{
	static struct option longs[N_KNOWN + 1];
	static char shorts[2 * N_KNOWN + 2];
	char *letter = shorts;
	int found;

	*letter++ = ':';
	for (size_t i = 0, n = 0; i < N_KNOWN; i++) {
		if (known[i].name)
			longs[n++] = (struct option){ known[i].name, !!known[i].value, NULL,
						      FIRST_LONG + i };
		if (!known[i].letter)
			continue;
		*letter++ = known[i].letter;
		if (known[i].value)
			*letter++ = ':';
	}
	found = getopt_long(argc, argv, shorts, longs, NULL);
	for (size_t i = 0; i < N_KNOWN; i++)
		if (found == known[i].letter && found)
			return FIRST_LONG + i;
	return found;
}

int options_parse(const struct command *cmd, int *argc, char ***argv, int max,
		  struct options *options)
{
	int option, result = -1;

	*options = (struct options){ .rounds = 5 };
	opterr = 0;
	/* 0 is GNU's way to say that it is a new command line; 1 may leave it inside the last. */
	optind = 0;
	while (result < 0 && (option = next_option(*argc, *argv)) >= 0) {
		if (option >= FIRST_LONG)
			result = take(cmd, &known[option - FIRST_LONG], *argv, options);
		else if (option == ':')
			result = usage_error(cmd, "option %s needs a value", (*argv)[optind - 1]);
		else
			result = unknown_option(cmd, *argv);
	}
	if (result < 0 && options->n)
		result = option_number(cmd, "-n", options->n, MAX_ROUNDS, &options->rounds);
	if (result >= 0)
		return result;
	*argc -= optind;
	*argv += optind;
	if (*argc > max)
		return usage_error(cmd, "unexpected argument '%s'", (*argv)[max]);
	return -1;
}
