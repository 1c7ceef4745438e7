// SPDX-License-Identifier: GPL-2.0-only
#include "../guest/aml.h"
#include "../profile/file.h"
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int output(const char *path, const void *bytes, size_t size)
{
	int err;

	if (!path) {
		fwrite(bytes, size, 1, stdout);
		return RESULT_DONE;
	}
	err = file_write(path, bytes, size);
	if (!err)
		return RESULT_DONE;
	complain("could not write %s: %s", path, strerror(-err));
	return RESULT_FAILED;
}

static int parse(const struct options *options, const char **name, long *seconds)
{
	*name = options->fixed ? options->fixed : "live";
	*seconds = 0;
	if (options->fixed && strcmp(options->fixed, "ac") && strcmp(options->fixed, "battery"))
		return usage_error(&cmd_acpi, "--static takes ac or battery, not '%s'",
				   options->fixed);
	if (options->fixed && options->heartbeat)
		return usage_error(&cmd_acpi, "a static table has no heartbeat");
	if (!options->heartbeat)
		return -1;
	return option_number(&cmd_acpi, "--heartbeat", options->heartbeat, AML_HEARTBEAT_MAX,
			     seconds);
}

static int acpi_run(int argc, char **argv)
{
	struct options options;
	const void *builtin;
	const char *name;
	long seconds;
	size_t size;
	void *table;
	int result = options_parse(&cmd_acpi, &argc, &argv, 0, &options);

	if (result < 0)
		result = parse(&options, &name, &seconds);
	if (result >= 0)
		return result;
	if (!options.output && isatty(STDOUT_FILENO))
		return usage_error(&cmd_acpi,
				   "a terminal shows no binary table: name a file with -o, or redirect");
	builtin = aml_builtin(name, &size);
	table = malloc(size);
	if (!table) {
		complain("%s", strerror(ENOMEM));
		return RESULT_FAILED;
	}
	memcpy(table, builtin, size);
	if (seconds)
		aml_heartbeat(table, size, seconds);
	result = output(options.output, table, size);
	free(table);
	return result;
}

const struct command cmd_acpi = {
	.name = "acpi",
	.arguments = "[--static ac|battery] [--heartbeat SECONDS] [-o FILE]",
	.summary = "Write the ACPI table with which a guest has an AC adapter and a battery.",
	.help =
	"The table is live: it shows what gpupmd says of the host. A static one says the\n"
	"same for ever. 'gpupm qemu-args' prints how QEMU gets it.\n",
	.options = OPTION_STATIC | OPTION_HEARTBEAT | OPTION_OUTPUT,
	.run = acpi_run,
};
