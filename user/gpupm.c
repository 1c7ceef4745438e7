// SPDX-License-Identifier: GPL-2.0-only
/*
 * gpupm - shows and steers the power of GPUs that are passed through to VMs.
 * This file finds the command; each command has a file of its own in cmd/.
 */
#include "cmd/cmd.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static const struct command * const commands[] = {
	&cmd_status, &cmd_why, &cmd_monitor, &cmd_wakes, &cmd_policy, &cmd_hold, &cmd_test,
	&cmd_power,
	&cmd_guests, &cmd_profile, &cmd_config,
	&cmd_acpi, &cmd_qemu_args,
	&cmd_doctor, &cmd_bind, &cmd_vbios, &cmd_vm,
};

#define N_COMMANDS (sizeof(commands) / sizeof(*commands))

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static void print_help(void)
{
	puts("Usage: gpupm [COMMAND]\n"
	     "\n"
	     "Cut the power of a passed-through GPU when no VM uses it.\n"
	     "\n"
	     "Commands:");
	for (size_t i = 0; i < N_COMMANDS; i++)
		printf("  %-9s  %s\n", commands[i]->name, commands[i]->summary);
	puts("  help       Print this help, or that of a command: gpupm help COMMAND\n"
	     "\n"
	     "Without a command it shows the status. A GPU is named by its address, by any\n"
	     "part of it that is unique (01:00), or not at all when there is only one.\n"
	     "\n"
	     "  -h, --help     print this help\n"
	     "  -V, --version  print the version\n"
	     "\n"
	     "Exit codes: 0 done, 1 failed, 2 usage, 3 module not loaded, 4 no such GPU,\n"
	     "5 not permitted. More in gpupm(1), gpupm(4) and gpupm.conf(5).");
}

static int unknown_command(const char *name)
{
	complain("no command '%s'; there are:", name);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(stderr, " %s", commands[i]->name);
	fputs(" help\n", stderr);
	return RESULT_USAGE;
}

static int help(int argc, char **argv)
{
	const struct command *cmd;

	if (argc < 2) {
		print_help();
		return RESULT_DONE;
	}
	cmd = find_command(argv[1]);
	if (!cmd)
		return unknown_command(argv[1]);
	/* It knows the options of every command, those of another program as well. */
	return cmd->run(2, (char *[]){ (char *)cmd->name, "--help", NULL });
}

static int run(int argc, char **argv)
{
	const struct command *cmd;

	if (argc < 2)
		return cmd_status.run(argc, argv);
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))
		return help(1, argv);
	if (!strcmp(argv[1], "help"))
		return help(argc - 1, argv + 1);
	if (!strcmp(argv[1], "-V") || !strcmp(argv[1], "--version")) {
		puts("gpupm " GPUPM_VERSION);
		return RESULT_DONE;
	}
	/* "gpupm -w" is what somebody types who knows that the status is shown anyway. */
	if (argv[1][0] == '-')
		return cmd_status.run(argc, argv);
	cmd = find_command(argv[1]);
	return cmd ? cmd->run(argc - 1, argv + 1) : unknown_command(argv[1]);
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	return finish(run(argc, argv));
}
