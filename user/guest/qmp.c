// SPDX-License-Identifier: GPL-2.0-only
/*
 * Monitors of the configuration, each with at most one connection. A monitor
 * answers one command at a time, and is asked one at a time; a report that comes
 * meanwhile waits, and is replaced by the next.
 *
 * Nobody polls for a QEMU to come: its socket is tried when something comes to be
 * in its directory, when a VM starts, and when a connection ends, and then a few
 * times more, as a socket is there a moment before it can be connected to. One
 * that turned out to be of no use is left alone while it is the same file and its
 * process lives: a monitor has room for one client, and it should not be us.
 */
#include "qmp.h"
#include "../daemon/log.h"
#include "../show/text.h"
#include "battery.h"
#include "dir_watch.h"
#include "guest.h"
#include "json_lines.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The longest is the answer to query-commands: about 10 kB. */
#define OBJECT_MAX	65536
#define RETRY_MS	50
#define RETRIES		7
/* After which the log says that an answer is missing, and the wait goes on. */
#define SILENCE_MS	10000

/* What makes a socket another one. */
struct identity {
	dev_t dev;
	ino_t ino;
	struct timespec made;
};

struct monitor {
	struct guest guest;
	struct monitor *next;
	char *name;
	char *path;
	uv_loop_t *loop;
	uv_timer_t timer;
	struct dir_watch *watch;
	struct json_lines *lines;
	struct identity identity;
	pid_t pid;
	/* The monitor with this identity and pid is of no use. */
	bool useless;
	bool greeted;
	bool capable;
	bool silent;
	bool is_guest;
	/* Number of the command under way; 0 for none. */
	int id;
	int last_id;
	struct json_object *command;
	struct battery battery;
	int tries;
	/* What the log said last of why it cannot be connected to. */
	int error;
};

static uv_loop_t *qmp_loop;
static struct monitor *monitors;

static void try_again(uv_timer_t *timer);

static const char *clean(char *buf, size_t size, const char *text)
{
	static const struct style plain;

	text_clean(&plain, buf, size, text);
	return buf;
}

/* ---- one connection ------------------------------------------------------ */

static void disconnect(struct monitor *monitor)
{
	json_lines_close(monitor->lines);
	monitor->lines = NULL;
	uv_timer_stop(&monitor->timer);
	if (monitor->is_guest)
		guest_remove(&monitor->guest);
	monitor->is_guest = false;
	monitor->guest.vm = NULL;
	monitor->greeted = false;
	monitor->capable = false;
	monitor->silent = false;
	monitor->id = 0;
	json_object_put(monitor->command);
	monitor->command = NULL;
	battery_fini(&monitor->battery);
}

static void leave_alone(struct monitor *monitor)
{
	disconnect(monitor);
	monitor->useless = true;
}

static void on_silence(uv_timer_t *timer)
{
	struct monitor *monitor = timer->data;

	monitor->silent = true;
	if (monitor->id)
		log_warning("VM %s: its QEMU has not answered %s for %d s", monitor->name,
			    json_object_to_json_string_ext(monitor->command,
							   JSON_C_TO_STRING_PLAIN),
			    SILENCE_MS / 1000);
	else
		log_warning("VM %s: no QEMU answers at %s; another program may be connected to it",
			    monitor->name, monitor->path);
}

static void heard(struct monitor *monitor)
{
	uv_timer_stop(&monitor->timer);
	if (monitor->silent)
		log_info("VM %s: its QEMU answers", monitor->name);
	monitor->silent = false;
}

/* Sends @command, and owns it then. */
static void send_command(struct monitor *monitor, struct json_object *command)
{
	monitor->id = ++monitor->last_id;
	json_object_object_add(command, "id", json_object_new_int(monitor->id));
	json_object_put(monitor->command);
	monitor->command = command;
	json_lines_send(monitor->lines, command);
	uv_timer_start(&monitor->timer, on_silence, SILENCE_MS, 0);
}

static void send_next(struct monitor *monitor)
{
	struct json_object *command;

	if (monitor->id || !monitor->capable)
		return;
	command = battery_next(&monitor->battery);
	if (command)
		send_command(monitor, command);
}

static void qmp_tell(struct guest *guest, const struct report *report)
{
	struct monitor *monitor = (struct monitor *)guest;

	battery_tell(&monitor->battery, report);
	send_next(monitor);
}

static const struct guest_backend backend = {
	.name = "qmp",
	.tell = qmp_tell,
};

static void become_guest(struct monitor *monitor)
{
	log_info("VM %s: its QEMU has %s", monitor->name, battery_words(&monitor->battery));
	monitor->tries = 0;
	monitor->guest.backend = &backend;
	snprintf(monitor->guest.name, sizeof(monitor->guest.name), "%s", monitor->name);
	monitor->is_guest = true;
	guest_add(&monitor->guest);
}

static void on_greeting(struct monitor *monitor, struct json_object *object)
{
	struct json_object *command;

	if (!json_object_object_get_ex(object, "QMP", NULL)) {
		log_warning("VM %s: %s is no QMP monitor: give the path of a socket that QEMU has with \"-qmp unix:PATH,server=on,wait=off\"",
			    monitor->name, monitor->path);
		leave_alone(monitor);
		return;
	}
	monitor->greeted = true;
	if (monitor->pid)
		monitor->guest.vm = vm_seen(monitor->pid);
	command = json_object_new_object();
	json_object_object_add(command, "execute", json_object_new_string("qmp_capabilities"));
	send_command(monitor, command);
}

static void log_refusal(struct monitor *monitor, struct json_object *error)
{
	void (*log)(const char *format, ...) = log_warning;
	struct json_object *description = NULL;
	char text[256];

	json_object_object_get_ex(error, "desc", &description);
	clean(text, sizeof(text), json_object_get_string(description) ?: "it does not say why");
	/* A question that is refused is an answer. */
	if (monitor->capable && !monitor->battery.known)
		log = log_debug;
	log("VM %s: its QEMU refused %s: %s", monitor->name,
	    json_object_to_json_string_ext(monitor->command, JSON_C_TO_STRING_PLAIN), text);
}

/* Returns whether the monitor is of further use. */
static bool on_answer(struct monitor *monitor, struct json_object *result)
{
	bool was_known = monitor->battery.known;

	if (!monitor->capable) {
		monitor->capable = result;
		return monitor->capable;
	}
	battery_answer(&monitor->battery, result);
	if (was_known || !monitor->battery.known)
		return true;
	if (monitor->battery.devices) {
		become_guest(monitor);
		return true;
	}
	log_info("VM %s: its QEMU has no battery devices and cannot be told over QMP; it can have the table of \"gpupm acpi\"",
		 monitor->name);
	return false;
}

static void on_object(void *data, struct json_object *object)
{
	struct json_object *id = NULL, *result = NULL, *error = NULL;
	struct monitor *monitor = data;

	if (!monitor->greeted) {
		heard(monitor);
		on_greeting(monitor, object);
		return;
	}
	/* Events are of no interest, nor is an answer that nobody waits for. */
	json_object_object_get_ex(object, "id", &id);
	json_object_object_get_ex(object, "return", &result);
	json_object_object_get_ex(object, "error", &error);
	if (!monitor->id || json_object_get_int(id) != monitor->id || (!result && !error))
		return;
	heard(monitor);
	if (error)
		log_refusal(monitor, error);
	monitor->id = 0;
	if (on_answer(monitor, error ? NULL : result))
		send_next(monitor);
	else
		leave_alone(monitor);
}

static void on_connected(void *data)
{
	struct monitor *monitor = data;

	monitor->error = 0;
	monitor->pid = json_lines_peer(monitor->lines);
	/* A monitor that has a client lets the next one wait, and greets it later. */
	uv_timer_start(&monitor->timer, on_silence, SILENCE_MS, 0);
}

static void on_failed(void *data, int error, const char *why)
{
	struct monitor *monitor = data;

	if (error == -EBADMSG) {
		log_warning("VM %s: %s is no QMP monitor, or broken: %s", monitor->name,
			    monitor->path, why);
		leave_alone(monitor);
		return;
	}
	if (monitor->greeted)
		log_info("VM %s: its QEMU has gone: %s", monitor->name, why);
	else if (error != monitor->error && error != -ENOENT && error != -ECONNREFUSED)
		log_warning("VM %s: cannot connect to %s: %s", monitor->name, monitor->path, why);
	monitor->error = error;
	disconnect(monitor);
	if (monitor->tries++ < RETRIES)
		uv_timer_start(&monitor->timer, try_again, RETRY_MS << monitor->tries, 0);
}

static const struct json_lines_events events = {
	.connected = on_connected,
	.object = on_object,
	.failed = on_failed,
};

/* ---- when to connect ----------------------------------------------------- */

static bool same(const struct identity *a, const struct identity *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->made.tv_sec == b->made.tv_sec &&
	       a->made.tv_nsec == b->made.tv_nsec;
}

static void try(struct monitor *monitor)
{
	struct identity identity;
	struct stat st;

	if (monitor->lines || stat(monitor->path, &st))
		return;
	identity = (struct identity){ st.st_dev, st.st_ino, st.st_ctim };
	if (monitor->useless && same(&identity, &monitor->identity) &&
	    (!monitor->pid || !kill(monitor->pid, 0) || errno == EPERM))
		return;
	monitor->useless = false;
	monitor->identity = identity;
	monitor->pid = 0;
	battery_init(&monitor->battery);
	uv_timer_stop(&monitor->timer);
	monitor->lines = json_lines_open(monitor->loop, monitor->path, OBJECT_MAX, &events,
					 monitor);
}

static void try_again(uv_timer_t *timer)
{
	try(timer->data);
}

static void on_changed(void *data, const char *name)
{
	struct monitor *monitor = data;
	const char *slash = strrchr(monitor->path, '/');

	if (name && strcmp(name, slash ? slash + 1 : monitor->path))
		return;
	monitor->tries = 0;
	try(monitor);
}

static void on_vm_started(struct vm *vm)
{
	(void)vm;
	for (struct monitor *monitor = monitors; monitor; monitor = monitor->next) {
		monitor->tries = 0;
		try(monitor);
	}
}

static void on_vm_ended(struct vm *vm)
{
	for (struct monitor *monitor = monitors; monitor; monitor = monitor->next) {
		if (monitor->guest.vm != vm)
			continue;
		disconnect(monitor);
		uv_timer_start(&monitor->timer, try_again, RETRY_MS, 0);
	}
}

/* ---- the configuration --------------------------------------------------- */

static struct monitor *monitor_open(const char *name, const char *path)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));
	const char *slash = strrchr(path, '/');
	char *directory;

	if (!monitor)
		abort();
	monitor->name = strdup(name);
	monitor->path = strdup(path);
	directory = slash ? strndup(path, slash - path + 1) : strdup(".");
	if (!monitor->name || !monitor->path || !directory)
		abort();
	monitor->loop = qmp_loop;
	battery_init(&monitor->battery);
	uv_timer_init(qmp_loop, &monitor->timer);
	monitor->timer.data = monitor;
	monitor->watch = dir_watch_open(qmp_loop, directory, on_changed, monitor);
	free(directory);
	try(monitor);
	return monitor;
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct monitor *monitor = handle->data;

	free(monitor->name);
	free(monitor->path);
	free(monitor);
}

static void monitor_close(struct monitor *monitor)
{
	disconnect(monitor);
	dir_watch_close(monitor->watch);
	uv_close((uv_handle_t *)&monitor->timer, on_timer_closed);
}

/* Takes the monitor of that name and path out of the list; NULL when there is none. */
static struct monitor *take(struct monitor **list, const char *name, const char *path)
{
	for (; *list; list = &(*list)->next) {
		struct monitor *monitor = *list;

		if (strcmp(monitor->name, name) || strcmp(monitor->path, path))
			continue;
		*list = monitor->next;
		return monitor;
	}
	return NULL;
}

void qmp_sockets(const char *const *names, const char *const *paths, size_t n)
{
	struct monitor *old = monitors, *monitor;

	monitors = NULL;
	for (size_t i = 0; i < n; i++) {
		monitor = take(&old, names[i], paths[i]);
		if (!monitor)
			monitor = monitor_open(names[i], paths[i]);
		monitor->next = monitors;
		monitors = monitor;
	}
	while (old) {
		monitor = old;
		old = old->next;
		monitor_close(monitor);
	}
}

void qmp_open(uv_loop_t *loop)
{
	static struct vm_listener listener = {
		.started = on_vm_started,
		.ended = on_vm_ended,
	};

	qmp_loop = loop;
	vms_listen(&listener);
}

void qmp_close(void)
{
	qmp_sockets(NULL, NULL, 0);
}
