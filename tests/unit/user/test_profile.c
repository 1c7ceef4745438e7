// SPDX-License-Identifier: GPL-2.0-only
/*
 * Profiles: when they are applied, in which order, and that one action that fails
 * does not stop the rest. Commands, tables and threads are real; the module, the
 * guest agent and the guests are stand-ins that write down what they are told.
 */
#include "backend.h"

#include "client/client.h"
#include "guest/agent.h"
#include "guest/aml.h"
#include "profile/file.h"
#include "profile/parse.h"
#include "profile/profile.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define assert_logged(text)	assert_true(was_logged(text))

/* ---- stand-ins ---- */

/* What was done, in order, a line each. */
static char done[8192];

static void __attribute__((format(printf, 1, 2))) note(const char *format, ...)
{
	size_t n = strlen(done);
	va_list args;

	va_start(args, format);
	vsnprintf(done + n, sizeof(done) - n, format, args);
	va_end(args);
}

static int refreshed;

void guests_refresh(void)
{
	refreshed++;
	note("guests\n");
}

struct vm *vm_first(void)
{
	return fake_vm.pid ? &fake_vm : NULL;
}

static struct agent_call {
	agent_done *done;
	void *data;
} calls[8];
static int n_calls;

void agent_run(struct vm *vm, const char *socket, const char *const *argv,
	       agent_done *called, void *data)
{
	cpu_set_t cpus;

	assert_true(n_calls < 8);
	calls[n_calls++] = (struct agent_call){ called, data };
	sched_getaffinity(0, sizeof(cpus), &cpus);
	note("agent %s %s %s%s\n", vm->name, socket ? socket : "-", argv[0],
	     CPU_COUNT(&cpus) == 1 ? " placed" : "");
}

static int module_error;
static int refuse_policy;
static int n_policies;
static __u32 policies[2];

int client_open(struct client **client)
{
	*client = NULL;
	note("module\n");
	return module_error;
}

void client_close(struct client *client)
{
	(void)client;
}

const char *client_error(const struct client *client)
{
	(void)client;
	return module_error ? "module gpupm is not loaded: sudo modprobe gpupm" : "no such policy";
}

/* Two GPUs; fake_vm uses the second. */
int client_gpus(struct client *client, struct gpu_list *list)
{
	static const char * const addresses[] = { "0000:01:00.0", "0000:02:00.0" };

	(void)client;
	list->gpus = calloc(2, sizeof(*list->gpus));
	list->n = 2;
	for (int i = 0; i < 2; i++) {
		strcpy(list->gpus[i].address, addresses[i]);
		list->gpus[i].policy = policies[i];
		list->gpus[i].state = GPUPM_STATE_OFF;
	}
	list->gpus[1].user.pid = fake_vm.pid;
	return 0;
}

int client_set_policy(struct client *client, const char *address, __u32 policy)
{
	(void)client;
	note("policy %s %u\n", address, policy);
	if (refuse_policy)
		return -EINVAL;
	policies[address[6] - '1'] = policy;
	n_policies++;
	return 0;
}

/* ---- the tests' own ---- */

static struct profile_setup setup;
static struct config config;
static cpu_set_t cpus_before;

/* So that a timer never ends while a test runs. */
#define NEVER	3600000

static int open_all(void **state)
{
	static char run[PATH_MAX], tables[PATH_MAX];
	const char *root = root_make();

	(void)state;
	loop_open();
	snprintf(run, sizeof(run), "%s/run", root);
	snprintf(tables, sizeof(tables), "%s/tables", root);
	mkdir(run, 0755);
	root_file("0\n", "/sys/devices/system/cpu/online");
	setup = (struct profile_setup){
		.run = run, .tables = tables, .root = root, .settle_ms = NEVER, .limit_ms = 60000,
	};
	done[0] = '\0';
	refreshed = 0;
	n_calls = 0;
	module_error = 0;
	refuse_policy = 0;
	memset(policies, 0, sizeof(policies));
	memset(&fake_vm, 0, sizeof(fake_vm));
	sched_getaffinity(0, sizeof(cpus_before), &cpus_before);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	sched_setaffinity(0, sizeof(cpus_before), &cpus_before);
	profile_close();
	loop_close();
	config_free(&config);
	root_remove();
	return 0;
}

static void read_config(const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");

	config_free(&config);
	assert_int_equal(parse_config(file, "conf", &config, stderr), 0);
	fclose(file);
}

static void begin(const char *text)
{
	read_config(text);
	profile_open(&loop, &setup);
	profile_config(&config);
}

/* A VM whose only vCPU is the thread that runs this test. */
static void vm_is_there(const char *name)
{
	fake_vm.pid = getpid();
	strcpy(fake_vm.name, name);
	root_file("CPU 0/TCG\n", "/proc/%d/task/%ld/comm", fake_vm.pid, syscall(SYS_gettid));
}

static int count(const char *text)
{
	int n = 0;

	for (const char *at = logged; (at = strstr(at, text)); at++)
		n++;
	return n;
}

static void assert_table(const char *name, const char *builtin)
{
	char path[PATH_MAX], *data;
	size_t size, want_size;
	const void *want = aml_builtin(builtin, &want_size);
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", setup.tables, name);
	assert_int_equal(file_read(path, 65535, &data, &size), 0);
	assert_int_equal(size, want_size);
	assert_memory_equal(data, want, size);
	free(data);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

static const char everything[] =
	"[ac]\n"
	"gpu-policy = warm\n"
	"guest-power = battery\n"
	"vcpu-affinity = 0\n"
	"guest-command = on-ac\n"
	"host-command = sh -c 'echo host $GPUPM_PROFILE'\n"
	"acpi-table = ac\n"
	"[battery]\n"
	"gpu-policy = auto\n"
	"guest-command = on-battery\n"
	"acpi-table = battery\n"
	"host-command = sh -c 'echo host $GPUPM_PROFILE'\n"
	"[vm win11]\n"
	"gpu-policy = on\n"
	"agent = /run/agent\n"
	"host-command = sh -c 'echo for $GPUPM_VM'\n";

/* ---- what is done ---- */

static void test_order(void **state)
{
	(void)state;
	vm_is_there("win11");
	begin(everything);
	assert_string_equal(done, "");
	profile_power(GPUPM_ON_AC_YES);
	assert_string_equal(done,
			    "guests\n"
			    "module\n"
			    "policy 0000:01:00.0 1\n"
			    "policy 0000:02:00.0 2\n"
			    "agent win11 /run/agent on-ac placed\n");
	assert_table("power.aml", "ac");
	run_until_logged("host-command sh for VM win11: done");
	assert_true(strstr(logged, "acpi-table: ") < strstr(logged, "gpu-policy: "));
	assert_true(strstr(logged, "gpu-policy: ") < strstr(logged, "guest-command "));
	assert_true(strstr(logged, "guest-command ") < strstr(logged, "host-command sh: begins"));
	assert_true(strstr(logged, "host-command sh: host ac\n") <
		    strstr(logged, "host-command sh for VM win11: for win11\n"));
	assert_int_equal(warnings, 0);
	calls[0].done(calls[0].data, NULL);
	assert_logged("info: guest-command on-ac in VM win11 (pid ");
	assert_int_equal(warnings, 0);
}

/* Everything fails, everything is tried, and everything is told. */
static void test_failures(void **state)
{
	(void)state;
	module_error = -EPROTONOSUPPORT;
	fake_vm.pid = getpid();
	root_file("", "/tables");
	begin("[ac]\n"
	      "gpu-policy = warm\n"
	      "vcpu-affinity = 0\n"
	      "guest-command = x\n"
	      "host-command = /nonexistent\n"
	      "acpi-table = ac\n");
	profile_power(GPUPM_ON_AC_UNKNOWN);
	assert_string_equal(done, "guests\nmodule\nagent  - x\n");
	calls[0].done(calls[0].data, "the guest has no agent");
	assert_logged("warning: acpi-table: could not write ");
	assert_logged("warning: gpu-policy: not set: module gpupm is not loaded");
	assert_logged("warning: vcpu-affinity: VM without a name");
	assert_logged("in VM without a name (pid ");
	assert_logged("the guest has no agent\n");
	assert_logged("warning: host-command /nonexistent: could not be run: no such file");
}

/* What was wanting comes to be there: policies and tables follow by themselves. */
static void test_again(void **state)
{
	(void)state;
	module_error = -ENOMEM;
	root_file("", "/tables");
	begin("[ac]\n"
	      "gpu-policy = warm\n"
	      "host-command = true\n");
	profile_power(GPUPM_ON_AC_YES);
	assert_logged("warning: acpi-table: could not write ");
	assert_logged("warning: gpu-policy: not set: ");
	unlink(setup.tables);
	n_policies = 0;
	module_error = 0;
	run_until(&n_policies, 2);
	assert_int_equal(policies[0], GPUPM_POLICY_WARM);
	assert_int_equal(policies[1], GPUPM_POLICY_WARM);
	assert_table("power.aml", "live");
	/* Commands are not run again. */
	assert_null(strstr(strstr(logged, "host-command true: begins") + 1,
			   "host-command true: begins"));
}

/* A policy that is refused for one GPU is tried for the next. */
static void test_refused_policy(void **state)
{
	(void)state;
	refuse_policy = 1;
	begin("[ac]\ngpu-policy = on\n");
	profile_power(GPUPM_ON_AC_YES);
	assert_string_equal(done,
			    "guests\nmodule\npolicy 0000:01:00.0 2\npolicy 0000:02:00.0 2\n");
	assert_int_equal(warnings, 2);
	assert_logged("could not set 0000:02:00.0 to on: no such policy\n");
	refuse_policy = 0;
	policies[1] = GPUPM_POLICY_ON;
	done[0] = '\0';
	profile_gpu(NULL);
	assert_string_equal(done, "module\npolicy 0000:01:00.0 2\n");
	assert_logged("debug: gpu-policy: 0000:02:00.0 is on already\n");
	policies[1] = GPUPM_POLICY_AUTO;
	done[0] = '\0';
	profile_gpu("0000:02:00.0");
	assert_string_equal(done, "module\npolicy 0000:02:00.0 2\n");
}

/* With nothing in the file nothing is done but the live table. */
static void test_defaults(void **state)
{
	(void)state;
	vm_is_there("win11");
	begin("");
	profile_gpu(NULL);
	profile_power(GPUPM_ON_AC_NO);
	profile_gpu(NULL);
	assert_string_equal(done, "guests\n");
	assert_table("power.aml", "live");
	assert_int_equal(profile_guest_power("win11"), GUEST_POWER_MIRROR);
	assert_int_equal(warnings, 0);
}

static void test_vm_starts(void **state)
{
	(void)state;
	begin(everything);
	/* Before there is a profile, there is nothing to do. */
	vm_is_there("win11");
	vm_starts();
	assert_string_equal(done, "");
	fake_vm.pid = 0;
	profile_power(GPUPM_ON_AC_YES);
	run_until_logged("host-command sh: done");
	done[0] = '\0';
	fake_vm.pid = getpid();
	vm_starts();
	assert_string_equal(done, "agent win11 /run/agent on-ac placed\n");
	run_until_logged("host-command sh for VM win11: done");
	assert_int_equal(count("host ac"), 1);
	profile_gpu("0000:02:00.0");
	assert_logged("gpu-policy: 0000:02:00.0 is on now, for VM win11\n");
	/* One that nothing is said of gets what the profile says. */
	vm_ends();
	calls[0].done(calls[0].data, "the VM has ended");
	strcpy(fake_vm.name, "other");
	done[0] = '\0';
	vm_starts();
	assert_string_equal(done, "agent other - on-ac placed\n");
	run_until_logged("host-command sh for VM other: host ac\n");
	vm_ends();
	calls[1].done(calls[1].data, NULL);
}

/* Of commands that wait for a guest, the last one has the last word. */
static void test_guest_commands(void **state)
{
	(void)state;
	vm_is_there("win11");
	begin(everything);
	profile_power(GPUPM_ON_AC_YES);
	assert_int_equal(n_calls, 1);
	assert_int_equal(profile_override("battery"), 0);
	assert_int_equal(profile_override("ac"), 0);
	assert_int_equal(profile_override("battery"), 0);
	assert_int_equal(n_calls, 1);
	calls[0].done(calls[0].data, NULL);
	assert_int_equal(n_calls, 2);
	assert_non_null(strstr(done, "agent win11 /run/agent on-battery"));
	calls[1].done(calls[1].data, NULL);
	assert_int_equal(n_calls, 2);
	/* It ends with one that runs and one that waits. */
	assert_int_equal(profile_override("ac"), 0);
	assert_int_equal(profile_override("battery"), 0);
	assert_int_equal(n_calls, 3);
	vm_ends();
	calls[2].done(calls[2].data, "the VM has ended");
	assert_int_equal(n_calls, 3);
}

/* ---- when it is done ---- */

static void test_flapping(void **state)
{
	(void)state;
	begin("[ac]\nguest-power = ac\n[battery]\nguest-power = battery\n");
	profile_power(GPUPM_ON_AC_YES);
	assert_int_equal(count("info: profile "), 1);
	refreshed = 0;
	for (int i = 0; i < 100; i++) {
		profile_power(i % 2 ? GPUPM_ON_AC_UNKNOWN : GPUPM_ON_AC_NO);
		/* Guests are told at once, all the same. */
		assert_int_equal(profile_guest_power(""),
				 i % 2 ? GUEST_POWER_AC : GUEST_POWER_BATTERY);
		uv_run(&loop, UV_RUN_NOWAIT);
	}
	assert_int_equal(refreshed, 100);
	assert_int_equal(count("info: profile "), 1);
	/* It is back where it was, and nothing waits. */
	assert_false(uv_run(&loop, UV_RUN_NOWAIT));
	/* One more, and it waits to be steady. */
	profile_power(GPUPM_ON_AC_NO);
	assert_true(uv_run(&loop, UV_RUN_NOWAIT));
	assert_int_equal(count("info: profile "), 1);
	/* What is told again is no change. */
	profile_power(GPUPM_ON_AC_NO);
	assert_int_equal(refreshed, 101);
}

static void test_settles(void **state)
{
	(void)state;
	setup.settle_ms = 50;
	begin("[battery]\nacpi-table = battery\n");
	profile_power(GPUPM_ON_AC_YES);
	assert_table("power.aml", "live");
	for (int i = 0; i < 11; i++)
		profile_power(i % 2 ? GPUPM_ON_AC_YES : GPUPM_ON_AC_NO);
	run_until_logged("info: profile battery: the host runs on battery\n");
	assert_table("power.aml", "battery");
	assert_int_equal(count("info: profile "), 2);
	profile_power(GPUPM_ON_AC_YES);
	run_until_logged("info: profile ac: the host runs on AC\n");
	assert_int_equal(count("info: profile "), 3);
	assert_table("power.aml", "live");
}

static void assert_override(const char *want)
{
	char path[PATH_MAX], *text;
	size_t size;
	int err;

	snprintf(path, sizeof(path), "%s/profile", setup.run);
	err = file_read(path, 64, &text, &size);
	if (!want) {
		assert_int_equal(err, -ENOENT);
		return;
	}
	assert_int_equal(err, 0);
	assert_string_equal(text, want);
	free(text);
}

static void test_override(void **state)
{
	(void)state;
	begin("");
	profile_power(GPUPM_ON_AC_YES);
	assert_int_equal(profile_override("cold"), -EINVAL);
	assert_int_equal(profile_override(""), -EINVAL);
	assert_override(NULL);
	assert_int_equal(profile_override("battery"), 0);
	assert_logged("info: profile battery (override): it was chosen by hand\n");
	assert_override("battery\n");
	/* Host power has no say. */
	profile_power(GPUPM_ON_AC_NO);
	profile_power(GPUPM_ON_AC_YES);
	assert_int_equal(count("info: profile "), 2);
	/* Another daemon, even before it knows of host power. */
	profile_close();
	uv_run(&loop, UV_RUN_DEFAULT);
	logged[0] = '\0';
	profile_open(&loop, &setup);
	profile_config(&config);
	assert_logged("info: profile battery (override): the daemon has started\n");
	profile_power(GPUPM_ON_AC_YES);
	assert_int_equal(count("info: profile "), 1);
	assert_int_equal(profile_override("auto"), 0);
	assert_logged("info: profile ac: the override has ended\n");
	assert_override(NULL);
	/* To choose what is there anyway changes nothing, now. */
	assert_int_equal(profile_override("ac"), 0);
	assert_int_equal(profile_override("auto"), 0);
	assert_int_equal(profile_override("auto"), 0);
	assert_int_equal(count("info: profile "), 2);
	/* While it waits for host power to be steady, a choice is for now. */
	profile_power(GPUPM_ON_AC_NO);
	assert_int_equal(profile_override("ac"), 0);
	assert_false(uv_run(&loop, UV_RUN_NOWAIT));
	assert_int_equal(warnings, 0);
}

static void test_bad_override(void **state)
{
	(void)state;
	root_file("junk\n", "/run/profile");
	begin("");
	assert_logged("/run/profile makes no sense and is not used\n");
	profile_power(GPUPM_ON_AC_YES);
	assert_logged("info: profile ac: the daemon has started\n");
	/* It cannot be kept: then it is not done, and this is said. */
	setup.run = "/nonexistent";
	assert_int_equal(profile_override("battery"), -ENOENT);
	assert_int_equal(count("info: profile "), 1);
}

static void test_new_config(void **state)
{
	(void)state;
	begin("[ac]\nguest-power = ac\n");
	assert_int_equal(profile_guest_power("x"), GUEST_POWER_MIRROR);
	profile_power(GPUPM_ON_AC_YES);
	assert_int_equal(profile_guest_power("x"), GUEST_POWER_AC);
	read_config("[ac]\nguest-power = battery\nacpi-table = battery\n[vm x]\nguest-power = mirror\n");
	profile_config(&config);
	assert_logged("info: profile ac: the configuration was read again\n");
	assert_int_equal(profile_guest_power("y"), GUEST_POWER_BATTERY);
	assert_int_equal(profile_guest_power("x"), GUEST_POWER_MIRROR);
	assert_int_equal(profile_guest_power(""), GUEST_POWER_BATTERY);
	assert_table("power.aml", "battery");
}

/* ---- what is shown ---- */

static void test_json(void **state)
{
	struct json_object *object;

	(void)state;
	begin(everything);
	object = profile_json();
	assert_null(json_object_object_get(object, "active"));
	json_object_put(object);
	profile_power(GPUPM_ON_AC_YES);
	assert_int_equal(profile_override("battery"), 0);
	object = profile_json();
	assert_golden(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
						     JSON_C_TO_STRING_SPACED |
						     JSON_C_TO_STRING_NOSLASHESCAPE),
		      "profile.json");
	json_object_put(object);
	run_until_logged("host battery");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_order),
		TEST(test_failures),
		TEST(test_again),
		TEST(test_refused_policy),
		TEST(test_defaults),
		TEST(test_vm_starts),
		TEST(test_guest_commands),
		TEST(test_flapping),
		TEST(test_settles),
		TEST(test_override),
		TEST(test_bad_override),
		TEST(test_new_config),
		TEST(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
