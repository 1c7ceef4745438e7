// SPDX-License-Identifier: GPL-2.0-only
#include "guest_command.h"
#include "../daemon/log.h"
#include "../guest/agent.h"
#include "../show/text.h"
#include "split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct guest_command - what runs in a guest, and what is to run then
 * @vm: the VM; NULL when it has ended
 * @what: what the log calls the command that runs
 * @argv: the command that waits; NULL for none
 * @socket: for it, or NULL
 * @next: the next one
 */
struct guest_command {
	struct vm *vm;
	char what[192];
	char **argv;
	char *socket;
	struct guest_command *next;
};

static struct guest_command *commands;

static void drop_waiting(struct guest_command *command)
{
	split_free(command->argv);
	free(command->socket);
	command->argv = NULL;
	command->socket = NULL;
}

static void forget(struct guest_command *command)
{
	struct guest_command **link = &commands;

	while (*link != command)
		link = &(*link)->next;
	*link = command->next;
	drop_waiting(command);
	free(command);
}

static void done(void *data, const char *error);

static void run(struct guest_command *command)
{
	const char *vm = command->vm->name[0] ? command->vm->name : "without a name";
	char program[64];

	text_clean(&(struct style){ .unicode = true }, program, sizeof(program),
		   command->argv[0]);
	snprintf(command->what, sizeof(command->what), "guest-command %s in VM %s (pid %d)",
		 program, vm, command->vm->pid);
	log_info("%s: begins", command->what);
	agent_run(command->vm, command->socket, (const char *const *)command->argv, done, command);
	drop_waiting(command);
}

static void done(void *data, const char *error)
{
	struct guest_command *command = data;

	if (error)
		log_warning("%s: %s", command->what, error);
	else
		log_info("%s: done", command->what);
	if (command->vm && command->argv)
		run(command);
	else
		forget(command);
}

static struct guest_command *find(const struct vm *vm)
{
	struct guest_command *command = commands;

	while (command && command->vm != vm)
		command = command->next;
	return command;
}

void guest_command_run(struct vm *vm, const char *socket, char *const *argv)
{
	struct guest_command *command = find(vm);
	bool runs = command;

	if (!command) {
		command = calloc(1, sizeof(*command));
		if (!command)
			goto no_memory;
		command->vm = vm;
		command->next = commands;
		commands = command;
	}
	drop_waiting(command);
	command->argv = split_copy(argv);
	command->socket = socket ? strdup(socket) : NULL;
	if (!command->argv || (socket && !command->socket)) {
		drop_waiting(command);
		if (!runs)
			forget(command);
		goto no_memory;
	}
	if (!runs)
		run(command);
	return;
no_memory:
	log_error("guest-command: out of memory");
}

void guest_command_ended(const struct vm *vm)
{
	struct guest_command *command = find(vm);

	/* The agent still says how the one that runs came to its end. */
	if (command) {
		command->vm = NULL;
		drop_waiting(command);
	}
}

void guest_commands_close(void)
{
	while (commands)
		forget(commands);
}
