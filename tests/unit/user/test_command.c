// SPDX-License-Identifier: GPL-2.0-only
/* Host commands: real ones. */
#include "backend.h"

#include "profile/command.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define assert_logged(text)	assert_true(was_logged(text))

static void run(const char *program, ...)
{
	char *argv[8] = { (char *)program };
	va_list args;

	va_start(args, program);
	for (int i = 1; argv[i - 1]; i++)
		argv[i] = va_arg(args, char *);
	va_end(args);
	command_run(argv, PROFILE_BATTERY, "");
}

static void open_with_limit(unsigned int limit_ms)
{
	loop_open();
	commands_open(&loop, limit_ms);
}

/* The order in which they come in the log. */
static void assert_order(const char *first, const char *second)
{
	const char *a = strstr(logged, first), *b = strstr(logged, second);

	assert_non_null(a);
	assert_non_null(b);
	assert_true(a < b);
}

static void test_output(void **state)
{
	char *argv[] = { "sh", "-c",
		"echo $GPUPM_PROFILE $GPUPM_VM. $X. $NOTIFY_SOCKET.; pwd; cat; echo oops >&2; printf 'a\\000b\\033[1mc'",
		NULL };

	(void)state;
	open_with_limit(60000);
	setenv("NOTIFY_SOCKET", "/run/notify", 1);
	setenv("GPUPM_VM", "wrong", 1);
	setenv("X", "y", 1);
	command_run(argv, PROFILE_BATTERY, "my game");
	loop_close();
	unsetenv("GPUPM_VM");
	assert_string_equal(logged,
			    "info: host-command sh for VM my game: begins\n"
			    "info: host-command sh for VM my game: battery my game. y. .\n"
			    "info: host-command sh for VM my game: /\n"
			    "info: host-command sh for VM my game: oops\n"
			    "info: host-command sh for VM my game: a b?[1mc\n"
			    "info: host-command sh for VM my game: done\n");
}

static void test_no_shell(void **state)
{
	(void)state;
	open_with_limit(60000);
	run("echo", "$HOME", "*", "; false", "a  b", NULL);
	loop_close();
	assert_logged("host-command echo: $HOME * ; false a  b\n");
	assert_logged("host-command echo: done\n");
}

static void test_failures(void **state)
{
	(void)state;
	open_with_limit(60000);
	run("/nonexistent/program", NULL);
	run("sh", "-c", "exit 3", NULL);
	run("sh", "-c", "kill -TERM $$", NULL);
	run("echo", "still", NULL);
	loop_close();
	assert_logged("warning: host-command /nonexistent/program: could not be run: no such file");
	assert_logged("warning: host-command sh: ended with exit code 3\n");
	assert_logged("warning: host-command sh: ended by signal 15 (Terminated)\n");
	assert_logged("info: host-command echo: still\n");
	assert_int_equal(warnings, 3);
}

/* All that it started is killed, too, and the next one is run. */
static void test_limit(void **state)
{
	(void)state;
	open_with_limit(2000);
	run("sh", "-c", "sleep 1000 & echo child $!; wait", NULL);
	run("echo", "next", NULL);
	loop_close();
	assert_logged("warning: host-command sh: it took longer than 2 s and was killed\n");
	assert_order("was killed", "host-command echo: next");
	assert_logged("child ");
	/* A zombie at most, until its new parent has seen to it. */
	for (int i = 0; i < 10000; i++) {
		char path[64], line[256] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/stat", atoi(strstr(logged, "child ") + 6));
		file = fopen(path, "re");
		if (!file || !fgets(line, sizeof(line), file) || strstr(line, ") Z") ||
		    !strstr(line, "(sleep)")) {
			if (file)
				fclose(file);
			return;
		}
		fclose(file);
		usleep(1000);
	}
	fail_msg("the command's child lives on");
}

/* What a command leaves behind keeps nobody waiting. */
static void test_left_behind(void **state)
{
	time_t before = time(NULL);

	(void)state;
	open_with_limit(120000);
	run("sh", "-c", "sleep 100 & echo child $!", NULL);
	loop_close();
	assert_true(time(NULL) - before < 90);
	assert_logged("host-command sh: done\n");
	kill(atoi(strstr(logged, "child ") + 6), SIGKILL);
}

static void test_much_output(void **state)
{
	int lines = 0;

	(void)state;
	open_with_limit(60000);
	run("sh", "-c", "seq 100000", NULL);
	run("sh", "-c", "head -c 600 /dev/zero | tr '\\000' x", NULL);
	loop_close();
	for (const char *at = logged; (at = strchr(at, '\n')); at++)
		lines++;
	assert_logged("info: host-command sh: 100\n");
	assert_false(was_logged("info: host-command sh: 101\n"));
	assert_logged("it prints more than 100 lines; the rest is not shown\n");
	/* 100, that there are more, begin and end; and a long line is three. */
	assert_int_equal(lines, 103 + 5);
	assert_int_equal(warnings, 0);
}

/* One after the other, whatever each of them takes. */
static void test_order(void **state)
{
	(void)state;
	open_with_limit(60000);
	run("sh", "-c", "sleep 0.2; echo one", NULL);
	run("sh", "-c", "echo two", NULL);
	run("sh", "-c", "echo three", NULL);
	loop_close();
	assert_order("sh: one", "sh: two");
	assert_order("sh: two", "sh: three");
}

static void test_drop(void **state)
{
	(void)state;
	open_with_limit(60000);
	run("sh", "-c", "sleep 0.2; echo one", NULL);
	run("sh", "-c", "echo two", NULL);
	commands_drop();
	run("sh", "-c", "echo three", NULL);
	loop_close();
	assert_order("sh: one", "sh: three");
	assert_false(was_logged("sh: two"));
	assert_logged("host-command sh: not run, since another profile has begun\n");
}

/* The one that runs is left to itself. */
static void test_close(void **state)
{
	char path[PATH_MAX], command[PATH_MAX + 64];

	(void)state;
	open_with_limit(60000);
	snprintf(path, sizeof(path), "%s/done", root_make());
	snprintf(command, sizeof(command), "sleep 0.3; touch %s", path);
	run("sh", "-c", command, NULL);
	run("sh", "-c", "echo two", NULL);
	commands_close();
	loop_close();
	assert_false(was_logged("two"));
	for (int i = 0; access(path, F_OK); i++) {
		assert_true(i < 60000);
		usleep(1000);
	}
	root_remove();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_no_shell),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_left_behind),
		cmocka_unit_test(test_much_output),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
