// SPDX-License-Identifier: GPL-2.0-only
/*
 * gpupmd-libvirt monitor|agent|addresses DOMAIN - speaks to a domain's monitor or
 * guest agent through libvirt, or finds its addresses, once. gpupmd runs it; see
 * guest/libvirt_call.h for what it is given and what it leaves.
 *
 * A process of its own, for libvirt's calls block, at worst for as long as a QEMU
 * hangs, and its library with all that this loads is several times the daemon. It
 * connects, speaks and ends: nothing has to be kept alive meanwhile, and nothing can
 * be stale after libvirt's daemon was restarted.
 */
#include "guest/libvirt_call.h"

#include <arpa/inet.h>
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

/* What is no address is not printed: what an agent says may be anything. */
static void print_address(FILE *out, const virDomainIPAddress *address, int *n)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	bool six = address->type == VIR_IP_ADDR_TYPE_IPV6;

	if (address->addr && inet_pton(six ? AF_INET6 : AF_INET, address->addr, bytes) == 1)
		fprintf(out, "%s{\"ip-address\":\"%s\"}", (*n)++ ? "," : "", address->addr);
}

/* Return: how many there are, printed to @out; -1 after an error. */
static int find_in(virDomainPtr domain, unsigned int source, FILE *out)
{
	virDomainInterfacePtr *interfaces = NULL;
	int n = virDomainInterfaceAddresses(domain, &interfaces, source, 0), found = 0;

	for (int i = 0; i < n; i++) {
		for (unsigned int j = 0; j < interfaces[i]->naddrs; j++)
			print_address(out, &interfaces[i]->addrs[j], &found);
		virDomainInterfaceFree(interfaces[i]);
	}
	free(interfaces);
	return n < 0 ? -1 : found;
}

/*
 * The leases of libvirt's own networks come first: an agent can say what it likes, and
 * has to be there.
 */
static char *find_addresses(virDomainPtr domain)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int found;

	if (!out)
		return NULL;
	fputs("{\"return\":[{\"ip-addresses\":[", out);
	found = find_in(domain, VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE, out);
	if (found <= 0)
		found = find_in(domain, VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT, out);
	fputs("]}]}", out);
	if (!fclose(out) && found >= 0)
		return text;
	free(text);
	return NULL;
}

static char *ask(virDomainPtr domain, int channel, const char *command)
{
	char *answer = NULL;

	if (channel == LIBVIRT_ADDRESSES)
		return find_addresses(domain);
	if (channel == LIBVIRT_AGENT)
		return virDomainQemuAgentCommand(domain, command, AGENT_SECONDS, 0);
	if (virDomainQemuMonitorCommand(domain, command, &answer,
					VIR_DOMAIN_QEMU_MONITOR_COMMAND_DEFAULT))
		return NULL;
	return answer;
}

static int complain(bool found, int channel)
{
	int code = virGetLastErrorCode();

	if (found && channel == LIBVIRT_ADDRESSES)
		fputs("libvirt has no lease of it, and its agent cannot be asked: ", stdout);
	fputs(virGetLastErrorMessage(), stdout);
	if (found && (code == VIR_ERR_OPERATION_INVALID || code == VIR_ERR_AGENT_UNRESPONSIVE))
		return LIBVIRT_LATER;
	return LIBVIRT_FAILED;
}

/* Return: enum libvirt_channel, or -1 for another word. */
static int channel_of(const char *word)
{
	static const char * const words[] = {
		[LIBVIRT_MONITOR] = "monitor",
		[LIBVIRT_AGENT] = "agent",
		[LIBVIRT_ADDRESSES] = "addresses",
	};

	for (int i = 0; i < 3; i++)
		if (!strcmp(word, words[i]))
			return i;
	return -1;
}

int main(int argc, char **argv)
{
	int channel = argc == 3 ? channel_of(argv[1]) : -1;
	char *command = NULL, *answer = NULL;
	virDomainPtr domain = NULL;
	virConnectPtr connection;
	size_t size = 0;
	int result;

	if (channel < 0 ||
	    (channel != LIBVIRT_ADDRESSES && getdelim(&command, &size, '\0', stdin) < 0)) {
		fputs("usage: gpupmd-libvirt monitor|agent|addresses DOMAIN <COMMAND; gpupmd runs it\n",
		      stderr);
		return LIBVIRT_FAILED;
	}
	hush();
	connection = virConnectOpen("qemu:///system");
	if (connection)
		domain = virDomainLookupByName(connection, argv[2]);
	if (domain)
		answer = ask(domain, channel, command);
	if (answer)
		result = puts(answer) < 0 || fflush(stdout) ? LIBVIRT_FAILED : LIBVIRT_ANSWERED;
	else
		result = complain(domain, channel);
	/* The connection ends with the process. */
	free(answer);
	free(command);
	return result;
}
