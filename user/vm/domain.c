// SPDX-License-Identifier: GPL-2.0-only
#include "domain.h"
#include "../cmd/cmd.h"
#include "../profile/nearest.h"
#include "../show/text.h"

#include <libvirt/virterror.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URI	"qemu:///system"

/* libvirt would print each error, in its own words, besides. */
static void hush(void *data, virErrorPtr error)
{
	(void)data;
	(void)error;
}

/* It has no code of its own for a socket that may not be opened. */
static bool not_permitted(const char *message)
{
	int code = virGetLastErrorCode();

	return code == VIR_ERR_AUTH_FAILED || code == VIR_ERR_AUTH_CANCELLED ||
	       code == VIR_ERR_AUTH_UNAVAILABLE || code == VIR_ERR_OPERATION_DENIED ||
	       code == VIR_ERR_ACCESS_DENIED || strstr(message, "Permission denied");
}

int domain_failed(const char *format, ...)
{
	const char *message = virGetLastErrorMessage();
	struct style style;
	char what[256], why[512];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	style_detect(&style, stderr);
	text_clean(&style, why, sizeof(why), message);
	if (not_permitted(message)) {
		complain("%s: %s; try it as root, or as a member of the group libvirt", what, why);
		return RESULT_NOT_PERMITTED;
	}
	complain("%s: %s", what, why);
	return RESULT_FAILED;
}

virConnectPtr domains_open(int *result)
{
	virConnectPtr connection;

	virSetErrorFunc(NULL, hush);
	connection = virConnectOpen(URI);
	if (connection)
		return connection;
	*result = domain_failed("libvirt (" URI ") cannot be reached");
	if (*result == RESULT_FAILED)
		fputs("Is it there? apt-get install libvirt-daemon-system; systemctl start libvirtd\n"
		      "A VM that is started without libvirt gets the same out of 'gpupm qemu-args'.\n",
		      stderr);
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(virDomainGetName(*(virDomainPtr *)a), virDomainGetName(*(virDomainPtr *)b));
}

int domains_all(virConnectPtr connection, virDomainPtr **domains, size_t *n)
{
	int found = virConnectListAllDomains(connection, domains, 0);

	*n = 0;
	if (found < 0) {
		*domains = NULL;
		return domain_failed("libvirt does not tell its VMs");
	}
	*n = found;
	qsort(*domains, *n, sizeof(**domains), by_name);
	return RESULT_DONE;
}

void domains_free(virDomainPtr *domains, size_t n)
{
	for (size_t i = 0; i < n; i++)
		virDomainFree(domains[i]);
	free(domains);
}

/* Those that there are, and the one that may have been meant. */
static void tell_names(virConnectPtr connection, const char *given)
{
	const char **names, *near;
	virDomainPtr *domains;
	struct style style;
	char buf[256];
	size_t n;

	if (domains_all(connection, &domains, &n))
		return;
	names = calloc(n + 1, sizeof(*names));
	style_detect(&style, stderr);
	text_clean(&style, buf, sizeof(buf), given);
	complain("no VM '%s'; %s", buf, n ? "there are:" : "libvirt knows none");
	for (size_t i = 0; i < n && names; i++) {
		names[i] = virDomainGetName(domains[i]);
		text_clean(&style, buf, sizeof(buf), names[i]);
		fprintf(stderr, "  %s\n", buf);
	}
	near = names ? nearest_word(given, names) : NULL;
	if (near) {
		text_clean(&style, buf, sizeof(buf), near);
		fprintf(stderr, "did you mean %s?\n", buf);
	}
	free(names);
	domains_free(domains, n);
}

int domain_find(virConnectPtr connection, const char *name, virDomainPtr *domain)
{
	*domain = virDomainLookupByName(connection, name);
	if (*domain)
		return RESULT_DONE;
	if (virGetLastErrorCode() != VIR_ERR_NO_DOMAIN)
		return domain_failed("libvirt does not tell of VM %s", name);
	tell_names(connection, name);
	return RESULT_FAILED;
}

const char *domain_state(virDomainPtr domain)
{
	static const char * const words[] = {
		[VIR_DOMAIN_NOSTATE] = "unknown",
		[VIR_DOMAIN_RUNNING] = "running",
		[VIR_DOMAIN_BLOCKED] = "running",
		[VIR_DOMAIN_PAUSED] = "paused",
		[VIR_DOMAIN_SHUTDOWN] = "shutting down",
		[VIR_DOMAIN_SHUTOFF] = "shut off",
		[VIR_DOMAIN_CRASHED] = "crashed",
		[VIR_DOMAIN_PMSUSPENDED] = "asleep",
	};
	int state, reason;

	if (virDomainGetState(domain, &state, &reason, 0) ||
	    (size_t)state >= sizeof(words) / sizeof(*words))
		return "unknown";
	return words[state];
}
