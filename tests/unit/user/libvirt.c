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
