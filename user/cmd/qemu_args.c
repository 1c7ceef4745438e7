// SPDX-License-Identifier: GPL-2.0-only
#include "../guest/arguments.h"
#include "../guest/qemu.h"
#include "../guest/table_file.h"
#include "../machine/slot.h"
#include "../profile/config.h"
#include "../profile/nearest.h"
#include "../profile/tables.h"
#include "cmd.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QEMU		"qemu-system-x86_64"
#define KEPT_TABLE	TABLE_DIR "/" TABLE_NAME
/* What gpupm.conf(5) calls "agent" is to name the same. */
#define AGENT		"/run/gpupm-agent.sock"
#define FEATURES_MAX	8

static int pick_table(const char *given, char path[static PATH_MAX])
{
	if (given && access(given, F_OK)) {
		complain("there is no table %s (%s): write it with 'gpupm acpi -o %s'", given,
			 strerror(errno), given);
		return RESULT_FAILED;
	}
	/* A VM may be started from anywhere. */
	if (given && realpath(given, path))
		return RESULT_DONE;
	if (!given && table_file(NULL, path))
		return RESULT_DONE;
	complain("there is no " KEPT_TABLE ": start gpupmd, which keeps one there, or write a table of your own with 'gpupm acpi -o FILE' and name it with --table");
	return RESULT_FAILED;
}

/* Which character of a path the shell would not leave alone; 0 when it would all. */
static char special(const char *path)
{
	for (; *path; path++)
		if (!isalnum((unsigned char)*path) && !strchr("/._-+=:@%,~", *path) &&
		    !(*path & 0x80))
			return *path;
	return 0;
}

static void print_xml_text(const char *text)
{
	for (; *text; text++) {
		if (strchr("&<>'\"", *text))
			printf("&#%d;", *text);
		else
			putchar(*text);
	}
}

static void print_xml(const char *table, const char *socket)
{
	char *value = double_commas(table);

	puts("<!-- For 'virsh edit': the xmlns:qemu of the first line; <serial> after other serial\n"
	     "     ports in <devices>; <qemu:commandline> at the end. <features> must have <acpi/>. In\n"
	     "     a domain that was never defined, the others need their <target port='0'/>. -->\n"
	     "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n"
	     "  <devices>\n"
	     "    <serial type='unix'>");
	fputs("      <source mode='connect' path='", stdout);
	print_xml_text(socket);
	printf("'>\n"
	       "        <reconnect enabled='yes' timeout='1'/>\n"
	       "      </source>\n"
	       "      <target type='isa-serial' port='%d'/>\n"
	       "      <address type='isa' iobase='%#x' irq='%#x'/>\n"
	       "    </serial>\n"
	       "  </devices>\n"
	       "  <qemu:commandline>\n"
	       "    <qemu:arg value='-acpitable'/>\n"
	       "    <qemu:arg value='file=", QEMU_UART_INDEX, QEMU_UART_BASE, QEMU_UART_IRQ);
	print_xml_text(value);
	free(value);
	puts("'/>\n"
	     "  </qemu:commandline>\n"
	     "</domain>");
}

static int check_path(const char *what, const char *path)
{
	if (*path != '/')
		return usage_error(&cmd_qemu_args, "%s has to be a whole path, from /: '%s'", what,
				   path);
	if (!special(path))
		return RESULT_DONE;
	complain("%s has a '%c' in its path, which a shell would not leave as it is: %s", what,
		 special(path), path);
	return RESULT_FAILED;
}

static int check_paths(const char *table, const char *socket)
{
	int result = check_path("the table", table);

	return result ?: check_path("the socket", socket);
}

/* ---- features -------------------------------------------------------------- */

static bool is_given(int n, char **names, const char *name)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static int check_names(int n, char **names)
{
	const char *all[16] = {}, *near;
	size_t n_all = 0;

	for (; argument_features[n_all].name; n_all++)
		all[n_all] = argument_features[n_all].name;
	for (int i = 0; i < n; i++) {
		if (is_given(n_all, (char **)all, names[i]))
			continue;
		near = nearest_word(names[i], all);
		return usage_error(&cmd_qemu_args, "no feature '%s'%s%s%s", names[i],
				   near ? "; did you mean " : "", near ?: "", near ? "?" : "");
	}
	return RESULT_DONE;
}

static int find_gpu(const char *name, struct gpu_list *list, struct gpu **gpu)
{
	if (slots_read("", list)) {
		complain("out of memory");
		return RESULT_FAILED;
	}
	*gpu = name ? NULL : slots_only(list);
	return *gpu ? RESULT_DONE : pick_gpu(&cmd_qemu_args, list, name, gpu);
}

static int collect(struct arguments *arguments, const struct arguments_for *what, int n,
		   char **names)
{
	const char *why;

	for (size_t i = 0; argument_features[i].name; i++) {
		if (!is_given(n, names, argument_features[i].name))
			continue;
		why = argument_features[i].add(arguments, what);
		if (!why)
			continue;
		complain("%s: %s", argument_features[i].name, why);
		return RESULT_FAILED;
	}
	return RESULT_DONE;
}

static int print_arguments(const struct arguments *arguments, bool lines)
{
	for (size_t i = 0; i < arguments->n && !lines; i++) {
		if (!special(arguments->word[i]))
			continue;
		complain("an argument has a '%c', which a shell would not leave as it is: print one a line with --lines, and read them with mapfile: %s",
			 special(arguments->word[i]), arguments->word[i]);
		return RESULT_FAILED;
	}
	for (size_t i = 0; i < arguments->n; i++)
		printf("%s%s", i ? lines ? "\n" : " " : "", arguments->word[i]);
	if (arguments->n)
		putchar('\n');
	return RESULT_DONE;
}

/* What QEMU reads later, from wherever it is started then. */
static int whole_path(const char *what, const char *given, char path[static PATH_MAX],
		      const char **to)
{
	if (!given)
		return RESULT_DONE;
	if (!realpath(given, path)) {
		complain("there is no %s %s: %s", what, given, strerror(errno));
		return RESULT_FAILED;
	}
	*to = path;
	return RESULT_DONE;
}

static int print_features(const struct options *options, struct arguments_for *what, int n,
			  char **names)
{
	bool needs_gpu = is_given(n, names, "gpu") || is_given(n, names, "mmio64");
	char rom[PATH_MAX], varstore[PATH_MAX];
	struct arguments arguments = {};
	struct gpu_list list = {};
	struct gpu *gpu = NULL;
	int result;

	if (is_given(n, names, "rom") && !is_given(n, names, "gpu"))
		return usage_error(&cmd_qemu_args, "the ROM is part of the GPU's device: name gpu as well");
	if (options->rom && !is_given(n, names, "rom"))
		return usage_error(&cmd_qemu_args, "--rom is for the feature rom");
	result = whole_path("ROM", options->rom, rom, &what->rom);
	if (!result)
		result = whole_path("varstore", options->varstore, varstore, &what->varstore);
	if (!result && needs_gpu)
		result = find_gpu(options->gpu, &list, &gpu);
	what->gpu = gpu;
	if (!result)
		result = collect(&arguments, what, n, names);
	if (!result)
		result = print_arguments(&arguments, options->lines);
	arguments_free(&arguments);
	gpu_list_free(&list);
	/* They end here. */
	what->gpu = NULL;
	what->rom = NULL;
	what->varstore = NULL;
	return result;
}

/* ---- the command -------------------------------------------------------------- */

static int print_line(const struct options *options, int n, char **names)
{
	const char *qemu = options->qemu ?: QEMU, *agent = options->agent ?: AGENT;
	struct arguments_for what = {
		.root = "",
		.agent = agent,
		.socket = options->socket ?: CONFIG_SOCKET,
	};
	char table[PATH_MAX], why[512];
	int result = check_names(n, names);

	if (!result && *agent != '/')
		result = check_path("the agent's socket", agent);
	if (!result && is_given(n, names, "power")) {
		result = pick_table(options->table, table);
		what.table = table;
		if (!result)
			result = options->lines ? RESULT_DONE : check_paths(table, what.socket);
		if (result)
			return result;
		what.reconnect = qemu_reconnect(qemu, why, sizeof(why));
		if (!what.reconnect) {
			complain("%s cannot be used: %s; name another with --qemu", qemu, why);
			return RESULT_FAILED;
		}
	}
	return result ?: print_features(options, &what, n, names);
}

static int print_domain(const struct options *options, int n)
{
	const char *socket = options->socket ?: CONFIG_SOCKET;
	char table[PATH_MAX];
	int result;

	if (options->qemu)
		return usage_error(&cmd_qemu_args, "libvirt asks its QEMU itself: no --qemu with --libvirt");
	if (n)
		return usage_error(&cmd_qemu_args,
				   "a domain of libvirt gets features with 'gpupm vm enable'");
	result = pick_table(options->table, table);
	if (result)
		return result;
	if (*socket != '/')
		return check_path("the socket", socket);
	print_xml(table, socket);
	return RESULT_DONE;
}

static int qemu_args_run(int argc, char **argv)
{
	char *power[] = { "power", NULL };
	struct options options;
	int result = options_parse(&cmd_qemu_args, &argc, &argv, FEATURES_MAX, &options);

	if (result >= 0)
		return result;
	if (options.libvirt)
		return print_domain(&options, argc);
	return argc ? print_line(&options, argc, argv) : print_line(&options, 1, power);
}

const struct command cmd_qemu_args = {
	.name = "qemu-args",
	.arguments = "[FEATURE...] [--libvirt | --qemu BINARY] [--lines]",
	.summary = "Print what a VM needs to see the host's battery, and to have the GPU.",
	.help =
	"On one line, the arguments for that QEMU, which is asked what it takes:\n"
	"\n"
	"  qemu-system-x86_64 ... $(gpupm qemu-args)\n"
	"\n"
	"Features, as 'gpupm vm --help' has them: gpu rom power mmio64 firmware disguise\n"
	"agent; power if none is given. They are for -machine q35. Names of a machine may\n"
	"have spaces in them; then:\n"
	"\n"
	"  mapfile -t args < <(gpupm qemu-args --lines gpu power disguise)\n"
	"  qemu-system-x86_64 -machine q35 -cpu host ... \"${args[@]}\"\n"
	"\n"
	"QEMU starts without gpupmd, too, and connects to it as soon as it is there.\n",
	.options = OPTION_QEMU | OPTION_TABLE | OPTION_SOCKET | OPTION_LIBVIRT | OPTION_LINES |
		   OPTION_GPU | OPTION_ROM | OPTION_VARSTORE | OPTION_AGENT,
	.run = qemu_args_run,
};
