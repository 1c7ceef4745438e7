// SPDX-License-Identifier: GPL-2.0-only
#include "../doctor/ask.h"
#include "../doctor/host.h"
#include "../guest/table_file.h"
#include "../profile/config.h"
#include "../show/checks.h"
#include "../show/text.h"
#include "../show/value.h"
#include "../vm/domain.h"
#include "../vm/wish.h"
#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
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

static int look_at_host(struct checks *checks)
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

static int look_at_domain(virDomainPtr domain, struct vm_look *vm, struct checks *checks)
{
	char *text = virDomainGetXMLDesc(domain, 0), why[256], table[PATH_MAX];
	struct gpu_list gpus = {};
	int result;

	if (!text)
		return domain_failed("the XML of VM %s cannot be read", vm->name);
	vm->doc = xml_parse(text, why, sizeof(why));
	free(text);
	if (!vm->doc) {
		complain("the XML of VM %s makes no sense: %s", vm->name, why);
		return RESULT_FAILED;
	}
	vm->wish = (struct wish){ .root = "", .socket = CONFIG_SOCKET };
	if (table_file(vm->name, table))
		vm->wish.table = table;
	result = wish_gpu(&vm->wish, vm->doc, NULL, &gpus);
	if (!result) {
		vm->connected = ask_channel(domain, vm->name);
		vm->agent = ask_agent(domain);
		doctor_vm(vm, checks);
	}
	gpu_list_free(&gpus);
	xmlFreeDoc(vm->doc);
	return result;
}

static int look_at_vm(const char *name, struct checks *checks)
{
	struct vm_look vm = { .name = name };
	virDomainPtr domain = NULL;
	virConnectPtr connection;
	int result;

	connection = domains_open(&result);
	if (!connection)
		return result;
	result = domain_find(connection, name, &domain);
	if (!result)
		result = look_at_domain(domain, &vm, checks);
	if (domain)
		virDomainFree(domain);
	virConnectClose(connection);
	return result;
}

static void show(const struct checks *checks, bool json)
{
	struct style style;

	if (json) {
		json_print(stdout, json_checks(checks), false);
		return;
	}
	style_detect(&style, stdout);
	checks_show(stdout, &style, checks);
}

static int doctor_run(int argc, char **argv)
{
	struct checks checks = {};
	struct options options;
	int result = options_parse(&setup_doctor, &argc, &argv, 1, &options);

	if (result >= 0)
		return result;
	result = look_at_host(&checks);
	if (!result && argc)
		result = look_at_vm(argv[0], &checks);
	if (!result) {
		show(&checks, options.json);
		result = checks_count(&checks, CHECK_FAILURE) ? RESULT_FAILED : RESULT_DONE;
	}
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
