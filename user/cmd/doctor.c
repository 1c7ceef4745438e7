// SPDX-License-Identifier: GPL-2.0-only
#include "../doctor/host.h"
#include "../show/checks.h"
#include "../show/value.h"
#include "cmd.h"

#include <stdio.h>
#include <sys/utsname.h>

/* What the module knows, when it can be asked; the doctor does without. */
static void ask_module(struct gpu_list *list)
{
	struct client *client = NULL;

	*list = (struct gpu_list){};
	if (client_open(&client) || client_gpus(client, list))
		gpu_list_free(list);
	client_close(client);
}

static int look(struct checks *checks)
{
	struct gpu_list managed;
	struct utsname kernel;
	struct host host = { .root = "" };
	int err;

	uname(&kernel);
	host.release = kernel.release;
	err = host_read(&host);
	if (err) {
		gpu_list_free(&host.gpus);
		complain("out of memory");
		return RESULT_FAILED;
	}
	ask_module(&managed);
	host.managed = &managed;
	doctor_iommu(&host, checks);
	doctor_functions(&host, checks);
	doctor_power(&host, checks);
	doctor_module(&host, checks);
	gpu_list_free(&managed);
	gpu_list_free(&host.gpus);
	return RESULT_DONE;
}

static int doctor_run(int argc, char **argv)
{
	struct checks checks = {};
	struct options options;
	struct style style;
	int result = options_parse(&setup_doctor, &argc, &argv, 1, &options);

	if (result >= 0)
		return result;
	result = look(&checks);
	if (!result && options.json) {
		json_print(stdout, json_checks(&checks), false);
	} else if (!result) {
		style_detect(&style, stdout);
		checks_show(stdout, &style, &checks);
	}
	if (!result && checks_count(&checks, CHECK_FAILURE))
		result = RESULT_FAILED;
	checks_free(&checks);
	return finish(result);
}

const struct command setup_doctor = {
	.name = "doctor",
	.arguments = "[VM] [--json]",
	.summary = SUMMARY_DOCTOR,
	.help =
	"A line each: ok, warning, failure or cannot-tell; what was found, and where; what to\n"
	"do. With the name of a libvirt VM that VM is looked at, too. It changes nothing and\n"
	"wakes nothing. It exits with 0 only when nothing failed.\n",
	.options = OPTION_JSON,
	.run = doctor_run,
};
