// SPDX-License-Identifier: GPL-2.0-only
/*
 * libvirt's domains.
 *
 * There is no standing connection to libvirt's daemon: it would ask us every five
 * seconds whether we are still there, and would never end when idle, where systemd
 * starts it on demand. What it writes into its state directory tells as much: the
 * status of a domain, NAME.xml, is put there anew at every change, beside NAME.pid,
 * and both outlive the daemon. A process is taken for the domain only when it says
 * so itself ("-name guest=NAME"), for a file may be older than its process.
 *
 * Monitors are not spoken to in order to find out what a domain is: libvirt would
 * mark it as tainted. Battery devices can only be had with <qemu:commandline>, which
 * has marked the domain already; so only those that were started with one are asked.
 */
#include "libvirt.h"
#include "../client/process.h"
#include "../daemon/log.h"
#include "../show/text.h"
#include "battery.h"
#include "dir_watch.h"
#include "guest.h"
#include "libvirt_call.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIRECTORY	"/run/libvirt/qemu"
#define STATUS		".xml"
#define COMMAND_LINE	65536

/* One that has battery devices on its command line. */
struct domain {
	struct guest guest;
	struct domain *next;
	struct vm *vm;
	struct battery battery;
	struct libvirt_call *call;
	bool is_guest;
	/* The log said so, and nothing got there since. */
	bool unreachable;
	/* As libvirt calls it; and clean. */
	char name[NAME_MAX + 1];
	char shown[VM_NAME_SIZE];
};

static uv_loop_t *libvirt_loop;
static struct dir_watch *watch;
static char *directory;
static struct domain *domains;

/* ---- one domain with battery devices --------------------------------------- */

static void on_answer(void *data, struct json_object *answer, const char *error, bool later);

static void send_next(struct domain *domain)
{
	struct json_object *command;

	if (domain->call)
		return;
	command = battery_next(&domain->battery);
	if (!command)
		return;
	domain->call = libvirt_call(libvirt_loop, LIBVIRT_MONITOR, domain->name, command, on_answer,
				    domain);
	json_object_put(command);
}

static void libvirt_tell(struct guest *guest, const struct report *report)
{
	struct domain *domain = (struct domain *)guest;

	battery_tell(&domain->battery, report);
	send_next(domain);
}

static const struct guest_backend backend = {
	.name = "libvirt",
	.tell = libvirt_tell,
};

static void become_guest(struct domain *domain)
{
	log_info("VM %s: its QEMU has %s, set through libvirt", domain->shown,
		 battery_words(&domain->battery));
	domain->guest.backend = &backend;
	domain->guest.vm = domain->vm;
	snprintf(domain->guest.name, sizeof(domain->guest.name), "%s", domain->vm->name);
	domain->is_guest = true;
	guest_add(&domain->guest);
}

static void log_refusal(struct domain *domain, struct json_object *error)
{
	static const struct style plain;
	struct json_object *description = NULL;
	char text[256];

	json_object_object_get_ex(error, "desc", &description);
	text_clean(&plain, text, sizeof(text),
		   json_object_get_string(description) ?: "it does not say why");
	log_warning("VM %s: its QEMU refused %s: %s", domain->shown,
		    json_object_to_json_string_ext(domain->battery.args, JSON_C_TO_STRING_PLAIN),
		    text);
}

static void on_answer(void *data, struct json_object *answer, const char *error, bool later)
{
	struct json_object *result = NULL, *refusal = NULL;
	struct domain *domain = data;
	bool was_known = domain->battery.known;

	domain->call = NULL;
	if (!answer) {
		/* The next report, or the next change of the domain, tries again. */
		battery_cancel(&domain->battery);
		if (!domain->unreachable && !later)
			log_warning("VM %s: libvirt cannot reach its monitor: %s", domain->shown,
				    error);
		domain->unreachable = !later;
		return;
	}
	domain->unreachable = false;
	json_object_object_get_ex(answer, "return", &result);
	if (json_object_object_get_ex(answer, "error", &refusal) && was_known)
		log_refusal(domain, refusal);
	battery_answer(&domain->battery, refusal ? NULL : result);
	if (!was_known && domain->battery.known) {
		if (domain->battery.devices)
			become_guest(domain);
		else
			log_info("VM %s: its QEMU has no battery devices after all", domain->shown);
	}
	send_next(domain);
}

static void domain_free(struct domain *domain)
{
	if (domain->is_guest)
		guest_remove(&domain->guest);
	libvirt_forget(domain->call);
	battery_fini(&domain->battery);
	free(domain);
}

static void domain_asked(struct vm *vm, const char *name)
{
	static const struct style plain;
	struct domain *domain;

	for (domain = domains; domain; domain = domain->next)
		if (domain->vm == vm)
			break;
	if (!domain) {
		domain = calloc(1, sizeof(*domain));
		if (!domain)
			abort();
		domain->vm = vm;
		snprintf(domain->name, sizeof(domain->name), "%s", name);
		text_clean(&plain, domain->shown, sizeof(domain->shown), name);
		battery_init(&domain->battery);
		domain->next = domains;
		domains = domain;
	}
	send_next(domain);
}

/* ---- domains that come and go ------------------------------------------------ */

static pid_t read_pid(const char *name)
{
	char path[PATH_MAX];
	int pid = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.pid", directory, name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%d", &pid) != 1)
		pid = 0;
	fclose(file);
	return pid > 0 ? pid : 0;
}

static bool has_battery(pid_t pid)
{
	char path[64], *args = malloc(COMMAND_LINE);
	bool found = false;
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	file = fopen(path, "re");
	if (file && args) {
		n = fread(args, 1, COMMAND_LINE, file);
		found = battery_in_command_line(args, n);
	}
	if (file)
		fclose(file);
	free(args);
	return found;
}

static void look_at(const char *name)
{
	char called[VM_NAME_SIZE];
	pid_t pid = read_pid(name);
	struct vm *vm;

	if (!pid)
		return;
	process_vm_name("", pid, called, sizeof(called));
	if (!called[0] || strncmp(called, name, sizeof(called) - 1))
		return;
	vm = vm_seen(pid);
	if (vm && has_battery(pid))
		domain_asked(vm, name);
}

static void on_file(const char *file)
{
	char name[NAME_MAX + 1];
	size_t n = strlen(file), suffix = strlen(STATUS);

	if (n <= suffix || strcmp(file + n - suffix, STATUS))
		return;
	snprintf(name, sizeof(name), "%.*s", (int)(n - suffix), file);
	look_at(name);
}

static void look_at_all(void)
{
	const struct dirent *entry;
	DIR *dir = opendir(directory);

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		on_file(entry->d_name);
	closedir(dir);
}

static void on_changed(void *data, const char *file)
{
	(void)data;
	if (file)
		on_file(file);
	else
		look_at_all();
}

static void on_vm_ended(struct vm *vm)
{
	for (struct domain **link = &domains; *link; link = &(*link)->next) {
		struct domain *domain = *link;

		if (domain->vm != vm)
			continue;
		*link = domain->next;
		domain_free(domain);
		return;
	}
}

void libvirt_open_in(uv_loop_t *loop, const char *path)
{
	static struct vm_listener listener = { .ended = on_vm_ended };

	libvirt_loop = loop;
	directory = strdup(path);
	if (!directory)
		abort();
	vms_listen(&listener);
	watch = dir_watch_open(loop, directory, on_changed, NULL);
	look_at_all();
}

void libvirt_open(uv_loop_t *loop)
{
	libvirt_open_in(loop, DIRECTORY);
}

void libvirt_close(void)
{
	struct domain *domain;

	while ((domain = domains)) {
		domains = domain->next;
		domain_free(domain);
	}
	dir_watch_close(watch);
	watch = NULL;
	free(directory);
	directory = NULL;
}
