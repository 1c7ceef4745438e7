// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where host power comes from, when the module comes, goes and fails. The module and
 * the kernel's word of families are stand-ins.
 */
#include "backend.h"

#include "client/client.h"
#include "client/event.h"
#include "client/family.h"
#include "client/power.h"
#include "client/process.h"
#include "daemon/source.h"
#include "daemon/uevents.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- the module -------------------------------------------------------------- */

static struct {
	/* What a connection, POWER_GET, GPU_GET and both kinds of message come to. */
	int connect, get, gpus, power_message, event_message;
	int connections, closed, gets;
	/* Messages that wait. */
	int powers, events;
	bool lost;
	int power_fd, event_fd;
} module;

struct client {
	int unused;
};

struct power_watch {
	int unused;
};

struct events {
	int unused;
};

static struct client connection;
static struct power_watch the_watch;
static struct events the_events;
static struct host_power from_module, from_sysfs;

static void signal_fd(int fd)
{
	assert_int_equal(write(fd, &(uint64_t){ 1 }, 8), 8);
}

static void clear_fd(int fd)
{
	uint64_t n;

	while (read(fd, &n, 8) == 8)
		;
}

int client_open(struct client **client)
{
	*client = &connection;
	if (!module.connect)
		module.connections++;
	return module.connect;
}

void client_close(struct client *client)
{
	module.closed += client && !module.connect;
}

const char *client_error(const struct client *client)
{
	assert_non_null(client);
	return "it says no";
}

int client_power(struct client *client, struct host_power *power)
{
	assert_non_null(client);
	module.gets++;
	*power = from_module;
	return module.get;
}

int client_gpus(struct client *client, struct gpu_list *list)
{
	(void)client;
	(void)list;
	return module.gpus;
}

int power_watch_open(struct client *client, struct power_watch **watch, struct host_power *power)
{
	int err = client_power(client, power);

	*watch = err ? NULL : &the_watch;
	return err;
}

void power_watch_close(struct power_watch *watch)
{
	(void)watch;
}

int power_watch_fd(const struct power_watch *watch)
{
	(void)watch;
	return module.power_fd;
}

int power_watch_next(struct power_watch *watch, struct host_power *power)
{
	assert_ptr_equal(watch, &the_watch);
	clear_fd(module.power_fd);
	*power = from_module;
	return module.powers && module.powers-- ? 1 : module.power_message;
}

int events_open(const struct client *client, struct events **events)
{
	assert_non_null(client);
	*events = &the_events;
	return 0;
}

void events_close(struct events *events)
{
	(void)events;
}

int events_fd(const struct events *events)
{
	(void)events;
	return module.event_fd;
}

int events_next(struct events *events, struct event *event)
{
	assert_ptr_equal(events, &the_events);
	clear_fd(module.event_fd);
	memset(event, 0, sizeof(*event));
	event->cause = GPUPM_CAUSE_OPENED;
	event->pid = 212;
	strcpy(event->gpu, "0000:01:00.0");
	if (module.lost) {
		module.lost = false;
		return -ENOBUFS;
	}
	return module.events && module.events-- ? 1 : module.event_message;
}

void gpu_list_free(struct gpu_list *list)
{
	assert_int_equal(list->n, 0);
}

void process_find_user(const char *root, struct gpu *gpu)
{
	(void)root;
	(void)gpu;
}

/* ---- families, power supplies and udev --------------------------------------------- */

int netlink_open(struct nl_sock **sock)
{
	*sock = NULL;
	return -EPERM;
}

int family_lookup(struct nl_sock *sock, const char *name, struct family *family,
		  struct reply *reply)
{
	(void)sock;
	(void)name;
	(void)family;
	(void)reply;
	return -ENOENT;
}

int netlink_receive(struct nl_sock *sock, unsigned char **buf)
{
	(void)sock;
	*buf = NULL;
	return -EAGAIN;
}

static bool hears_udev;

int uevents_open(uv_loop_t *where, void (*call)(void))
{
	assert_ptr_equal(where, &loop);
	assert_non_null(call);
	hears_udev = true;
	return 0;
}

void uevents_close(void)
{
	hears_udev = false;
}

int power_read_sysfs(const char *root, struct host_power *power)
{
	assert_string_equal(root, "/sys");
	*power = from_sysfs;
	return 0;
}

/* ---- the listener ------------------------------------------------------------------- */

static int told, gpus_told;
static struct host_power last_told;

static void on_told(const struct host_power *power)
{
	told++;
	last_told = *power;
}

static void on_gpu(const char *address)
{
	(void)address;
	gpus_told++;
}

static const struct source_listener source_listener = { on_told, on_gpu };

static int setup(void **state)
{
	(void)state;
	loop_open();
	memset(&module, 0, sizeof(module));
	module.power_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	module.event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	from_module = (struct host_power){ .serial = 1, .on_ac = GPUPM_ON_AC_YES };
	from_sysfs = (struct host_power){ .on_ac = GPUPM_ON_AC_NO };
	told = 0;
	gpus_told = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(module.power_fd);
	close(module.event_fd);
	return 0;
}

static void begin(const char *want)
{
	assert_int_equal(source_open(&loop, NULL, &source_listener), 0);
	assert_string_equal(source_words(), want);
}

static void end(void)
{
	source_close();
	loop_close();
	assert_int_equal(module.connections, module.closed);
	assert_false(hears_udev);
}

/* Nothing is to wake the daemon: no timer runs. */
static void look_at_timer(uv_handle_t *handle, void *data)
{
	if (uv_handle_get_type(handle) == UV_TIMER && uv_is_active(handle))
		*(int *)data += 1;
}

static int timers(void)
{
	int n = 0;

	uv_walk(&loop, look_at_timer, &n);
	return n;
}

/* Until it is back, and nothing is left that would wake the daemon. */
static void assert_comes_back(void)
{
	int before = module.connections;

	assert_string_equal(source_words(), "sysfs");
	assert_true(hears_udev);
	assert_int_equal(last_told.on_ac, GPUPM_ON_AC_NO);
	run_until(&module.connections, before + 1);
	assert_string_equal(source_words(), "the module");
	assert_false(hears_udev);
	assert_int_equal(last_told.on_ac, GPUPM_ON_AC_YES);
	assert_int_equal(timers(), 0);
	/* From here on it is one that works. */
	source_refresh();
}

/* ---- the tests ------------------------------------------------------------------------ */

static void test_passing_failure(void **state)
{
	(void)state;
	begin("the module");
	assert_int_equal(timers(), 0);
	assert_int_equal(told, 1);

	/* At the repeat. */
	module.get = -ENOMEM;
	source_refresh();
	assert_true(was_logged("host power comes from sysfs and udev: it says no"));
	module.get = 0;
	assert_comes_back();
	assert_int_equal(gpus_told, 2);

	/* With a message of either kind. */
	module.power_message = -EIO;
	signal_fd(module.power_fd);
	run_until(&told, 4);
	module.power_message = 0;
	assert_comes_back();
	module.event_message = -EIO;
	signal_fd(module.event_fd);
	run_until(&told, 6);
	module.event_message = 0;
	assert_comes_back();

	/* When messages were lost, and the GPUs cannot be read anew. */
	module.lost = true;
	module.gpus = -EAGAIN;
	signal_fd(module.event_fd);
	run_until(&told, 8);
	module.gpus = 0;
	assert_comes_back();
	end();
}

static void test_long_failure(void **state)
{
	uint64_t began = uv_hrtime();

	(void)state;
	module.get = -ENOBUFS;
	begin("sysfs");
	assert_int_equal(timers(), 1);
	run_until(&module.gets, 2);
	assert_true(was_logged("the module is there, but of no use: it says no"));
	assert_int_equal(told, 1);
	module.get = 0;
	module.connections = 0;
	module.closed = 0;
	assert_comes_back();
	/* The first look after 1 s, the second 2 s after that. */
	assert_true(uv_hrtime() - began > 2900 * 1000000ULL);
	end();
}

/* What is heard of when it changes is not looked at. */
static void test_no_failure(void **state)
{
	(void)state;
	module.connect = -EPROTONOSUPPORT;
	begin("sysfs");
	assert_int_equal(timers(), 0);
	source_refresh();
	assert_int_equal(timers(), 0);
	end();

	loop_open();
	module.connect = -EOPNOTSUPP;
	begin("sysfs");
	assert_int_equal(timers(), 0);
	assert_true(was_logged("the module is too old to tell host power"));
	end();

	loop_open();
	module.connect = 0;
	begin("the module");
	module.event_message = -EPROTONOSUPPORT;
	signal_fd(module.event_fd);
	run_until(&module.closed, 1);
	assert_true(was_logged("the module was unloaded"));
	assert_string_equal(source_words(), "sysfs");
	assert_int_equal(timers(), 0);
	end();
}

static void test_changes(void **state)
{
	(void)state;
	begin("the module");
	from_module.serial++;
	from_module.on_ac = GPUPM_ON_AC_NO;
	module.powers = 1;
	signal_fd(module.power_fd);
	run_until(&told, 2);
	assert_int_equal(last_told.on_ac, GPUPM_ON_AC_NO);
	/* Nothing changed: nothing is told. */
	source_refresh();
	assert_int_equal(told, 2);
	module.events = 2;
	signal_fd(module.event_fd);
	run_until(&gpus_told, 3);
	assert_int_equal(vms_seen, 2);
	assert_int_equal(fake_vm.pid, 212);
	/* Ended while the module fails. */
	module.get = -ENOMEM;
	source_refresh();
	assert_int_equal(timers(), 1);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_passing_failure, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_failure, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_failure, setup, teardown),
		cmocka_unit_test_setup_teardown(test_changes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
