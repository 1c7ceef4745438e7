// SPDX-License-Identifier: GPL-2.0-only
#include "../guest/table_file.h"
#include "../profile/config.h"
#include "../profile/nearest.h"
#include "../vm/change.h"
#include "../vm/domain.h"
#include "../vm/show.h"
#include "../vm/stop.h"
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* VM and each feature, once. */
#define WORDS_MAX	9

#define STOP_SECONDS		30
#define STOP_SECONDS_MAX	3600

/* What the command line and the machine say; @rom and @table are where paths may go. */
static int make_wish(struct wish *wish, const struct options *options, const char *vm,
		     char rom[static PATH_MAX], char table[static PATH_MAX])
{
	*wish = (struct wish){ .root = "", .socket = CONFIG_SOCKET };
	if (table_file(vm, table))
		wish->table = table;
	if (!options->rom)
		return RESULT_DONE;
	/* libvirt reads it, from wherever it was started. */
	if (!realpath(options->rom, rom)) {
		complain("there is no ROM %s: %s", options->rom, strerror(errno));
		return RESULT_FAILED;
	}
	wish->rom = rom;
	return RESULT_DONE;
}

static int list(virConnectPtr connection, char **words, const struct options *options)
{
	const struct wish wish = { .root = "" };

	(void)words;
	return vm_list(connection, &wish, options->json);
}

static int show(virConnectPtr connection, char **words, const struct options *options)
{
	char rom[PATH_MAX], table[PATH_MAX];
	struct wish wish;
	int result = make_wish(&wish, options, words[0], rom, table);

	return result ?: vm_show(connection, words[0], options->gpu, &wish, options->json);
}

static int change(virConnectPtr connection, char **words, const struct options *options,
		  int (*apply)(virConnectPtr connection, const struct change_request *request,
			       const struct wish *wish))
{
	const struct change_request request = {
		.vm = words[0],
		.features = words + 1,
		.gpu = options->gpu,
		.dry_run = options->dry_run,
	};
	char rom[PATH_MAX], table[PATH_MAX];
	struct wish wish;
	int result = make_wish(&wish, options, words[0], rom, table);

	return result ?: apply(connection, &request, &wish);
}

static int enable(virConnectPtr connection, char **words, const struct options *options)
{
	return change(connection, words, options, vm_enable);
}

static int disable(virConnectPtr connection, char **words, const struct options *options)
{
	return change(connection, words, options, vm_disable);
}

static int check_features(char **words, const struct options *options)
{
	(void)options;
	return features_check(words + 1);
}

static int check_stop(char **words, const struct options *options)
{
	long seconds;
	int result = -1;

	if (options->timeout)
		result = option_number(&setup_vm, "--timeout", options->timeout, STOP_SECONDS_MAX,
				       &seconds);
	if (result >= 0)
		return result;
	if (options->all && words[0])
		return usage_error(&setup_vm, "either a VM or --all");
	if (!options->all && !words[0])
		return usage_error(&setup_vm, "say which VM to stop, or --all");
	return RESULT_DONE;
}

static int stop(virConnectPtr connection, char **words, const struct options *options)
{
	long seconds = options->timeout ? strtol(options->timeout, NULL, 10) : STOP_SECONDS;

	return options->all ? vm_stop_all(connection, seconds) :
			      vm_stop(connection, words[0], seconds);
}

/**
 * struct verb - something "gpupm vm" does
 * @name: as typed
 * @least: how many words it takes at least
 * @most: and at most
 * @options: of the command's OPTION_ bits, those that it takes
 * @check: looks whether its words make sense, before libvirt is asked; may be NULL.
 *	Return: RESULT_DONE, or the code to exit with after a complaint
 * @run: does it. Return: the exit code
 */
static const struct verb {
	const char *name;
	int least;
	int most;
	unsigned int options;
	int (*check)(char **words, const struct options *options);
	int (*run)(virConnectPtr connection, char **words, const struct options *options);
} verbs[] = {
	{ "list", 0, 0, OPTION_JSON, NULL, list },
	{ "show", 1, 1, OPTION_JSON | OPTION_GPU | OPTION_ROM, NULL, show },
	{ "enable", 1, WORDS_MAX, OPTION_DRY_RUN | OPTION_GPU | OPTION_ROM, check_features,
	  enable },
	{ "disable", 1, WORDS_MAX, OPTION_DRY_RUN, check_features, disable },
	{ "stop", 0, 1, OPTION_TIMEOUT | OPTION_ALL, check_stop, stop },
};

#define N_VERBS	(sizeof(verbs) / sizeof(*verbs))

static int unknown_verb(const char *given)
{
	const char *words[N_VERBS + 1] = {}, *near;

	for (size_t i = 0; i < N_VERBS; i++)
		words[i] = verbs[i].name;
	near = nearest_word(given, words);
	return usage_error(&setup_vm, "it does not do '%s'%s%s%s", given,
			   near ? "; did you mean " : "", near ?: "", near ? "?" : "");
}

/* Options that other verbs take. */
static const char *foreign_option(const struct verb *verb, const struct options *options)
{
	const struct {
		unsigned int bit;
		bool given;
		const char *name;
	} all[] = {
		{ OPTION_JSON, options->json, "--json" },
		{ OPTION_DRY_RUN, options->dry_run, "--dry-run" },
		{ OPTION_GPU, options->gpu, "--gpu" },
		{ OPTION_ROM, options->rom, "--rom" },
		{ OPTION_TIMEOUT, options->timeout, "--timeout" },
		{ OPTION_ALL, options->all, "--all" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i].given && !(verb->options & all[i].bit))
			return all[i].name;
	return NULL;
}

static int run_verb(const struct verb *verb, int n, char **words, const struct options *options)
{
	const char *foreign = foreign_option(verb, options);
	virConnectPtr connection;
	int result = RESULT_DONE;

	if (n > verb->most)
		return usage_error(&setup_vm, "unexpected argument '%s'", words[verb->most]);
	if (n < verb->least)
		return usage_error(&setup_vm, "say which VM to %s", verb->name);
	if (foreign)
		return usage_error(&setup_vm, "%s takes no option %s", verb->name, foreign);
	if (verb->check)
		result = verb->check(words, options);
	if (result)
		return result;
	if (verb->run == stop && !options->all)
		stop_prepare();
	connection = domains_open(&result);
	if (!connection)
		return result;
	result = verb->run(connection, words, options);
	virConnectClose(connection);
	return result;
}

static int vm_run(int argc, char **argv)
{
	struct options options;
	int result = options_parse(&setup_vm, &argc, &argv, argc, &options);

	if (result >= 0)
		return result;
	if (!argc)
		return usage_error(&setup_vm, "say what to do");
	for (size_t i = 0; i < N_VERBS; i++)
		if (!strcmp(verbs[i].name, argv[0]))
			return run_verb(&verbs[i], argc - 1, argv + 1, &options);
	return unknown_verb(argv[0]);
}

const struct command setup_vm = {
	.name = "vm",
	.arguments = "list | show VM | enable VM [FEATURE...] | disable VM [FEATURE...] | stop VM",
	.summary = SUMMARY_VM,
	.help =
	"  list     every VM that libvirt knows\n"
	"  show     which features a VM has\n"
	"  enable   give it features; without any, all that it can have\n"
	"  disable  take them back: what was there before is there again\n"
	"  stop     end it: by its guest agent, its power button, then by force\n"
	"\n"
	"Features:\n"
	"  gpu       all functions of the GPU, in one slot\n"
	"  rom       the GPU's ROM, from the file that --rom names\n"
	"  power     the host's battery: table and channel\n"
	"  mmio64    room above 4 GiB for the GPU's BARs\n"
	"  firmware  UEFI without Secure Boot\n"
	"  disguise  looks like this machine, not like a VM\n"
	"  agent     the channel of the guest agent\n"
	"  pinning   a fast CPU for each vCPU\n"
	"\n"
	"What the VM's owner has set by hand stays. Its XML is kept before each change.\n"
	"VMs are those of the system's libvirt (qemu:///system); for others there is\n"
	"'gpupm qemu-args'.\n",
	.options = OPTION_JSON | OPTION_DRY_RUN | OPTION_GPU | OPTION_ROM | OPTION_TIMEOUT |
		   OPTION_ALL,
	.run = vm_run,
};
