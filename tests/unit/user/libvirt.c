// SPDX-License-Identifier: GPL-2.0-only
/* libvirt's library as far as gpupmd-libvirt needs it. The domain's name says what it does. */
#include <libvirt/libvirt-qemu.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *message = "no error";
static int code;
static char called[64];

static char *fails(int error, const char *words)
{
	code = error;
	message = words;
	return NULL;
}

int virGetLastErrorCode(void)
{
	return code;
}

const char *virGetLastErrorMessage(void)
{
	return message;
}

virConnectPtr virConnectOpen(const char *name)
{
	if (strcmp(name, "qemu:///system"))
		abort();
	if (getenv("GPUPM_TEST_NO_LIBVIRTD"))
		return (void *)fails(VIR_ERR_SYSTEM_ERROR, "Failed to connect\nsocket");
	return (void *)&code;
}

virDomainPtr virDomainLookupByName(virConnectPtr connection, const char *name)
{
	(void)connection;
	fputs("libvirt: it prints what nobody wants to read\n", stderr);
	if (!strcmp(name, "nobody"))
		return (void *)fails(VIR_ERR_OPERATION_INVALID, "Domain not found");
	snprintf(called, sizeof(called), "%s", name);
	return (void *)&called;
}

/* As libvirt does: what an agent says of addresses is passed on as it is. */
static int addresses(virDomainInterfacePtr **to, const char *const *texts, int n)
{
	virDomainInterfacePtr interface = calloc(1, sizeof(*interface));
	virDomainIPAddressPtr addrs = calloc(n, sizeof(*addrs));

	*to = calloc(1, sizeof(**to));
	if (!*to || !interface || !addrs)
		abort();
	for (int i = 0; i < n; i++) {
		addrs[i].type = VIR_IP_ADDR_TYPE_IPV4;
		if (strchr(texts[i], ':'))
			addrs[i].type = VIR_IP_ADDR_TYPE_IPV6;
		addrs[i].addr = strdup(texts[i]);
	}
	interface->addrs = addrs;
	interface->naddrs = n;
	(*to)[0] = interface;
	return 1;
}

int virDomainInterfaceAddresses(virDomainPtr domain, virDomainInterfacePtr **interfaces,
				unsigned int source, unsigned int flags)
{
	static const char * const leased[] = { "192.168.122.50", "fd00::5" };
	static const char * const said[] = { "127.0.0.1", "10.0.0.5", "\"]}, x", "::1" };

	(void)domain;
	if (flags)
		abort();
	if (source == VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE) {
		if (!strcmp(called, "leased"))
			return addresses(interfaces, leased, 2);
		if (strcmp(called, "bridged"))
			return 0;
		fails(VIR_ERR_NO_NETWORK, "Network not found");
		return -1;
	}
	if (!strcmp(called, "said") || !strcmp(called, "bridged"))
		return addresses(interfaces, said, 4);
	if (!strcmp(called, "booting"))
		return 0;
	fails(VIR_ERR_ARGUMENT_UNSUPPORTED, "QEMU guest agent is not configured");
	return -1;
}

void virDomainInterfaceFree(virDomainInterfacePtr interface)
{
	for (unsigned int i = 0; i < interface->naddrs; i++)
		free(interface->addrs[i].addr);
	free(interface->addrs);
	free(interface);
}

static char *answer(const char *who, const char *command)
{
	char *text = NULL;

	if (!strcmp(called, "hangs"))
		pause();
	if (!strcmp(called, "crashes"))
		raise(SIGSEGV);
	if (!strcmp(called, "starts"))
		return fails(VIR_ERR_AGENT_UNRESPONSIVE, "Guest agent is not responding");
	if (!strcmp(called, "is off"))
		return fails(VIR_ERR_OPERATION_INVALID, "domain is not running");
	if (!strcmp(called, "refuses"))
		return fails(VIR_ERR_ARGUMENT_UNSUPPORTED, "\033[31mno agent is configured");
	if (!strcmp(called, "babbles"))
		return strdup("{\"return\": ");
	if (!strcmp(called, "floods"))
		return memset(calloc(1, 3 << 20), ' ', (3 << 20) - 1);
	if (asprintf(&text, "{\"return\": {\"%s\": %s}}\n", who, command) < 0)
		abort();
	return text;
}

char *virDomainQemuAgentCommand(virDomainPtr domain, const char *command, int timeout,
				unsigned int flags)
{
	(void)domain;
	if (timeout <= 0 || flags)
		abort();
	return answer("agent", command);
}

int virDomainQemuMonitorCommand(virDomainPtr domain, const char *command, char **result,
				unsigned int flags)
{
	(void)domain;
	if (flags != VIR_DOMAIN_QEMU_MONITOR_COMMAND_DEFAULT)
		abort();
	*result = answer("monitor", command);
	return *result ? 0 : -1;
}
