// SPDX-License-Identifier: GPL-2.0-only
#include "../guest/qemu.h"
#include "../guest/table_file.h"
#include "../profile/config.h"
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

/* QEMU takes a comma for the end, unless there are two. */
static char *double_commas(const char *path, char buf[static 2 * PATH_MAX])
{
	char *to = buf;

	do {
		*to++ = *path;
		if (*path == ',')
			*to++ = ',';
	} while (*path++);
	return buf;
}

static void print_arguments(const char *table, const char *socket, const char *reconnect)
{
	char buf[2 * PATH_MAX];

	printf("-acpitable file=%s ", double_commas(table, buf));
	printf("-chardev socket,id=gpupm,path=%s,server=off,%s ", double_commas(socket, buf),
	       reconnect);
	printf("-device isa-serial,chardev=gpupm,iobase=%#x,irq=%d,index=%d\n", QEMU_UART_BASE,
	       QEMU_UART_IRQ, QEMU_UART_INDEX);
}

static void print_xml(const char *table, const char *socket)
{
	char buf[2 * PATH_MAX];

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
	print_xml_text(double_commas(table, buf));
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

static int print_line(const char *qemu, const char *table, const char *socket)
{
	const char *reconnect;
	char why[512];
	int result;

	result = check_path("the table", table);
	if (!result)
		result = check_path("the socket", socket);
	if (result)
		return result;
	reconnect = qemu_reconnect(qemu, why, sizeof(why));
	if (!reconnect) {
		complain("%s cannot be used: %s; name another with --qemu", qemu, why);
		return RESULT_FAILED;
	}
	print_arguments(table, socket, reconnect);
	return RESULT_DONE;
}

static int qemu_args_run(int argc, char **argv)
{
	const char *qemu, *socket;
	struct options options;
	char table[PATH_MAX];
	int result = options_parse(&cmd_qemu_args, &argc, &argv, 0, &options);

	if (result >= 0)
		return result;
	if (options.libvirt && options.qemu)
		return usage_error(&cmd_qemu_args, "libvirt asks its QEMU itself: no --qemu with --libvirt");
	qemu = options.qemu ? options.qemu : QEMU;
	socket = options.socket ? options.socket : CONFIG_SOCKET;
	result = pick_table(options.table, table);
	if (result)
		return result;
	if (!options.libvirt)
		return print_line(qemu, table, socket);
	if (*socket != '/')
		return check_path("the socket", socket);
	print_xml(table, socket);
	return RESULT_DONE;
}

const struct command cmd_qemu_args = {
	.name = "qemu-args",
	.arguments = "[--libvirt | --qemu BINARY] [--table FILE] [--socket PATH]",
	.summary = "Print what a VM needs to see the host's battery.",
	.help =
	"On one line, the arguments for that QEMU, which is asked what it takes:\n"
	"\n"
	"  qemu-system-x86_64 ... $(gpupm qemu-args)\n"
	"\n"
	"QEMU starts without gpupmd, too, and connects to it as soon as it is there.\n",
	.options = OPTION_QEMU | OPTION_TABLE | OPTION_SOCKET | OPTION_LIBVIRT,
	.run = qemu_args_run,
};
