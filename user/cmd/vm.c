// SPDX-License-Identifier: GPL-2.0-only
#include "../profile/nearest.h"
#include "../vm/domain.h"
#include "../vm/list.h"
#include "cmd.h"

#include <string.h>

static int list(virConnectPtr connection, char **words, const struct options *options)
{
	(void)words;
	return vm_list(connection, options->json);
}

/**
 * struct verb - something "gpupm vm" does
 * @name: as typed
 * @least: how many words it takes at least
 * @most: and at most
 * @options: of the command's OPTION_ bits, those that it takes
 * @run: does it. Return: the exit code
 */
static const struct verb {
	const char *name;
	int least;
	int most;
	unsigned int options;
	int (*run)(virConnectPtr connection, char **words, const struct options *options);
} verbs[] = {
	{ "list", 0, 0, OPTION_JSON, list },
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

static int run_verb(const struct verb *verb, char **words, const struct options *options)
{
	virConnectPtr connection;
	int result;

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
	for (size_t i = 0; i < N_VERBS; i++) {
		const struct verb *verb = &verbs[i];

		if (strcmp(verb->name, argv[0]))
			continue;
		if (argc - 1 > verb->most)
			return usage_error(&setup_vm, "unexpected argument '%s'",
					   argv[verb->most + 1]);
		if (argc - 1 < verb->least)
			return usage_error(&setup_vm, "say which VM to %s", verb->name);
		return run_verb(verb, argv + 1, &options);
	}
	return unknown_verb(argv[0]);
}

const struct command setup_vm = {
	.name = "vm",
	.arguments = "list [--json]",
	.summary = SUMMARY_VM,
	.help =
	"VMs are those of the system's libvirt (qemu:///system).\n",
	.options = OPTION_JSON,
	.run = vm_run,
};
