// SPDX-License-Identifier: GPL-2.0-only
/*
 * gpupmd-libvirt monitor|agent DOMAIN - speaks to a domain's monitor or guest agent
 * through libvirt, once. gpupmd runs it; see guest/libvirt_call.h for what it is
 * given and what it leaves.
 *
 * A process of its own, for libvirt's calls block, at worst for as long as a QEMU
 * hangs, and its library with all that this loads is several times the daemon. It
 * connects, speaks and ends: nothing has to be kept alive meanwhile, and nothing can
 * be stale after libvirt's daemon was restarted.
 */
#include "guest/libvirt_call.h"

#include <fcntl.h>
#include <libvirt/libvirt-qemu.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long an agent may take for one answer. */
#define AGENT_SECONDS	10

/*
 * What the loader had to say is on stderr and is for the log. libvirt would print
 * every error there as well.
 */
static void hush(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		dup2(fd, STDERR_FILENO);
}

static char *ask(virDomainPtr domain, enum libvirt_channel channel, const char *command)
{
	char *answer = NULL;

	if (channel == LIBVIRT_AGENT)
		return virDomainQemuAgentCommand(domain, command, AGENT_SECONDS, 0);
	if (virDomainQemuMonitorCommand(domain, command, &answer,
					VIR_DOMAIN_QEMU_MONITOR_COMMAND_DEFAULT))
		return NULL;
	return answer;
}

static int complain(bool found)
{
	int code = virGetLastErrorCode();

	fputs(virGetLastErrorMessage(), stdout);
	if (found && (code == VIR_ERR_OPERATION_INVALID || code == VIR_ERR_AGENT_UNRESPONSIVE))
		return LIBVIRT_LATER;
	return LIBVIRT_FAILED;
}

int main(int argc, char **argv)
{
	char *command = NULL, *answer = NULL;
	virDomainPtr domain = NULL;
	virConnectPtr connection;
	size_t size = 0;
	int result;

	if (argc != 3 || (strcmp(argv[1], "monitor") && strcmp(argv[1], "agent")) ||
	    getdelim(&command, &size, '\0', stdin) < 0) {
		fputs("usage: gpupmd-libvirt monitor|agent DOMAIN <COMMAND; gpupmd runs it\n",
		      stderr);
		return LIBVIRT_FAILED;
	}
	hush();
	connection = virConnectOpen("qemu:///system");
	if (connection)
		domain = virDomainLookupByName(connection, argv[2]);
	if (domain)
		answer = ask(domain, strcmp(argv[1], "agent") ? LIBVIRT_MONITOR : LIBVIRT_AGENT,
			     command);
	if (answer)
		result = puts(answer) < 0 || fflush(stdout) ? LIBVIRT_FAILED : LIBVIRT_ANSWERED;
	else
		result = complain(domain);
	/* The connection ends with the process. */
	free(answer);
	free(command);
	return result;
}
