// SPDX-License-Identifier: GPL-2.0-only
/* The tool's commands, from the command line to what they print, with a stand-in kernel. */
#include "capture.h"
#include "kernel.h"

#include "client/client.h"
#include "cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int setup(void **state)
{
	(void)state;
	kernel_start();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	/* A check of the stand-in's that failed came here without. */
	capture_free();
	kernel_stop();
	return 0;
}

/* A command line of up to four words; what it prints is in out and err. */
static int run(const struct command *cmd, const char *a, const char *b, const char *c)
{
	char *argv[] = { (char *)cmd->name, (char *)a, (char *)b, (char *)c, NULL };
	int argc = 1, result;

	while (argv[argc])
		argc++;
	capture_begin();
	result = cmd->run(argc, argv);
	capture_end();
	return result;
}

static void test_status(void **state)
{
	(void)state;
	assert_int_equal(run(&cmd_status, NULL, NULL, NULL), RESULT_DONE);
	assert_says(out, "0000:01:00.0");
	assert_says(out, "off");
	assert_int_equal(run(&cmd_status, "--json", NULL, NULL), RESULT_DONE);
	assert_says(out, "\"power_cuts\": 5");
	kernel.n_gpus = 0;
	assert_int_equal(run(&cmd_status, NULL, NULL, NULL), RESULT_DONE);
	assert_says(out, "no GPU is bound to vfio-pci");
}

static void wakes_up(void)
{
	kernel_tells(GPUPM_CAUSE_WOKEN, GPUPM_STATE_AWAKE);
}

static void falls_asleep(void)
{
	kernel_tells(GPUPM_CAUSE_POWER_CUT, GPUPM_STATE_OFF);
}

static void drains(void)
{
	kernel.power.supplies[0].capacity = 56;
	kernel_tells_power();
}

static void test_status_watch(void **state)
{
	(void)state;
	kernel.later[0] = wakes_up;
	kernel.later[1] = kernel_loses;
	kernel.later[2] = kernel_tells_nonsense;
	assert_int_equal(run(&cmd_status, "-w", NULL, NULL), RESULT_DONE);
	assert_says(out, "awake");
	assert_string_equal(err, "");
}

/* The same on a terminal: the screen is drawn anew, and given back at the end. */
static void test_terminal(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	FILE *real = stdout;
	char text[16384];
	ssize_t n, more;

	(void)state;
	assert_true(master >= 0 && !grantpt(master) && !unlockpt(master));
	setenv("TERM", "xterm", 1);
	for (int i = 0; i < 2; i++) {
		stdout = fopen(ptsname(master), "w");
		assert_non_null(stdout);
		kernel.later[0] = i ? drains : wakes_up;
		assert_int_equal(i ? cmd_power.run(2, (char *[]){ "power", "-w", NULL }) :
				     cmd_status.run(2, (char *[]){ "status", "-w", NULL }),
				 RESULT_DONE);
		/* Once it is closed there is an end, with an error, to what can be read. */
		fclose(stdout);
		stdout = real;
		for (n = 0; (more = read(master, text + n, sizeof(text) - 1 - n)) > 0; n += more)
			;
		text[n] = '\0';
		assert_says(text, i ? "56 %" : "awake");
		assert_says(text, "\033[");
		teardown(state);
		setup(state);
	}
	close(master);
}

static void test_watch_unloaded(void **state)
{
	(void)state;
	kernel.later[0] = kernel_unloads;
	assert_int_equal(run(&cmd_status, "-w", "--json", NULL), RESULT_NO_MODULE);
	assert_says(err, "the module was unloaded");
}

static void test_why(void **state)
{
	(void)state;
	assert_int_equal(run(&cmd_why, NULL, NULL, NULL), RESULT_DONE);
	assert_says(out, "power is cut");
	kernel.gpu.state = GPUPM_STATE_IDLE;
	kernel.gpu.blocker.reason = GPUPM_BLOCKER_POLICY;
	kernel.gpu.policy = GPUPM_POLICY_WARM;
	assert_int_equal(run(&cmd_why, "01:00", NULL, NULL), RESULT_DONE);
	assert_says(out, "sudo gpupm policy 0000:01:00.0 auto");
	assert_int_equal(run(&cmd_why, "--json", NULL, NULL), RESULT_DONE);
	assert_says(out, "\"blocker\": {");
	assert_int_equal(run(&cmd_why, "41:00", NULL, NULL), RESULT_NO_GPU);
	assert_says(err, "no GPU '41:00'; there is:");
	kernel.n_gpus = 0;
	assert_int_equal(run(&cmd_why, NULL, NULL, NULL), RESULT_DONE);
	assert_int_equal(run(&cmd_why, "41:00", NULL, NULL), RESULT_NO_GPU);
}

static void test_wakes(void **state)
{
	(void)state;
	assert_int_equal(run(&cmd_wakes, NULL, NULL, NULL), RESULT_DONE);
	kernel.gpu.wakes = 4;
	kernel.n_wakes = 3;
	for (size_t i = 0; i < kernel.n_wakes; i++)
		strcpy(kernel.wakes[i].gpu, kernel.gpu.address);
	kernel.wakes[0].at_ms = 1763858400000;
	kernel.wakes[1] = kernel.wakes[0];
	kernel.wakes[0].pid = 77;
	strcpy(kernel.wakes[0].comm, "lspci");
	strcpy(kernel.wakes[0].device, "0000:00:01.0");
	kernel.wakes[2] = kernel.wakes[0];
	kernel.wakes[2].pid = 78;
	assert_int_equal(run(&cmd_wakes, "01:00.0", NULL, NULL), RESULT_DONE);
	assert_says(out, "4 wakes no VM asked for; these are the last 3");
	assert_says(out, "lspci         2 ");
	assert_says(out, "(kernel)");
	assert_int_equal(run(&cmd_wakes, "--json", NULL, NULL), RESULT_DONE);
	assert_says(out, "\"comm\": \"lspci\"");
	/* One that was restarted with a time that nobody can write down. */
	kernel.wakes[0].at_ms = -1;
	assert_int_equal(run(&cmd_wakes, NULL, NULL, NULL), RESULT_DONE);
}

static void test_policy(void **state)
{
	(void)state;
	assert_int_equal(run(&cmd_policy, NULL, NULL, NULL), RESULT_DONE);
	assert_says(out, "0000:01:00.0  auto");
	assert_int_equal(run(&cmd_policy, "warm", NULL, NULL), RESULT_DONE);
	assert_says(out, "0000:01:00.0  warm");
	assert_int_equal(kernel.policy, GPUPM_POLICY_WARM);
	assert_int_equal(run(&cmd_policy, "01:00", "on", "--json"), RESULT_DONE);
	assert_says(out, "\"policy\": \"on\"");
	assert_int_equal(kernel.policy, GPUPM_POLICY_ON);
	assert_int_equal(run(&cmd_policy, "01:00", "cold", NULL), RESULT_USAGE);
	kernel.n_gpus = 0;
	assert_int_equal(run(&cmd_policy, NULL, NULL, NULL), RESULT_DONE);
	assert_says(err, "no GPU is bound");
}

static void test_which_gpu(void **state)
{
	(void)state;
	kernel.n_gpus = 2;
	assert_int_equal(run(&cmd_policy, "on", NULL, NULL), RESULT_USAGE);
	assert_says(err, "say which GPU");
	assert_says(err, "  0000:41:00.0\n");
	assert_int_equal(run(&cmd_policy, ":00.0", "on", NULL), RESULT_USAGE);
	assert_says(err, "':00.0' is part of more than one address");
	assert_int_equal(run(&cmd_policy, "41:00", "on", NULL), RESULT_DONE);
	assert_says(out, "0000:41:00.0  on");
	assert_int_equal(run(&cmd_why, NULL, NULL, NULL), RESULT_DONE);
	assert_int_equal(run(&cmd_wakes, NULL, NULL, NULL), RESULT_DONE);
	assert_says(out, "0000:41:00.0");
}

/* Each with its words, and its exit code. */
static void test_refusals(void **state)
{
	static const struct {
		int refusal;
		const char *reason;
		int result;
		const char *says;
	} cases[] = {
		{ -EPERM, NULL, RESULT_NOT_PERMITTED, "not permitted to set the policy: try sudo" },
		{ -EACCES, NULL, RESULT_NOT_PERMITTED, "try sudo" },
		{ -ENODEV, "no such GPU", RESULT_NO_GPU, "could not set the policy: no such GPU" },
		{ -ENOENT, NULL, RESULT_NO_MODULE, "the module was unloaded: sudo modprobe gpupm" },
		{ -ENOENT, "not that", RESULT_FAILED, "could not set the policy: not that" },
		{ -EOPNOTSUPP, NULL, RESULT_FAILED, "the module is older than this gpupm" },
		{ -ENOMEM, NULL, RESULT_FAILED, "could not set the policy: out of memory" },
		{ -EIO, NULL, RESULT_FAILED, "could not set the policy: Input/output error" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		kernel.refusal = cases[i].refusal;
		kernel.reason = cases[i].reason;
		assert_int_equal(run(&cmd_policy, "on", NULL, NULL), cases[i].result);
		assert_says(err, cases[i].says);
		assert_string_equal(out, "");
	}
}

static void test_no_answer(void **state)
{
	(void)state;
	kernel.garbage = true;
	assert_int_equal(run(&cmd_status, NULL, NULL, NULL), RESULT_FAILED);
	assert_says(err, "the module's answer makes no sense");
	assert_int_equal(run(&cmd_power, NULL, NULL, NULL), RESULT_FAILED);
	kernel.garbage = false;
	kernel.deaf = ENOBUFS;
	assert_int_equal(run(&cmd_status, NULL, NULL, NULL), RESULT_FAILED);
	assert_says(err, "could not look for the module: out of memory");
	kernel.deaf = 0;
	kernel.loaded = false;
	assert_int_equal(run(&cmd_monitor, NULL, NULL, NULL), RESULT_NO_MODULE);
	kernel.loaded = true;
	kernel.version = GPUPM_FAMILY_VERSION + 1;
	assert_int_equal(run(&cmd_status, NULL, NULL, NULL), RESULT_FAILED);
	assert_says(err, "install the gpupm that came with the module");
}

static void test_interrupted(void **state)
{
	(void)state;
	kernel.interrupted = 19;
	assert_int_equal(run(&cmd_status, NULL, NULL, NULL), RESULT_DONE);
	assert_int_equal(kernel.interrupted, 0);
	kernel.interrupted = 1000;
	assert_int_equal(run(&cmd_status, NULL, NULL, NULL), RESULT_FAILED);
	assert_says(err, "GPUs keep coming and going");
}

static void test_old_module(void **state)
{
	(void)state;
	kernel.without_groups = true;
	assert_int_equal(run(&cmd_monitor, NULL, NULL, NULL), RESULT_FAILED);
	assert_says(err, "could not listen to events");
	assert_int_equal(run(&cmd_status, "-w", NULL, NULL), RESULT_FAILED);
	assert_int_equal(run(&cmd_hold, NULL, NULL, NULL), RESULT_FAILED);
	assert_int_equal(run(&cmd_test, NULL, NULL, NULL), RESULT_FAILED);
	assert_int_equal(run(&cmd_power, "-w", NULL, NULL), RESULT_FAILED);
	assert_says(err, "the module is older than this gpupm");
}

static void test_monitor(void **state)
{
	(void)state;
	kernel.later[0] = wakes_up;
	kernel.later[1] = kernel_tells_nonsense;
	kernel.later[2] = kernel_loses;
	kernel.later[3] = falls_asleep;
	assert_int_equal(run(&cmd_monitor, NULL, NULL, NULL), RESULT_DONE);
	assert_says(out, "off -> awake");
	assert_says(out, "events were lost; this is the state now");
	assert_says(out, "awake -> off");
	assert_says(err, "left out an event that makes no sense");
}

static void test_monitor_json(void **state)
{
	(void)state;
	kernel.later[0] = wakes_up;
	kernel.later[1] = kernel_loses;
	kernel.later[2] = kernel_unloads;
	assert_int_equal(run(&cmd_monitor, "--json", NULL, NULL), RESULT_NO_MODULE);
	assert_says(out, "\"state\":\"awake\"");
	assert_says(err, "the module was unloaded");
}

static void test_power(void **state)
{
	(void)state;
	assert_int_equal(run(&cmd_power, NULL, NULL, NULL), RESULT_DONE);
	assert_says(out, "57 %");
	assert_int_equal(run(&cmd_power, "--json", NULL, NULL), RESULT_DONE);
	kernel.loaded = false;
	assert_int_equal(run(&cmd_power, NULL, NULL, NULL), RESULT_DONE);
	assert_says(err, "this is what sysfs says");
	assert_int_equal(run(&cmd_power, "-w", NULL, NULL), RESULT_NO_MODULE);
}

/* The same again, and one from before what is known: nothing to show. */
static void is_late(void)
{
	kernel.power.serial -= 2;
	kernel_tells_power();
	kernel.power.serial++;
}

static void drains_unheard(void)
{
	kernel.power.supplies[0].capacity = 55;
	kernel.power.serial++;
	kernel_loses();
}

static void test_power_watch(void **state)
{
	(void)state;
	kernel.later[0] = drains;
	kernel.later[1] = is_late;
	kernel.later[2] = drains_unheard;
	assert_int_equal(run(&cmd_power, "-w", NULL, NULL), RESULT_DONE);
	assert_says(out, "57 %");
	assert_says(out, "56 %");
	assert_says(out, "55 %");
	kernel_stop();
	kernel_start();
	kernel.later[0] = kernel_unloads;
	assert_int_equal(run(&cmd_power, "-w", "--json", NULL), RESULT_NO_MODULE);
	kernel_stop();
	kernel_start();
	kernel.later[0] = kernel_tells_nonsense;
	assert_int_equal(run(&cmd_power, "-w", NULL, NULL), RESULT_FAILED);
	assert_says(err, "could not follow host power");
}

static void test_hold(void **state)
{
	(void)state;
	assert_int_equal(run(&cmd_hold, "--", "true", NULL), RESULT_DONE);
	assert_int_equal(run(&cmd_hold, "--", "false", NULL), 1);
	assert_int_equal(run(&cmd_hold, "--", "/no-such-program", NULL), 127);
	assert_int_equal(run(&cmd_hold, "--", "/dev/null", NULL), 126);
	assert_int_equal(run(&cmd_hold, "--", NULL, NULL), RESULT_USAGE);
	kernel.later[0] = wakes_up;
	assert_int_equal(run(&cmd_hold, "01:00", NULL, NULL), RESULT_DONE);
	assert_says(err, "holding 0000:01:00.0 in D0");
	kernel.refusal = -EPERM;
	assert_int_equal(run(&cmd_hold, NULL, NULL, NULL), RESULT_NOT_PERMITTED);
}

static void detaches(void)
{
	kernel_tells(GPUPM_CAUSE_DETACHED, GPUPM_STATE_OFF);
}

static void test_hold_ends(void **state)
{
	(void)state;
	kernel.later[0] = kernel_loses;
	kernel.later[1] = detaches;
	assert_int_equal(run(&cmd_hold, NULL, NULL, NULL), RESULT_NO_GPU);
	assert_says(err, "the module let go of 0000:01:00.0");
	kernel_stop();
	kernel_start();
	kernel.later[0] = kernel_unloads;
	assert_int_equal(run(&cmd_hold, NULL, NULL, NULL), RESULT_NO_MODULE);
	assert_says(err, "the module was unloaded, so the hold ended");
}

static int hold_wakes(void)
{
	wakes_up();
	return 0;
}

static void test_test(void **state)
{
	(void)state;
	kernel.endless = true;
	kernel.hold = hold_wakes;
	kernel.release = falls_asleep;
	assert_int_equal(run(&cmd_test, "-n", "2", NULL), RESULT_DONE);
	assert_says(out, "this machine is safe for auto");
	assert_int_equal(run(&cmd_test, "-n3", "--json", NULL), RESULT_DONE);
	assert_says(out, "\"safe\": true");
	assert_int_equal(run(&cmd_test, "-n0", NULL, NULL), RESULT_USAGE);
}

static int hold_fails(void)
{
	kernel_tells(GPUPM_CAUSE_LOST, GPUPM_STATE_LOST);
	kernel.gpu.failures++;
	return 0;
}

static int hold_opened(void)
{
	kernel.gpu.opens++;
	return 0;
}

static int hold_refused(void)
{
	kernel.reason = "something else";
	return -EIO;
}

static int hold_forbidden(void)
{
	return -EPERM;
}

static int hold_stopped(void)
{
	wakes_up();
	raise(SIGTERM);
	return 0;
}

static void test_test_fails(void **state)
{
	static const struct {
		int (*hold)(void);
		int result;
		const char *out, *err;
	} cases[] = {
		{ hold_fails, RESULT_FAILED, "not safe: sudo gpupm policy", "" },
		{ hold_opened, RESULT_FAILED, "a VM opened it", "" },
		{ hold_refused, RESULT_FAILED, "something else", "" },
		{ hold_forbidden, RESULT_NOT_PERMITTED, "", "try sudo" },
		{ hold_stopped, RESULT_FAILED, "stopped", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		kernel.endless = true;
		kernel.hold = cases[i].hold;
		assert_int_equal(run(&cmd_test, NULL, NULL, NULL), cases[i].result);
		assert_says(out, cases[i].out);
		assert_says(err, cases[i].err);
		teardown(state);
		setup(state);
	}
}

static void release_unloads(void)
{
	kernel_unloads();
}

static void test_test_unloaded(void **state)
{
	(void)state;
	kernel.endless = true;
	kernel.hold = hold_wakes;
	kernel.release = release_unloads;
	assert_int_equal(run(&cmd_test, "--json", NULL, NULL), RESULT_NO_MODULE);
	assert_says(out, "\"safe\": null");
}

/* What makes a test senseless is said before anything is touched. */
static void test_test_refused(void **state)
{
	(void)state;
	kernel.hold = hold_refused;
	kernel.gpu.policy = GPUPM_POLICY_WARM;
	assert_int_equal(run(&cmd_test, NULL, NULL, NULL), RESULT_FAILED);
	assert_says(err, "the policy of 0000:01:00.0 is not auto");
	kernel.gpu.holds = 1;
	assert_int_equal(run(&cmd_test, NULL, NULL, NULL), RESULT_FAILED);
	assert_says(err, "0000:01:00.0 is held");
	kernel.gpu.blocker.reason = GPUPM_BLOCKER_POWER_RESOURCE;
	assert_int_equal(run(&cmd_test, NULL, NULL, NULL), RESULT_FAILED);
	assert_says(err, "would not be cut");
	kernel.gpu.state = GPUPM_STATE_LOST;
	assert_int_equal(run(&cmd_test, NULL, NULL, NULL), RESULT_FAILED);
	assert_says(err, "does not answer");
	kernel.gpu.state = GPUPM_STATE_IN_USE;
	assert_int_equal(run(&cmd_test, NULL, NULL, NULL), RESULT_FAILED);
	assert_says(err, "is in use by");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_status),
		TEST(test_status_watch),
		TEST(test_terminal),
		TEST(test_watch_unloaded),
		TEST(test_why),
		TEST(test_wakes),
		TEST(test_policy),
		TEST(test_which_gpu),
		TEST(test_refusals),
		TEST(test_no_answer),
		TEST(test_interrupted),
		TEST(test_old_module),
		TEST(test_monitor),
		TEST(test_monitor_json),
		TEST(test_power),
		TEST(test_power_watch),
		TEST(test_hold),
		TEST(test_hold_ends),
		TEST(test_test),
		TEST(test_test_fails),
		TEST(test_test_unloaded),
		TEST(test_test_refused),
	};
	sigset_t stop;

	/* As signals_open() has it, from the beginning: a step may come before it. */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
