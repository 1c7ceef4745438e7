// SPDX-License-Identifier: GPL-2.0-only
/* The configuration file. */
#include "fuzz.h"

#include "profile/config.h"
#include "profile/parse.h"

#include <errno.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *file = size ? fmemopen((void *)data, size, "r") : NULL, *complaints;
	struct config config = {};
	char *errors = NULL;
	size_t n, lines = 0;
	int err;

	if (!file)
		return 0;
	complaints = open_memstream(&errors, &n);
	err = parse_config(file, "conf", &config, complaints);
	fclose(complaints);
	fclose(file);

	/* A mistake is told, and what is told is a mistake, in lines that begin alike. */
	MUST(!err == !n);
	for (const char *line = errors; *line; line = strchr(line, '\n') + 1) {
		MUST(!strncmp(line, "conf:", 5) && strchr(line, '\n'));
		lines++;
	}
	MUST(lines <= PARSE_MISTAKES_MAX + 1);
	/* Everything that can be told of a VM makes sense. */
	for (size_t i = 0; i < config.n_vms; i++) {
		const struct vm_config *vm = &config.vms[i];

		MUST(*vm->name && config_vm(&config, vm->name) == vm);
		for (enum profile_id profile = 0; profile < N_PROFILES; profile++) {
			struct actions actions = config_actions(&config, vm->name, profile);

			MUST(!actions.host_command || *actions.host_command[0]);
			MUST(!actions.guest_command || *actions.guest_command[0]);
			MUST((actions.affinity == AFFINITY_LIST) == !!actions.cpus || err);
		}
	}
	config_free(&config);
	free(errors);
	return 0;
}
