// SPDX-License-Identifier: GPL-2.0-only
/* Why a GPU is not off, on machines made of files. */
#include "unit.h"

#include "cmd/explain.h"

#include <string.h>

#define AUDIO "/sys/bus/pci/devices/0000:01:00.1"
#define PORT "/sys/bus/pci/devices/0000:00:01.0"

static const struct style plain;
static struct explanation e;
static const char *root;
static struct gpu gpu;

static int setup(void **state)
{
	(void)state;
	root = root_make();
	sample_gpu(&gpu);
	gpu.state = GPUPM_STATE_IDLE;
	root_file("", "/proc/version");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	gpu_free(&gpu);
	root_remove();
	return 0;
}

static void blocked(__u32 reason, const char *device)
{
	gpu.blocker.reason = reason;
	strcpy(gpu.blocker.device, device);
	explain(root, &plain, &gpu, &e);
	assert_string_not_equal(e.summary, "");
	/* Whatever it is, there is something to do or to know. */
	assert_true(e.advice.n || e.commands.n);
}

static void assert_has(const struct lines *lines, const char *text)
{
	for (size_t i = 0; i < lines->n; i++)
		if (strstr(lines->text[i], text))
			return;
	for (size_t i = 0; i < lines->n; i++)
		print_message("  %s\n", lines->text[i]);
	fail_msg("no line has: %s", text);
}

static void assert_lacks(const struct lines *lines, const char *text)
{
	for (size_t i = 0; i < lines->n; i++)
		assert_null(strstr(lines->text[i], text));
}

static void test_no_blocker(void **state)
{
	(void)state;
	gpu.state = GPUPM_STATE_OFF;
	explain(root, &plain, &gpu, &e);
	assert_string_equal(e.summary, "power is cut, for 2 h 13 min");
	assert_int_equal(e.commands.n, 0);

	gpu.state = GPUPM_STATE_IN_USE;
	gpu.user = (struct gpu_user){ .pid = 5, .comm = "qemu", .vm = "win11" };
	explain(root, &plain, &gpu, &e);
	assert_string_equal(e.summary, "by qemu (pid 5), VM win11, for 2 h 13 min");

	gpu.state = GPUPM_STATE_LOST;
	explain(root, &plain, &gpu, &e);
	assert_has(&e.advice, "journalctl");

	gpu.state = GPUPM_STATE_AWAKE;
	explain(root, &plain, &gpu, &e);
	assert_string_equal(e.summary, "nothing keeps it from being off");
}

static void test_policy(void **state)
{
	(void)state;
	gpu.policy = GPUPM_POLICY_WARM;
	blocked(GPUPM_BLOCKER_POLICY, "");
	assert_string_equal(e.summary, "its policy is warm");
	assert_has(&e.commands, "sudo gpupm policy 0000:01:00.0 auto");
}

static void test_failed_wake(void **state)
{
	(void)state;
	gpu.failures = 3;
	blocked(GPUPM_BLOCKER_FAILED_WAKE, "0000:01:00.1");
	assert_has(&e.evidence, "failures: 3");
	assert_has(&e.commands, "policy 0000:01:00.0 warm");
	assert_has(&e.commands, "gpupm test 0000:01:00.0");
}

static void test_hold(void **state)
{
	(void)state;
	gpu.holds = 1;
	blocked(GPUPM_BLOCKER_HOLD, "");
	assert_has(&e.evidence, "holds: 1");
	assert_int_equal(e.commands.n, 0);
}

static void test_runtime_pm_off(void **state)
{
	(void)state;
	root_file("on\n", AUDIO "/power/control");
	root_file("Y\n", "/sys/module/gpupm/parameters/insist");
	blocked(GPUPM_BLOCKER_RUNTIME_PM_OFF, "0000:01:00.1");
	assert_has(&e.evidence, AUDIO "/power/control is on");
	assert_has(&e.commands, "echo auto | sudo tee " AUDIO "/power/control");
	assert_lacks(&e.advice, "TLP");
	assert_lacks(&e.advice, "insist");

	root_file("", "/etc/tlp.conf");
	root_file("N\n", "/sys/module/gpupm/parameters/insist");
	blocked(GPUPM_BLOCKER_RUNTIME_PM_OFF, "0000:01:00.1");
	assert_has(&e.advice, "TLP");
	assert_has(&e.advice, "insist=Y");
}

static void test_driver(void **state)
{
	(void)state;
	root_link("../../bus/pci/drivers/snd_hda_intel", AUDIO "/driver");
	root_file("active\n", AUDIO "/power/runtime_status");
	blocked(GPUPM_BLOCKER_DRIVER, "0000:01:00.1");
	assert_string_equal(e.summary, "0000:01:00.1 is active under snd_hda_intel");
	assert_has(&e.evidence, "the driver of 0000:01:00.1 is snd_hda_intel");
	assert_has(&e.evidence, "runtime_status is active");
	assert_has(&e.commands, "echo vfio-pci | sudo tee " AUDIO "/driver_override");
	assert_has(&e.commands, "echo 0000:01:00.1 | sudo tee " AUDIO "/driver/unbind");
	assert_has(&e.commands, "drivers_probe");
	assert_has(&e.advice, "at every boot: sudo gpupm bind 0000:01:00.0");
}

static void test_no_driver(void **state)
{
	(void)state;
	root_file("", AUDIO "/config");
	blocked(GPUPM_BLOCKER_DRIVER, "0000:01:00.1");
	assert_has(&e.evidence, "has no driver");
	assert_lacks(&e.commands, "unbind");
}

static void test_busy(void **state)
{
	(void)state;
	root_file("Y\n", "/sys/module/vfio_pci/parameters/disable_idle_d3");
	blocked(GPUPM_BLOCKER_BUSY, "0000:01:00.0");
	assert_has(&e.evidence, "disable_idle_d3 is Y");
	assert_has(&e.commands, "options vfio-pci disable_idle_d3=0");

	root_file("N\n", "/sys/module/vfio_pci/parameters/disable_idle_d3");
	blocked(GPUPM_BLOCKER_BUSY, "0000:01:00.0");
	assert_has(&e.evidence, "disable_idle_d3 is N");
	assert_int_equal(e.commands.n, 0);
}

static void test_port_busy(void **state)
{
	(void)state;
	root_link("../../bus/pci/drivers/nvme", "/sys/bus/pci/devices/0000:02:00.0/driver");
	root_file("on\n", "/sys/bus/pci/devices/0000:02:00.0/power/control");
	blocked(GPUPM_BLOCKER_PORT_BUSY, "0000:02:00.0");
	assert_has(&e.evidence, "the driver of 0000:02:00.0 is nvme");
	assert_has(&e.commands, "0000:02:00.0/power/control");

	blocked(GPUPM_BLOCKER_PORT_BUSY, "0000:00:01.0");
	assert_string_equal(e.summary, "port 0000:00:01.0 is active");
	assert_int_equal(e.commands.n, 0);
}

static void test_d3cold(void **state)
{
	(void)state;
	root_file("0\n", AUDIO "/d3cold_allowed");
	blocked(GPUPM_BLOCKER_D3COLD, "0000:01:00.1");
	assert_has(&e.commands, "echo 1 | sudo tee " AUDIO "/d3cold_allowed");

	root_file("1\n", AUDIO "/d3cold_allowed");
	root_file("enabled\n", AUDIO "/power/wakeup");
	blocked(GPUPM_BLOCKER_D3COLD, "0000:01:00.1");
	assert_has(&e.commands, "echo disabled | sudo tee " AUDIO "/power/wakeup");

	root_file("disabled\n", AUDIO "/power/wakeup");
	blocked(GPUPM_BLOCKER_D3COLD, "0000:01:00.1");
	assert_int_equal(e.commands.n, 0);
}

static void test_bridge_d3(void **state)
{
	(void)state;
	root_link("../../bus/pci/drivers/pcieport", PORT "/driver");
	root_file("quiet pcie_port_pm=off\n", "/proc/cmdline");
	blocked(GPUPM_BLOCKER_BRIDGE_D3, "0000:00:01.0");
	assert_has(&e.advice, "remove pcie_port_pm=off");

	root_file("quiet\n", "/proc/cmdline");
	root_file("04/01/2014\n", "/sys/class/dmi/id/bios_date");
	blocked(GPUPM_BLOCKER_BRIDGE_D3, "0000:00:01.0");
	assert_has(&e.evidence, "04/01/2014");
	assert_has(&e.advice, "pcie_port_pm=force");
}

static void test_power_resource(void **state)
{
	(void)state;
	blocked(GPUPM_BLOCKER_POWER_RESOURCE, "0000:00:01.0");
	assert_has(&e.evidence, "firmware_node does not exist");
	root_file("3\n", PORT "/firmware_node/adr");
	blocked(GPUPM_BLOCKER_POWER_RESOURCE, "0000:00:01.0");
	assert_has(&e.evidence, "power_resources_D3hot does not exist");
	assert_int_equal(e.commands.n, 0);
}

static void test_platform(void **state)
{
	(void)state;
	root_file("D3hot\n", PORT "/power_state");
	blocked(GPUPM_BLOCKER_PLATFORM, "0000:00:01.0");
	assert_has(&e.evidence, "power_state is D3hot");
}

static void test_unknown(void **state)
{
	(void)state;
	blocked(77, "0000:00:01.0");
	assert_has(&e.advice, "older than the module");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_blocker),
		TEST(test_policy),
		TEST(test_failed_wake),
		TEST(test_hold),
		TEST(test_runtime_pm_off),
		TEST(test_driver),
		TEST(test_no_driver),
		TEST(test_busy),
		TEST(test_port_busy),
		TEST(test_d3cold),
		TEST(test_bridge_d3),
		TEST(test_power_resource),
		TEST(test_platform),
		TEST(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
