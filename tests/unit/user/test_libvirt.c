// SPDX-License-Identifier: GPL-2.0-only
/*
 * libvirt's domains: a state directory like libvirt's, processes that look like its
 * QEMUs, and a stand-in for the calls through its library.
 */
#include "backend.h"

#include "guest/libvirt.h"
#include "guest/libvirt_call.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char directory[128];
static pid_t qemu;

/* ---- the calls ------------------------------------------------------------- */

struct libvirt_call {
	uv_async_t soon;
	libvirt_done *done;
	void *data;
	const char *answer;
};

/* Answers to come; "" and "later" are errors of libvirt. */
static const char *answers[16];
static char sent[16][256];
static int calls, forgotten;

static void on_call_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void on_soon(uv_async_t *async)
{
	struct libvirt_call *call = async->data;
	struct json_object *answer = json_tokener_parse(call->answer);

	uv_close((uv_handle_t *)async, on_call_closed);
	call->done(call->data, answer, answer ? NULL : "the domain is not running",
		   !strcmp(call->answer, "later"));
	json_object_put(answer);
}

struct libvirt_call *libvirt_call(uv_loop_t *where, enum libvirt_channel channel,
				  const char *domain, struct json_object *command,
				  libvirt_done *done, void *data)
{
	struct libvirt_call *call = calloc(1, sizeof(*call));

	assert_ptr_equal(where, &loop);
	assert_int_equal(channel, LIBVIRT_MONITOR);
	assert_string_equal(domain, "win11");
	snprintf(sent[calls], sizeof(sent[calls]), "%s",
		 json_object_to_json_string_ext(command, JSON_C_TO_STRING_PLAIN));
	call->answer = answers[calls++] ?: "{\"return\": {}}";
	call->done = done;
	call->data = data;
	uv_async_init(where, &call->soon, on_soon);
	call->soon.data = call;
	uv_async_send(&call->soon);
	return call;
}

void libvirt_forget(struct libvirt_call *call)
{
	if (!call)
		return;
	forgotten++;
	uv_close((uv_handle_t *)&call->soon, on_call_closed);
}

/* ---- the domains ------------------------------------------------------------- */

static int setup(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "%s/run/libvirt/qemu", root_make());
	loop_open();
	memset(answers, 0, sizeof(answers));
	memset(sent, 0, sizeof(sent));
	calls = 0;
	forgotten = 0;
	return 0;
}

static void qemu_start(const char *name_option, const char *device)
{
	char path[64], args[128];
	FILE *file;

	qemu = fork();
	if (!qemu) {
		execlp("sh", "qemu-system-x86_64", "-c", "kill -STOP $$", "-name",
		       name_option, "-device", device, NULL);
		_exit(127);
	}
	/* Until it is the other program. */
	snprintf(path, sizeof(path), "/proc/%d/cmdline", qemu);
	do {
		file = fopen(path, "re");
		assert_non_null(file);
		memset(args, 0, sizeof(args));
		if (!fread(args, 1, sizeof(args) - 1, file))
			args[0] = '\0';
		fclose(file);
	} while (strcmp(args, "qemu-system-x86_64"));
}

static void qemu_end(void)
{
	kill(qemu, SIGKILL);
	assert_int_equal(waitpid(qemu, NULL, 0), qemu);
}

/* As libvirt does it: the pid first, the status by a rename, again and again. */
static void domain_status(const char *name, pid_t pid)
{
	char from[256], to[256], text[16];

	snprintf(text, sizeof(text), "%d", pid);
	root_file(text, "/run/libvirt/qemu/%s.pid", name);
	root_file("<domstatus/>", "/run/libvirt/qemu/%s.xml.new", name);
	snprintf(from, sizeof(from), "%s/%s.xml.new", directory, name);
	snprintf(to, sizeof(to), "%s/%s.xml", directory, name);
	assert_int_equal(rename(from, to), 0);
}

static int teardown(void **state)
{
	(void)state;
	root_remove();
	return 0;
}

static const char both[] =
	"{\"return\": [{\"name\": \"battery-set-state\"}, {\"name\": \"ac-adapter-set-state\"}]}";

static void test_stock(void **state)
{
	(void)state;
	/* libvirt comes later than the daemon. */
	libvirt_open_in(&loop, directory);
	qemu_start("guest=win11,debug-threads=on", "e1000");
	run_a_while();
	root_file("", "/run/libvirt/qemu/autostart");
	run_a_while();
	domain_status("win11", qemu);
	run_until(&vms_seen, 1);
	assert_int_equal(fake_vm.pid, qemu);
	domain_status("win11", qemu);
	run_until(&vms_seen, 2);
	/* No monitor is spoken to. */
	assert_int_equal(calls, 0);
	assert_int_equal(guests_added, 0);
	libvirt_close();
	qemu_end();
	loop_close();
}

static void test_battery(void **state)
{
	(void)state;
	answers[0] = both;
	answers[4] = "{\"return\": {}}";
	answers[5] = "{\"error\": {\"desc\": \"No battery device found\"}}";
	fake_report = (struct report){
		.flags = REPORT_PRESENT | REPORT_DISCHARGING,
		.design = 50000, .full = 50000, .remaining = 25000, .rate = 5000,
	};
	qemu_start("guest=win11", "battery,ioport=0x530");
	root_file("", "/run/libvirt/qemu/x");
	domain_status("win11", qemu);
	/* The domain is there before the daemon. */
	libvirt_open_in(&loop, directory);
	assert_int_equal(vms_seen, 1);
	run_until(&guests_added, 1);
	run_until(&calls, 5);
	assert_string_equal(fake_guest->backend->name, "libvirt");
	assert_string_equal(fake_guest->name, "win11");
	assert_ptr_equal(fake_guest->vm, &fake_vm);
	assert_string_equal(sent[0], "{\"execute\":\"query-commands\"}");
	assert_non_null(strstr(sent[3], "\"charge-percent\":50,\"rate\":5000"));
	assert_non_null(strstr(sent[4], "{\"connected\":false}"));
	fake_report.remaining = 24000;
	guests_told();
	run_until(&warnings, 1);
	assert_true(was_logged("refused {\"state\":{"));
	assert_true(was_logged("No battery device found"));
	qemu_end();
	vm_ends();
	assert_int_equal(guests_removed, 1);
	libvirt_close();
	loop_close();
}

static void test_libvirtd_away(void **state)
{
	(void)state;
	answers[0] = "later";
	answers[1] = "";
	answers[2] = "";
	answers[3] = both;
	answers[6] = "";
	answers[7] = "{\"return\": {}}";
	qemu_start("guest=win11", "acad");
	root_file("", "/run/libvirt/qemu/x");
	libvirt_open_in(&loop, directory);
	domain_status("win11", qemu);
	run_until(&calls, 1);
	run_a_while();
	assert_int_equal(warnings, 0);
	domain_status("win11", qemu);
	run_until(&warnings, 1);
	assert_true(was_logged("the domain is not running"));
	domain_status("win11", qemu);
	run_until(&calls, 3);
	run_a_while();
	/* Said once. */
	assert_int_equal(warnings, 1);
	domain_status("win11", qemu);
	run_until(&guests_added, 1);
	run_until(&warnings, 2);
	assert_int_equal(calls, 7);
	assert_int_equal(guests_removed, 0);
	/* What did not get there goes again with the next report. */
	guests_told();
	run_until(&calls, 9);
	assert_string_equal(sent[6], sent[7]);
	run_a_while();
	fake_report.flags = 0;
	guests_told();
	assert_int_equal(calls, 10);
	libvirt_close();
	assert_int_equal(forgotten, 1);
	assert_int_equal(guests_removed, 1);
	qemu_end();
	loop_close();
}

/* Files that are older than the process, or that say nothing. */
static void test_strange_files(void **state)
{
	(void)state;
	root_file("", "/run/libvirt/qemu/x");
	libvirt_open_in(&loop, directory);
	qemu_start("guest=other", "battery");
	domain_status("win11", qemu);
	domain_status("me", getpid());
	domain_status("nobody", 0x7ffffff0);
	domain_status("minus", -1);
	domain_status("zero", 0);
	root_file("many", "/run/libvirt/qemu/many.pid");
	root_file("", "/run/libvirt/qemu/many.xml");
	root_file("", "/run/libvirt/qemu/lonely.xml");
	root_file("", "/run/libvirt/qemu/.xml");
	run_a_while();
	assert_int_equal(vms_seen, 0);
	assert_int_equal(calls, 0);
	libvirt_close();
	qemu_end();
	loop_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_stock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_battery, setup, teardown),
		cmocka_unit_test_setup_teardown(test_libvirtd_away, setup, teardown),
		cmocka_unit_test_setup_teardown(test_strange_files, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
