// SPDX-License-Identifier: GPL-2.0-only
#include "config.h"
#include "parse.h"
#include "split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void actions_free(struct actions *actions)
{
	free(actions->cpus);
	split_free(actions->guest_command);
	split_free(actions->host_command);
	free(actions->acpi_table);
}

void config_free(struct config *config)
{
	free(config->socket);
	free(config->group);
	for (int i = 0; i < N_PROFILES; i++)
		actions_free(&config->profiles[i]);
	for (size_t i = 0; i < config->n_vms; i++) {
		struct vm_config *vm = &config->vms[i];

		free(vm->name);
		free(vm->qmp);
		free(vm->agent);
		free(vm->forwards);
		actions_free(&vm->both);
		for (int j = 0; j < N_PROFILES; j++)
			actions_free(&vm->actions[j]);
	}
	free(config->vms);
	*config = (struct config){};
}

const struct vm_config *config_vm(const struct config *config, const char *name)
{
	for (size_t i = 0; *name && i < config->n_vms; i++)
		if (!strcmp(config->vms[i].name, name))
			return &config->vms[i];
	return NULL;
}

/* Take over what is set in @from and not yet in @to. */
static void fill(struct actions *to, const struct actions *from)
{
	if (!to->has_gpu_policy) {
		to->has_gpu_policy = from->has_gpu_policy;
		to->gpu_policy = from->gpu_policy;
	}
	if (!to->has_guest_power) {
		to->has_guest_power = from->has_guest_power;
		to->guest_power = from->guest_power;
	}
	if (to->affinity == AFFINITY_KEEP) {
		to->affinity = from->affinity;
		to->cpus = from->cpus;
	}
	if (!to->guest_command)
		to->guest_command = from->guest_command;
	if (!to->host_command)
		to->host_command = from->host_command;
	if (!to->acpi_table)
		to->acpi_table = from->acpi_table;
}

struct actions config_vm_actions(const struct vm_config *vm, enum profile_id profile)
{
	struct actions actions = {};

	fill(&actions, &vm->actions[profile]);
	fill(&actions, &vm->both);
	return actions;
}

struct actions config_actions(const struct config *config, const char *name,
			      enum profile_id profile)
{
	const struct vm_config *vm = config_vm(config, name);
	struct actions actions = {};

	if (vm)
		actions = config_vm_actions(vm, profile);
	fill(&actions, &config->profiles[profile]);
	return actions;
}

const char *profile_word(enum profile_id profile)
{
	return profile == PROFILE_AC ? "ac" : "battery";
}

static int set_defaults(struct config *config)
{
	if (!config->socket)
		config->socket = strdup(CONFIG_SOCKET);
	if (!config->group)
		config->group = strdup(CONFIG_GROUP);
	return config->socket && config->group ? 0 : -ENOMEM;
}

int config_read(const char *path, struct config *config, FILE *errors)
{
	FILE *file = fopen(path ? path : CONFIG_PATH, "re");
	int err = 0;

	*config = (struct config){};
	if (!file && (path || errno != ENOENT)) {
		err = -errno;
		fprintf(errors, "%s: %s\n", path ? path : CONFIG_PATH, strerror(errno));
		return err;
	}
	if (file)
		err = parse_config(file, path ? path : CONFIG_PATH, config, errors);
	if (file)
		fclose(file);
	if (!err)
		err = set_defaults(config);
	if (err == -ENOMEM)
		fputs("out of memory\n", errors);
	if (err)
		config_free(config);
	return err;
}
