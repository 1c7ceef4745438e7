// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls to libvirt: the processes that make them, and what becomes of the answers.
 * gpupmd-libvirt is the real one, with a stand-in for libvirt's library.
 */
#include "backend.h"

#include "guest/libvirt_call.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[128];
static int ended;
static char *answer;
static char error[1024];
static bool later;

static int setup(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/program", root_make());
	loop_open();
	libvirt_program(PROGRAM, 60000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(answer);
	answer = NULL;
	unsetenv("GPUPM_TEST_NO_LIBVIRTD");
	root_remove();
	return 0;
}

static void on_done(void *data, struct json_object *object, const char *why, bool is_later)
{
	assert_ptr_equal(data, &ended);
	assert_true(!object != !why);
	ended++;
	free(answer);
	answer = object ?
		 strdup(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN)) : NULL;
	snprintf(error, sizeof(error), "%s", why ?: "");
	later = is_later;
}

static struct libvirt_call *begin(enum libvirt_channel channel, const char *domain)
{
	struct json_object *command = channel == LIBVIRT_ADDRESSES ? NULL :
		json_tokener_parse("{\"execute\": \"guest-ping\"}");
	struct libvirt_call *call = libvirt_call(&loop, channel, domain, command, on_done, &ended);

	json_object_put(command);
	return call;
}

static void assert_answer(enum libvirt_channel channel, const char *domain, const char *want)
{
	ended = 0;
	begin(channel, domain);
	assert_int_equal(ended, 0);
	run_until(&ended, 1);
	if (!answer)
		fail_msg("%s: %s", domain, error);
	assert_string_equal(answer, want);
	assert_false(later);
}

static void assert_error_of(enum libvirt_channel channel, const char *domain, const char *want,
			    bool want_later)
{
	ended = 0;
	begin(channel, domain);
	assert_int_equal(ended, 0);
	run_until(&ended, 1);
	assert_null(answer);
	if (!strstr(error, want))
		fail_msg("%s: not '%s' but '%s'", domain, want, error);
	assert_null(strpbrk(error, "\n\033"));
	assert_int_equal(later, want_later);
}

static void assert_error(const char *domain, const char *want, bool want_later)
{
	assert_error_of(LIBVIRT_AGENT, domain, want, want_later);
}

static int open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

#define ADDRESS(text)	"{\"ip-address\":\"" text "\"}"
#define FOUND(list)	"{\"return\":[{\"ip-addresses\":[" list "]}]}"

static void test_answers(void **state)
{
	int files;

	(void)state;
	assert_answer(LIBVIRT_MONITOR, "win11",
		      "{\"return\":{\"monitor\":{\"execute\":\"guest-ping\"}}}");
	files = open_files();
	assert_answer(LIBVIRT_AGENT, "a name; with $signs",
		      "{\"return\":{\"agent\":{\"execute\":\"guest-ping\"}}}");
	/* What is leased comes first, and what is no address does not come. */
	assert_answer(LIBVIRT_ADDRESSES, "leased",
		      FOUND(ADDRESS("192.168.122.50") "," ADDRESS("fd00::5")));
	assert_answer(LIBVIRT_ADDRESSES, "said",
		      FOUND(ADDRESS("127.0.0.1") "," ADDRESS("10.0.0.5") "," ADDRESS("::1")));
	assert_answer(LIBVIRT_ADDRESSES, "bridged",
		      FOUND(ADDRESS("127.0.0.1") "," ADDRESS("10.0.0.5") "," ADDRESS("::1")));
	assert_answer(LIBVIRT_ADDRESSES, "booting", FOUND(""));
	run_a_while();
	assert_int_equal(open_files(), files);
	/* Many at once. */
	ended = 0;
	for (int i = 0; i < 20; i++)
		begin(LIBVIRT_AGENT, "win11");
	run_until(&ended, 20);
	loop_close();
}

static void test_errors(void **state)
{
	(void)state;
	assert_error("starts", "Guest agent is not responding", true);
	assert_error("is off", "domain is not running", true);
	/* One that is not there will not be there later. */
	assert_error("nobody", "Domain not found", false);
	assert_error("refuses", "no agent is configured", false);
	assert_error("babbles", "no JSON object", false);
	assert_error("floods", "more than 1048576 bytes", false);
	assert_error("crashes", "gpupmd-libvirt ", false);
	assert_error_of(LIBVIRT_ADDRESSES, "without", "libvirt has no lease of it, and its agent cannot be asked: QEMU guest agent is not configured",
			false);
	assert_error_of(LIBVIRT_ADDRESSES, "nobody", "Domain not found", false);
	setenv("GPUPM_TEST_NO_LIBVIRTD", "1", 1);
	assert_error("win11", "Failed to connect", false);
	loop_close();
}

static void test_no_end(void **state)
{
	(void)state;
	libvirt_program(PROGRAM, 300);
	assert_error("hangs", "libvirt has not answered for", false);
	/* Nobody wants to know any more: the process ends nevertheless, or this would not. */
	libvirt_program(PROGRAM, 0x7fffffff);
	ended = 0;
	libvirt_forget(begin(LIBVIRT_MONITOR, "hangs"));
	libvirt_forget(NULL);
	loop_close();
	assert_int_equal(ended, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void test_cannot_run(void **state)
{
	struct rlimit limit, few = { .rlim_cur = 100 };
	int fds[100], n;

	(void)state;
	libvirt_program(path, 60000);
	assert_error("win11", "built without libvirt's headers", false);
	root_file("#!/bin/sh\nexit 127\n", "/program");
	assert_error("win11", "cannot run ", false);
	chmod(path, 0755);
	assert_error("win11", "gpupmd-libvirt does not say why", false);
	/* The loader, say. */
	root_file("#!/bin/sh\necho 'a library is missing' >&2; exit 127\n", "/program");
	assert_error("win11", "a library is missing", false);

	/* File descriptors run out here or there. */
	libvirt_program(PROGRAM, 60000);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few.rlim_max = limit.rlim_max;
	for (int left = 0; left < 12; left++) {
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		for (n = 0; (fds[n] = dup(0)) >= 0; n++)
			;
		for (int i = 0; i < left; i++)
			close(fds[--n]);
		ended = 0;
		begin(LIBVIRT_AGENT, "win11");
		while (n)
			close(fds[--n]);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
		run_until(&ended, 1);
		if (!left)
			assert_non_null(strcasestr(error, "too many open files"));
	}
	assert_non_null(answer);
	/* Forgotten before it was said. */
	ended = 0;
	libvirt_program("/nowhere", 60000);
	libvirt_forget(begin(LIBVIRT_AGENT, "win11"));
	loop_close();
	assert_int_equal(ended, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cannot_run, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
