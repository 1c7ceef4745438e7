// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "domains.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake_libvirt fake;

static const char *message = "no error";
static int code;
static int connections, references;

static void *fails(int error, const char *words)
{
	code = error;
	message = words;
	return NULL;
}

static struct fake_domain *of(virDomainPtr domain)
{
	return (struct fake_domain *)domain;
}

char *fake_file(const char *file)
{
	char path[128], *text = calloc(1, 65536);
	FILE *in;

	snprintf(path, sizeof(path), "vm/%s", file);
	in = fopen(path, "re");
	assert_non_null(in);
	assert_true(text && fread(text, 1, 65535, in));
	fclose(in);
	return text;
}

struct fake_domain *fake_add(const char *name, const char *file)
{
	struct fake_domain *domain = &fake.domains[fake.n++];

	assert_true(fake.n <= DOMAINS_MAX);
	*domain = (struct fake_domain){ .name = strdup(name), .state = VIR_DOMAIN_SHUTOFF };
	domain->xml = fake_file(file);
	return domain;
}

void fake_clear(void)
{
	assert_int_equal(connections, 0);
	assert_int_equal(references, 0);
	for (int i = 0; i < fake.n; i++) {
		free(fake.domains[i].name);
		free(fake.domains[i].xml);
	}
	fake = (struct fake_libvirt){};
}

/* ---- libvirt ---------------------------------------------------------------- */

void virSetErrorFunc(void *data, virErrorFunc handler)
{
	(void)data;
	assert_non_null(handler);
	handler(NULL, NULL);
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
	assert_string_equal(name, "qemu:///system");
	if (fake.no_daemon)
		return fails(VIR_ERR_SYSTEM_ERROR,
			     "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory");
	if (fake.forbidden)
		return fails(VIR_ERR_SYSTEM_ERROR,
			     "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied");
	connections++;
	return (virConnectPtr)&fake;
}

int virConnectClose(virConnectPtr connection)
{
	assert_ptr_equal(connection, &fake);
	connections--;
	return 0;
}

int virConnectListAllDomains(virConnectPtr connection, virDomainPtr **domains, unsigned int flags)
{
	assert_ptr_equal(connection, &fake);
	*domains = calloc(DOMAINS_MAX + 1, sizeof(**domains));
	assert_non_null(*domains);
	code = 0;
	for (int i = 0, n = 0; i < fake.n; i++) {
		if (flags == VIR_CONNECT_LIST_DOMAINS_ACTIVE &&
		    fake.domains[i].state == VIR_DOMAIN_SHUTOFF)
			continue;
		(*domains)[n++] = (virDomainPtr)&fake.domains[i];
		references++;
	}
	int n = 0;

	while ((*domains)[n])
		n++;
	return n;
}

virDomainPtr virDomainLookupByName(virConnectPtr connection, const char *name)
{
	assert_ptr_equal(connection, &fake);
	for (int i = 0; i < fake.n; i++) {
		if (strcmp(fake.domains[i].name, name))
			continue;
		references++;
		return (virDomainPtr)&fake.domains[i];
	}
	return fails(VIR_ERR_NO_DOMAIN, "Domain not found");
}

int virDomainRef(virDomainPtr domain)
{
	assert_non_null(domain);
	references++;
	return 0;
}

int virDomainFree(virDomainPtr domain)
{
	assert_non_null(domain);
	references--;
	return 0;
}

const char *virDomainGetName(virDomainPtr domain)
{
	return of(domain)->name;
}

int virDomainGetState(virDomainPtr domain, int *state, int *reason, unsigned int flags)
{
	assert_int_equal(flags, 0);
	*reason = 0;
	*state = of(domain)->state;
	return 0;
}

int virDomainIsActive(virDomainPtr domain)
{
	return of(domain)->state != VIR_DOMAIN_SHUTOFF;
}

int virDomainIsPersistent(virDomainPtr domain)
{
	return !of(domain)->transient;
}

char *virDomainGetXMLDesc(virDomainPtr domain, unsigned int flags)
{
	char *xml = strdup(of(domain)->xml), *password;

	assert_true(flags & VIR_DOMAIN_XML_INACTIVE);
	/* Who does not ask for passwords gets none. */
	password = strstr(xml, " passwd='hush'");
	if (password && !(flags & VIR_DOMAIN_XML_SECURE))
		memmove(password, password + 14, strlen(password + 14) + 1);
	return xml;
}

static void replace(char **text, const char *what, const char *with)
{
	char *at = strstr(*text, what), *whole;

	if (!at)
		return;
	assert_true(asprintf(&whole, "%.*s%s%s", (int)(at - *text), *text, with,
			     at + strlen(what)) > 0);
	free(*text);
	*text = whole;
}

virDomainPtr virDomainDefineXML(virConnectPtr connection, const char *xml)
{
	char *taken;

	assert_ptr_equal(connection, &fake);
	fake.defined++;
	if (fake.refuses)
		return fails(VIR_ERR_CONFIG_UNSUPPORTED, "unsupported configuration: no\033[31m");
	taken = strdup(xml);
	if (fake.forgets)
		replace(&taken, fake.forgets, "");
	if (fake.adds && strstr(taken, "<channel") && !strstr(taken, fake.adds)) {
		char *with;

		assert_true(asprintf(&with, "%s</devices>", fake.adds) > 0);
		replace(&taken, "</devices>", with);
		free(with);
	}
	for (int i = 0; i < fake.n; i++) {
		char name[64];

		snprintf(name, sizeof(name), "<name>%s</name>", fake.domains[i].name);
		if (!strstr(taken, name))
			continue;
		free(fake.domains[i].xml);
		fake.domains[i].xml = taken;
		references++;
		return (virDomainPtr)&fake.domains[i];
	}
	free(taken);
	return fails(VIR_ERR_XML_ERROR, "XML error: no such name");
}

/* ---- VMs that end, in a time of their own ---------------------------------------- */

#define TIMERS_MAX	4

static struct {
	virEventTimeoutCallback callback;
	void *data;
	int ms;
	int left;
} timers[TIMERS_MAX];

static struct {
	virEventHandleCallback callback;
	void *data;
	int fd;
} handle;

/* A guest that hangs does so until its VM has ended. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t unhung = PTHREAD_COND_INITIALIZER;

static virConnectDomainEventCallback listener;
static void *listener_data;
static struct fake_domain *ending;

int virEventRegisterDefaultImpl(void)
{
	return 0;
}

int virEventAddTimeout(int ms, virEventTimeoutCallback callback, void *data, virFreeCallback ff)
{
	int i = 0;

	assert_null(ff);
	while (timers[i].callback)
		assert_true(++i < TIMERS_MAX);
	timers[i].callback = callback;
	timers[i].data = data;
	timers[i].ms = ms;
	timers[i].left = ms;
	return i;
}

int virEventRemoveTimeout(int timer)
{
	timers[timer].callback = NULL;
	return 0;
}

int virEventAddHandle(int fd, int events, virEventHandleCallback callback, void *data,
		      virFreeCallback ff)
{
	assert_true(events == VIR_EVENT_HANDLE_READABLE && !ff && !handle.callback);
	handle.callback = callback;
	handle.data = data;
	handle.fd = fd;
	return 3;
}

int virEventRemoveHandle(int watch)
{
	assert_int_equal(watch, 3);
	handle.callback = NULL;
	return 0;
}

static void has_ended(struct fake_domain *domain)
{
	pthread_mutex_lock(&lock);
	domain->state = VIR_DOMAIN_SHUTOFF;
	pthread_cond_broadcast(&unhung);
	pthread_mutex_unlock(&lock);
}

int virEventRunDefaultImpl(void)
{
	struct pollfd answer = { .fd = handle.fd, .events = POLLIN };
	int first = -1, passed;

	/* Time passes only while nobody is about to answer. */
	if (handle.callback && fake.domains[0].agent != GUEST_HANGS) {
		assert_int_equal(poll(&answer, 1, -1), 1);
		handle.callback(3, handle.fd, VIR_EVENT_HANDLE_READABLE, handle.data);
		return 0;
	}
	if (ending) {
		struct fake_domain *domain = ending;

		ending = NULL;
		has_ended(domain);
		assert_non_null(listener);
		listener((virConnectPtr)&fake, (virDomainPtr)domain, VIR_DOMAIN_EVENT_STOPPED, 0,
			 listener_data);
		return 0;
	}
	for (int i = 0; i < TIMERS_MAX; i++)
		if (timers[i].callback && (first < 0 || timers[i].left < timers[first].left))
			first = i;
	assert_true(first >= 0);
	passed = timers[first].left;
	for (int i = 0; i < TIMERS_MAX; i++)
		timers[i].left -= passed;
	timers[first].left = timers[first].ms;
	timers[first].callback(first, timers[first].data);
	return 0;
}

int virConnectDomainEventRegisterAny(virConnectPtr connection, virDomainPtr domain, int id,
				     virConnectDomainEventGenericCallback callback, void *data,
				     virFreeCallback ff)
{
	assert_true(connection && !domain && id == VIR_DOMAIN_EVENT_ID_LIFECYCLE && !ff);
	if (fake.silent)
		return -1;
	listener = (virConnectDomainEventCallback)(void (*)(void))callback;
	listener_data = data;
	return 7;
}

int virConnectDomainEventDeregisterAny(virConnectPtr connection, int callback)
{
	assert_true(connection && callback == 7);
	listener = NULL;
	return 0;
}

int virDomainShutdownFlags(virDomainPtr domain, unsigned int flags)
{
	bool agent = flags == VIR_DOMAIN_SHUTDOWN_GUEST_AGENT;
	int guest = agent ? of(domain)->agent : of(domain)->button;

	assert_true(agent || flags == VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN);
	if (guest == GUEST_NONE) {
		fails(VIR_ERR_ARGUMENT_UNSUPPORTED, agent ? "QEMU guest agent is not configured" :
							    "there is no\033[31m button");
		return -1;
	}
	if (guest == GUEST_ENDS)
		ending = of(domain);
	if (guest != GUEST_HANGS)
		return 0;
	pthread_mutex_lock(&lock);
	while (of(domain)->state != VIR_DOMAIN_SHUTOFF)
		pthread_cond_wait(&unhung, &lock);
	pthread_mutex_unlock(&lock);
	fails(VIR_ERR_AGENT_UNRESPONSIVE, "Guest agent disappeared while executing command");
	return -1;
}

int virDomainDestroy(virDomainPtr domain)
{
	if (of(domain)->stubborn) {
		fails(VIR_ERR_SYSTEM_ERROR, "Failed to terminate process: Device or resource busy");
		return -1;
	}
	ending = of(domain);
	return 0;
}
