// SPDX-License-Identifier: GPL-2.0-only
#include "source.h"
#include "again.h"
#include "log.h"
#include "readable.h"
#include "uevents.h"
#include "vm.h"

#include "../client/event.h"
#include "../client/family.h"
#include "../client/power.h"
#include "../client/process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uv_loop_t *source_loop;
static const char *directory;
static const struct source_listener *wants;
static struct host_power last;
static bool known;

/* Tells of families that come and go; NULL with a directory. */
static struct nl_sock *controller;
static struct readable *controller_readable;

/* NULL while the module is not there. */
static struct client *client;
static struct power_watch *watch;
static struct readable *watch_readable;
static struct events *events;
static struct readable *events_readable;

/* Only for a module that is there and fails, or a sysfs that does. */
static struct again again;

static void lose_module(int err, const char *why);

static void take(const struct host_power *power)
{
	if (known && power_equal(power, &last))
		return;
	last = *power;
	known = true;
	wants->power(power);
}

static int read_sysfs(void)
{
	const char *root = directory ? directory : "/sys";
	struct host_power power;
	int err = power_read_sysfs(root, &power);

	if (err) {
		log_error("cannot read the power supplies in %s: %s", root, strerror(-err));
		again_later(&again);
	} else {
		take(&power);
	}
	return err;
}

static void on_uevent(void)
{
	read_sysfs();
}

static void close_module(void)
{
	readable_stop(watch_readable);
	watch_readable = NULL;
	power_watch_close(watch);
	watch = NULL;
	readable_stop(events_readable);
	events_readable = NULL;
	events_close(events);
	events = NULL;
	client_close(client);
	client = NULL;
}

static void on_power(void)
{
	struct host_power power;
	int result;

	for (;;) {
		result = power_watch_next(watch, &power);
		if (result == 1)
			take(&power);
		else if (result == -EBADMSG)
			log_warning("the module sent host power that makes no sense: do module and daemon fit?");
		else
			break;
	}
	if (result)
		lose_module(result, strerror(-result));
	else
		again_worked(&again);
}

/* GPUs that were there, and VMs that had them open, before the daemon listened. */
static int find_gpus(void)
{
	struct gpu_list list = {};
	int err = client_gpus(client, &list);

	if (err)
		return err;
	for (size_t i = 0; i < list.n; i++) {
		process_find_user("", &list.gpus[i]);
		if (list.gpus[i].user.pid)
			vm_seen(list.gpus[i].user.pid);
	}
	gpu_list_free(&list);
	wants->gpu(NULL);
	return 0;
}

static void take_event(const struct event *event)
{
	if (event->cause != GPUPM_CAUSE_OPENED && event->cause != GPUPM_CAUSE_ATTACHED)
		return;
	if (event->cause == GPUPM_CAUSE_OPENED && event->pid)
		vm_seen(event->pid);
	wants->gpu(event->gpu);
}

static void on_event(void)
{
	struct event event;
	bool lost = false;
	int result;

	for (;;) {
		result = events_next(events, &event);
		if (result == 1)
			take_event(&event);
		else if (result == -ENOBUFS)
			lost = true;
		else if (result != -EBADMSG)
			break;
	}
	if (result) {
		lose_module(result, strerror(-result));
		return;
	}
	if (lost)
		result = find_gpus();
	if (result)
		lose_module(result, client_error(client));
}

/* Return: 0, or negative errno with client_error() or nothing to say. */
static int connect_module(void)
{
	struct host_power power;
	int err = client_open(&client);

	if (!err)
		err = power_watch_open(client, &watch, &power);
	if (!err)
		err = events_open(client, &events);
	if (!err) {
		watch_readable = readable_start(source_loop, power_watch_fd(watch), on_power);
		events_readable = readable_start(source_loop, events_fd(events), on_event);
		if (!watch_readable || !events_readable)
			err = -ENOMEM;
	}
	if (err)
		return err;
	log_info("host power comes from the module");
	take(&power);
	err = find_gpus();
	if (err)
		return err;
	uevents_close();
	again_stop(&again);
	return 0;
}

static void explain_failure(int err, char *why, size_t size)
{
	if (err == -EOPNOTSUPP)
		snprintf(why, size, "the module is too old to tell host power");
	else if (*client_error(client))
		snprintf(why, size, "%s", client_error(client));
	else
		snprintf(why, size, "%s", strerror(-err));
}

static void use_sysfs(const char *why)
{
	log_info("host power comes from sysfs and udev: %s", why);
	close_module();
	/* First listen, then read: so nothing is missed in between. */
	if (uevents_open(source_loop, on_uevent))
		log_warning("cannot hear of changes of power supplies: they are read every 30 s while there are guests, and at SIGHUP");
	read_sysfs();
}

/*
 * A module that comes or goes is heard of. One that fails, for want of memory, say,
 * does not tell when it could answer again.
 */
static void look_again(int err)
{
	if (err != -EPROTONOSUPPORT && err != -EOPNOTSUPP)
		again_later(&again);
}

static void lose_module(int err, const char *why)
{
	use_sysfs(err == -EPROTONOSUPPORT ? "the module was unloaded" : why);
	look_again(err);
}

/* Look for the module, and fall back on sysfs when this is the first look. */
static void find_module(bool first)
{
	char why[512];
	int err = connect_module();

	if (!err)
		return;
	explain_failure(err, why, sizeof(why));
	if (first)
		use_sysfs(why);
	else if (err != -EPROTONOSUPPORT)
		log_warning("the module is there, but of no use: %s", why);
	close_module();
	look_again(err);
}

static void on_again(void)
{
	if (!directory)
		find_module(false);
	if (!client)
		read_sysfs();
}

/* Families come and go so rarely that it does not matter which one it was. */
static void on_controller(void)
{
	unsigned char *buf;
	int n;

	do {
		n = netlink_receive(controller, &buf);
		free(buf);
	} while (n >= 0 || n == -ENOBUFS);
	if (!client)
		find_module(false);
}

static void listen_to_controller(void)
{
	struct family family = { .groups[0].name = "notify" };
	struct reply reply;
	int err = netlink_open(&controller);

	if (!err)
		err = family_lookup(controller, "nlctrl", &family, &reply);
	if (!err && (nl_socket_add_membership(controller, family.groups[0].id) ||
		     nl_socket_set_nonblocking(controller)))
		err = -EIO;
	if (!err)
		controller_readable = readable_start(source_loop, nl_socket_get_fd(controller),
						     on_controller);
	if (err)
		log_warning("cannot hear of the module coming and going (%s): restart gpupmd after loading it",
			    strerror(-err));
}

int source_open(uv_loop_t *loop, const char *sysfs, const struct source_listener *listener)
{
	source_loop = loop;
	directory = sysfs;
	wants = listener;
	known = false;
	again_open(&again, loop, on_again);
	if (directory) {
		log_info("host power comes from %s", directory);
		return read_sysfs();
	}
	listen_to_controller();
	find_module(true);
	return 0;
}

void source_close(void)
{
	readable_stop(controller_readable);
	controller_readable = NULL;
	nl_socket_free(controller);
	controller = NULL;
	close_module();
	uevents_close();
	if (source_loop)
		again_close(&again);
	source_loop = NULL;
}

void source_refresh(void)
{
	struct host_power power;
	int err;

	if (!client) {
		read_sysfs();
		return;
	}
	err = client_power(client, &power);
	if (err) {
		lose_module(err, client_error(client));
		return;
	}
	again_worked(&again);
	take(&power);
}

const char *source_words(void)
{
	if (directory)
		return directory;
	return client ? "the module" : "sysfs";
}
