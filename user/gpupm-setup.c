// SPDX-License-Identifier: GPL-2.0-only
/*
 * gpupm-setup VERB ... - the verbs of gpupm that prepare the machine and its VMs.
 * gpupm runs it, and says everywhere that these verbs are its own; see cmd/setup.c.
 */
#include "cmd/cmd.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static const struct command * const verbs[] = {
	&setup_doctor, &setup_bind, &setup_vbios, &setup_vm,
};

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	for (size_t i = 0; argc > 1 && i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strcmp(verbs[i]->name, argv[1]))
			return finish(verbs[i]->run(argc - 1, argv + 1));
	fputs("usage: gpupm-setup VERB ...; gpupm runs it\n", stderr);
	return RESULT_USAGE;
}
