// SPDX-License-Identifier: GPL-2.0-only
/* Kinds of CPUs on machines of all sorts, and threads of a process that is like a VM. */
#include "backend.h"

#include "profile/affinity.h"
#include "profile/cpus.h"
#include "profile/topology.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define assert_logged(text)	assert_true(was_logged(text))

static void online(const char *list)
{
	root_file(list, "/sys/devices/system/cpu/online");
}

static void number(const char *file, int cpu, const char *value)
{
	root_file(value, "/sys/devices/system/cpu/cpu%d/%s", cpu, file);
}

static void numbers(const char *file, int first, int last, const char *value)
{
	for (int cpu = first; cpu <= last; cpu++)
		number(file, cpu, value);
}

static void assert_kinds(const char *performance, const char *efficiency, const char *source)
{
	struct topology topology;
	char list[128];

	assert_int_equal(topology_read(test_root, &topology), 0);
	assert_string_equal(cpus_format(&topology.performance, list, sizeof(list)), performance);
	assert_string_equal(cpus_format(&topology.efficiency, list, sizeof(list)), efficiency);
	if (source)
		assert_string_equal(topology.source, source);
	else
		assert_null(topology.source);
}

#define HYBRID		"the kernel's two kinds of core"
#define CAPACITY	"the kernel's CPU capacity"
#define FREQUENCY	"the highest frequency"
#define CPPC		"the highest performance by ACPI CPPC"

#define FREQ		"cpufreq/cpuinfo_max_freq"
#define PERF		"acpi_cppc/highest_perf"

static void test_hybrid(void **state)
{
	(void)state;
	online("0-19\n");
	root_file("0-11\n", "/sys/devices/cpu_core/cpus");
	root_file("12-19\n", "/sys/devices/cpu_atom/cpus");
	assert_kinds("0-11", "12-19", HYBRID);
	/* A third kind, and some that are offline. */
	online("0-3,6-7,10-13,20-21\n");
	assert_kinds("0-3,6-7,10-11", "12-13,20-21", HYBRID);
	/* Only one of the two is online: they are all of one kind then. */
	online("12-19\n");
	assert_kinds("12-19", "12-19", NULL);
}

static void test_capacity(void **state)
{
	(void)state;
	online("0-7\n");
	numbers("cpu_capacity", 0, 3, "446\n");
	numbers("cpu_capacity", 4, 6, "871\n");
	number("cpu_capacity", 7, "1024\n");
	assert_kinds("4-7", "0-3", CAPACITY);
	/* It is not known of all. */
	number("cpu_capacity", 2, "\n");
	assert_kinds("0-7", "0-7", NULL);
}

static void test_frequency(void **state)
{
	(void)state;
	online("0-11\n");
	/* All do the same by their capacity: then that tells nothing. */
	numbers("cpu_capacity", 0, 11, "1024\n");
	/* Full and compact cores of an AMD laptop, and siblings far apart. */
	numbers(FREQ, 0, 3, "5157895\n");
	numbers(FREQ, 4, 7, "3304347\n");
	numbers(FREQ, 8, 9, "5157895\n");
	numbers(FREQ, 10, 11, "3304347\n");
	assert_kinds("0-3,8-9", "4-7,10-11", FREQUENCY);
}

static void test_cppc(void **state)
{
	(void)state;
	online("0-5\n");
	numbers(PERF, 0, 1, "64\n");
	numbers(PERF, 2, 5, "43\n");
	assert_kinds("0-1", "2-5", CPPC);
}

/* The firmware prefers some of them, but they are all of one kind. */
static void test_preferred(void **state)
{
	static const char * const perf[] = {
		"236", "231", "226", "221", "196", "191", "181", "166",
	};

	(void)state;
	online("0-7\n");
	for (int cpu = 0; cpu < 8; cpu++)
		number(PERF, cpu, perf[cpu]);
	numbers(FREQ, 0, 3, "5700000\n");
	numbers(FREQ, 4, 7, "5400000\n");
	assert_kinds("0-7", "0-7", NULL);
}

static void test_plain(void **state)
{
	struct topology topology;

	(void)state;
	assert_int_equal(topology_read(test_root, &topology), -ENOENT);
	online("0-3\n");
	assert_kinds("0-3", "0-3", NULL);
	numbers(FREQ, 0, 3, "junk\n");
	numbers(PERF, 0, 3, "0\n");
	assert_kinds("0-3", "0-3", NULL);
	online("0\n");
	number(FREQ, 0, "100\n");
	assert_kinds("0", "0", NULL);
}

/* ---- threads ---- */

static struct vm vm = { .name = "win11" };

/* Threads say that they have their names. */
static int named[2];

static void *thread(void *name)
{
	prctl(PR_SET_NAME, name);
	if (write(named[1], "x", 1) == 1)
		for (;;)
			pause();
	return NULL;
}

/* A process with threads; those from @late on come when it gets a signal. */
static void start_process(const char *const *names, int late)
{
	sigset_t wake;
	char byte;
	int got;

	sigemptyset(&wake);
	sigaddset(&wake, SIGUSR1);
	assert_int_equal(pipe(named), 0);
	vm.pid = fork();
	assert_true(vm.pid >= 0);
	if (!vm.pid) {
		pthread_t id;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pthread_sigmask(SIG_BLOCK, &wake, NULL);
		for (int i = 0; names[i]; i++) {
			if (i == late)
				sigwait(&wake, &got);
			pthread_create(&id, NULL, thread, (void *)names[i]);
		}
		for (;;)
			pause();
	}
	close(named[1]);
	for (int i = 0; names[i] && i != late; i++)
		assert_int_equal(read(named[0], &byte, 1), 1);
	close(named[0]);
}

static void end_process(void)
{
	kill(vm.pid, SIGKILL);
	waitpid(vm.pid, NULL, 0);
}

static void set(enum affinity_kind kind, const char *cpus)
{
	struct actions actions = { .affinity = kind, .cpus = (char *)cpus };

	affinity_set(&vm, &actions);
}

/* How many threads run on CPU 0 alone. */
static int pinned(void)
{
	char command[128], text[16] = "";
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "grep -l '^Cpus_allowed_list:.0$' /proc/%d/task/*/status | wc -l", vm.pid);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	assert_non_null(fgets(text, sizeof(text), pipe));
	pclose(pipe);
	return atoi(text);
}

static void test_threads(void **state)
{
	static const char * const names[] = {
		"CPU 0/KVM", "CPU 1/TCG", "CPU 12/KVM", "CPU x/KVM", "IO iothread1", "CPU 3/KVM2",
		NULL
	};
	char want[128];

	(void)state;
	loop_open();
	affinity_open(&loop, "", AFFINITY_LOOK_MS);
	start_process(names, -1);
	set(AFFINITY_LIST, "0");
	snprintf(want, sizeof(want),
		 "info: vcpu-affinity: VM win11 (pid %d): 3 vCPUs on CPUs 0\n", vm.pid);
	run_until_logged(want);
	assert_int_equal(pinned(), 3);
	/* Another profile, while the last one's looks go on. */
	logged[0] = '\0';
	set(AFFINITY_ALL, NULL);
	run_until_logged("3 vCPUs on all CPUs (0");
	affinity_ended(&vm);
	end_process();
	loop_close();
}

/* What comes later is placed, too. */
static void test_late_threads(void **state)
{
	static const char * const names[] = { "CPU 0/KVM", "CPU 1/KVM", NULL };

	(void)state;
	loop_open();
	affinity_open(&loop, "", AFFINITY_LOOK_MS);
	start_process(names, 1);
	set(AFFINITY_LIST, "0");
	run_until_logged("1 vCPU on CPUs 0\n");
	kill(vm.pid, SIGUSR1);
	run_until_logged("2 vCPUs on CPUs 0\n");
	assert_int_equal(pinned(), 2);
	affinity_close();
	end_process();
	loop_close();
}

/* It gives up, by itself, and says what to do. */
static void test_no_threads(void **state)
{
	static const char * const names[] = { "qemu", NULL };

	(void)state;
	loop_open();
	affinity_open(&loop, "", 1);
	start_process(names, -1);
	set(AFFINITY_LIST, "0");
	loop_close();
	assert_logged("warning: vcpu-affinity: VM win11");
	assert_logged("no thread is named like a vCPU; QEMU names them with -name NAME,debug-threads=on");
	end_process();
}

static void test_no_cpus(void **state)
{
	static const char * const names[] = { "CPU 0/KVM", NULL };

	(void)state;
	loop_open();
	affinity_open(&loop, "", AFFINITY_LOOK_MS);
	start_process(names, -1);
	set(AFFINITY_LIST, "1000-1010");
	assert_logged("could not place vCPUs on CPUs 1000-1010: none of these CPUs is online");
	end_process();
	set(AFFINITY_LIST, "0");
	assert_logged("could not place vCPUs on CPUs 0: No such file");
	assert_int_equal(warnings, 2);
	affinity_open(&loop, test_root, AFFINITY_LOOK_MS);
	set(AFFINITY_EFFICIENCY, NULL);
	assert_logged("could not read the CPUs of this machine");
	loop_close();
}

/* The words for the log, with threads that are those of another process. */
static void test_words(void **state)
{
	(void)state;
	loop_open();
	affinity_open(&loop, test_root, AFFINITY_LOOK_MS);
	vm.pid = getpid();
	root_file("CPU 0/TCG\n", "/proc/%d/task/%ld/comm", vm.pid, syscall(SYS_gettid));
	online("0\n");
	set(AFFINITY_PERFORMANCE, NULL);
	run_until_logged("1 vCPU on all CPUs (0): this machine has one kind\n");
	online("0-3\n");
	root_file("0-1\n", "/sys/devices/cpu_core/cpus");
	root_file("2-3\n", "/sys/devices/cpu_atom/cpus");
	set(AFFINITY_PERFORMANCE, NULL);
	run_until_logged("1 vCPU on performance CPUs (0-1), by the kernel's two kinds of core\n");
	affinity_close();
	loop_close();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, root_setup, root_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_hybrid),
		TEST(test_capacity),
		TEST(test_frequency),
		TEST(test_cppc),
		TEST(test_preferred),
		TEST(test_plain),
		TEST(test_threads),
		TEST(test_late_threads),
		TEST(test_no_threads),
		TEST(test_no_cpus),
		TEST(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
