// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verbs of gpupm-setup, as far as gpupm itself knows them. It is a program of its
 * own for the libraries it takes: libvirt's with all that this loads, and an XML
 * parser. They would make each "gpupm status" several times as large and as slow.
 */
#include "../client/program.h"
#include "cmd.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM	"gpupm-setup"

static int setup_run(int argc, char **argv)
{
	char path[PATH_MAX];
	const char *program = program_find(path, PROGRAM);
	char *args[argc + 2];

	args[0] = PROGRAM;
	memcpy(args + 1, argv, (argc + 1) * sizeof(*argv));
	execv(program, args);
	if (errno == ENOENT)
		complain("gpupm was built without libvirt's or libxml2's headers (libvirt-dev, libxml2-dev): there is no %s",
			 program);
	else
		complain("could not run %s: %s", program, strerror(errno));
	return RESULT_FAILED;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.summary = SUMMARY_DOCTOR,
	.run = setup_run,
};

const struct command cmd_bind = {
	.name = "bind",
	.summary = SUMMARY_BIND,
	.run = setup_run,
};

const struct command cmd_vbios = {
	.name = "vbios",
	.summary = SUMMARY_VBIOS,
	.run = setup_run,
};

const struct command cmd_vm = {
	.name = "vm",
	.summary = SUMMARY_VM,
	.run = setup_run,
};
