// SPDX-License-Identifier: GPL-2.0-only
#include "apply.h"
#include "../guest/guest.h"
#include "affinity.h"
#include "command.h"
#include "guest_command.h"
#include "policy.h"
#include "tables.h"

static struct actions actions_of(const struct config *config, enum profile_id profile,
				 const struct vm *vm)
{
	return config_actions(config, vm->name, profile);
}

static void place(const struct config *config, enum profile_id profile, struct vm *vm)
{
	struct actions actions = actions_of(config, profile, vm);

	if (actions.affinity != AFFINITY_KEEP)
		affinity_set(vm, &actions);
}

static void run_in_guest(const struct config *config, enum profile_id profile, struct vm *vm)
{
	struct actions actions = actions_of(config, profile, vm);
	const struct vm_config *vm_config = config_vm(config, vm->name);

	if (actions.guest_command)
		guest_command_run(vm, vm_config ? vm_config->agent : NULL,
				  actions.guest_command);
}

bool apply_profile(const struct config *config, enum profile_id profile, const char *tables)
{
	char **host_command = config->profiles[profile].host_command;
	bool done;

	commands_drop();
	done = tables_apply(config, profile, tables);
	guests_refresh();
	done &= policy_apply(config, profile, NULL);
	for (struct vm *vm = vm_first(); vm; vm = vm->next)
		place(config, profile, vm);
	for (struct vm *vm = vm_first(); vm; vm = vm->next)
		run_in_guest(config, profile, vm);
	if (host_command)
		command_run(host_command, profile, "");
	for (struct vm *vm = vm_first(); vm; vm = vm->next) {
		struct actions actions = actions_of(config, profile, vm);

		/* The profile's own has been run for the host. */
		if (actions.host_command && actions.host_command != host_command)
			command_run(actions.host_command, profile, vm->name);
	}
	return done;
}

void apply_vm(const struct config *config, enum profile_id profile, struct vm *vm)
{
	struct actions actions = actions_of(config, profile, vm);

	place(config, profile, vm);
	run_in_guest(config, profile, vm);
	if (actions.host_command)
		command_run(actions.host_command, profile, vm->name);
}
