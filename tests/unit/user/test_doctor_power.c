// SPDX-License-Identifier: GPL-2.0-only
/* What the doctor says of the power of a GPU, and of programs that fight over it. */
#include "laptop.h"

#include <stdio.h>
#include <string.h>

/* ---- power --------------------------------------------------------------------- */

static void test_power_resource(void **state)
{
	(void)state;
	gone(PCI "/" PORT "/firmware_node/power_resources_D3hot/x");
	gone(PCI "/" PORT "/firmware_node/power_resources_D3hot");
	says("power-resource", PORT, CHECK_FAILURE, "no firmware_node/power_resources_D3hot",
	     "firmware");
	/* No port at all. */
	gone(PCI "/" GPU);
	gone(PCI "/" AUDIO);
	root_device("", GPU, "0x030000\n", "vfio-pci");
	says("power-resource", GPU, CHECK_FAILURE, "no port above it", NULL);
}

static void test_bridge_d3(void **state)
{
	(void)state;
	root_file("04/01/2014\n", "/sys/class/dmi/id/bios_date");
	/* The module has seen it off all the same. */
	says("bridge-d3", PORT, CHECK_OK, NULL, NULL);
	module_gpu.state = GPUPM_STATE_IDLE;
	says("bridge-d3", PORT, CHECK_FAILURE, "before that", "add pcie_port_pm=force");
	cmdline_says("pcie_port_pm=force", "bridge-d3", PORT, CHECK_OK, "pcie_port_pm=force", NULL);
	cmdline_says("pcie_port_pm=off", "bridge-d3", PORT, CHECK_FAILURE,
		     "pcie_port_pm=off", "remove pcie_port_pm=off");
	root_file("quiet\n", "/proc/cmdline");
	gone("/sys/class/dmi/id/bios_date");
	says("bridge-d3", PORT, CHECK_CANNOT_TELL, "not known", NULL);
	root_file("04/01/2021\n", "/sys/class/dmi/id/bios_date");
	module_gpu.blocker.reason = GPUPM_BLOCKER_BRIDGE_D3;
	snprintf(module_gpu.blocker.device, ADDRESS_SIZE, PORT);
	says("bridge-d3", PORT, CHECK_FAILURE, "does not allow", "pcie_port_pm=force");
	driver_is(PORT, "");
	says("bridge-d3", PORT, CHECK_FAILURE, "is none, not pcieport", "drivers/pcieport/bind");
}

static void test_bridge_d3_without_module(void **state)
{
	(void)state;
	managed.n = 0;
	says("bridge-d3", PORT, CHECK_OK, "pcieport has it", NULL);
}

static void test_idle_d3(void **state)
{
	(void)state;
	root_file("Y\n", "/sys/module/vfio_pci/parameters/disable_idle_d3");
	says("disable-idle-d3", NULL, CHECK_FAILURE, "is Y", "unload and load vfio-pci");
	root_file("\noptions vfio-pci disable_idle_d3=1 ids=1:1\n", "/etc/modprobe.d/a.conf");
	says("disable-idle-d3", NULL, CHECK_FAILURE, "/etc/modprobe.d/a.conf:2",
	     "sudo sed -i '2s/disable.idle.d3[^ ]*//' /etc/modprobe.d/a.conf, then");
	root_file("N\n", "/sys/module/vfio_pci/parameters/disable_idle_d3");
	root_file("", "/usr/sbin/mkinitramfs");
	says("disable-idle-d3", NULL, CHECK_WARNING, "the next time",
	     "/etc/modprobe.d/a.conf && sudo update-initramfs -u -k all, then reboot");
	mend("disable-idle-d3", NULL);
	came_to("disable-idle-d3", NULL, CHECK_OK, "is N", NULL);
	/* A line that has nothing more to say goes. */
	root_file("options vfio_pci disable-idle-d3=y\n", "/etc/modprobe.d/a.conf");
	says("disable-idle-d3", NULL, CHECK_WARNING, NULL, "sudo sed -i '1d'");
	mend("disable-idle-d3", NULL);
	came_to("disable-idle-d3", NULL, CHECK_OK, "is N", NULL);
	root_file("options vfio-pci disable_idle_d3=0\n", "/etc/modprobe.d/a.conf");
	says("disable-idle-d3", NULL, CHECK_OK, "is N", NULL);
	cmdline_says("quiet vfio_pci.disable_idle_d3=y", "disable-idle-d3",
		     NULL, CHECK_FAILURE, "on the kernel command line",
		     "remove vfio-pci.disable_idle_d3=y from");
	cmdline_says("quiet vfio_pci.disable_idle_d3", "disable-idle-d3", NULL,
		     CHECK_FAILURE, NULL, NULL);
	cmdline_says("quiet vfio_pci.disable_idle_d3=0", "disable-idle-d3",
		     NULL, CHECK_OK, NULL, NULL);
	gone("/sys/module/vfio_pci/parameters/disable_idle_d3");
	says("disable-idle-d3", NULL, CHECK_OK, "not loaded", NULL);
}

static void test_sibling(void **state)
{
	(void)state;
	driver_is(AUDIO, "snd_hda_intel");
	says("sibling", AUDIO, CHECK_CANNOT_TELL, "runtime_status", NULL);
	root_file("active\n", PCI "/" AUDIO "/power/runtime_status");
	root_file("on\n", PCI "/" AUDIO "/power/control");
	says("sibling", AUDIO, CHECK_FAILURE, "snd_hda_intel never lets it suspend",
	     "sudo gpupm bind " GPU);
	root_file("auto\n", PCI "/" AUDIO "/power/control");
	says("sibling", AUDIO, CHECK_WARNING, "active now under snd_hda_intel", NULL);
	root_file("suspended\n", PCI "/" AUDIO "/power/runtime_status");
	says("sibling", AUDIO, CHECK_OK, "suspended", NULL);
	/* Another device below the same port. */
	root_device("/" PORT, "0000:02:00.0", "0x010802\n", NULL);
	root_file("active\n", PCI "/0000:02:00.0/power/runtime_status");
	root_file("on\n", PCI "/0000:02:00.0/power/control");
	says("sibling", "0000:02:00.0", CHECK_FAILURE, "no driver never lets",
	     "echo auto | sudo tee " PCI "/0000:02:00.0/power/control");
	root_file("auto\n", PCI "/0000:02:00.0/power/control");
	says("sibling", "0000:02:00.0", CHECK_WARNING, NULL, "stop what uses it");
}

static void test_blocker(void **state)
{
	(void)state;
	module_gpu.blocker.reason = GPUPM_BLOCKER_POLICY;
	module_gpu.policy = GPUPM_POLICY_WARM;
	says("blocker", GPU, CHECK_WARNING, "its policy is warm", "gpupm why " GPU);
	module_gpu.blocker.reason = GPUPM_BLOCKER_PLATFORM;
	says("blocker", GPU, CHECK_FAILURE, "its power is not cut", "gpupm why " GPU);
	module_gpu.blocker.reason = 0;
	module_gpu.state = GPUPM_STATE_LOST;
	says("blocker", GPU, CHECK_FAILURE, "did not answer", NULL);
	managed.n = 0;
	says("blocker", GPU, CHECK_CANNOT_TELL, "does not have", "sudo modprobe gpupm");
	driver_is(GPU, "nouveau");
	says("blocker", GPU, CHECK_CANNOT_TELL, NULL, "sudo gpupm bind " GPU);
}

static void fights_mended(void)
{
	mend("fights", NULL);
	came_to("fights", NULL, CHECK_OK, NULL, NULL);
}

static void test_tlp(void **state)
{
	(void)state;
	root_file("RUNTIME_PM_ON_AC=on\nRUNTIME_PM_ON_BAT=auto\nRUNTIME_PM_DRIVER_DENYLIST=\"mei_me nouveau\"\n",
		  "/usr/share/tlp/defaults.conf");
	/* Removed, but for what its owner wrote. */
	says("fights", NULL, CHECK_OK, NULL, NULL);
	root_file("", "/usr/sbin/tlp");
	says("fights", NULL, CHECK_WARNING, "TLP turns runtime PM of all devices off on AC",
	     "echo 'RUNTIME_PM_ON_AC=auto' | sudo tee /etc/tlp.d/50-gpupm.conf");
	assert_string_equal(the("fights", NULL)->subject, "/usr/share/tlp/defaults.conf:1");
	root_file("N\n", "/sys/module/gpupm/parameters/insist");
	says("fights", NULL, CHECK_FAILURE, "RUNTIME_PM_ON_AC=on", NULL);
	root_file("# mine\nRUNTIME_PM_ON_AC=on\n", "/etc/tlp.conf");
	says("fights", "/etc/tlp.conf:2", CHECK_FAILURE, NULL,
	     "sudo sed -i '2s/=.*/=auto/' /etc/tlp.conf");
	fights_mended();
	root_file("RUNTIME_PM_ON_AC=on\n", "/etc/tlp.conf");
	/* One way or another, each is left alone. */
	root_file("RUNTIME_PM_DENYLIST=\"01:00.0 01:00.1\"\nRUNTIME_PM_DRIVER_DENYLIST=pcieport # ours\n",
		  "/etc/tlp.d/10.conf");
	says("fights", NULL, CHECK_OK, NULL, NULL);
	root_file("RUNTIME_PM_DENYLIST=01:00.0\nRUNTIME_PM_DENYLIST+=01:00.1\nRUNTIME_PM_ENABLE+='00:01.0'\n",
		  "/etc/tlp.d/10.conf");
	says("fights", NULL, CHECK_OK, NULL, NULL);
	/* But for the port, or a function. */
	root_file("RUNTIME_PM_DRIVER_DENYLIST=vfio-pci\n", "/etc/tlp.d/10.conf");
	says("fights", NULL, CHECK_FAILURE, NULL, NULL);
	root_file("RUNTIME_PM_DENYLIST=\"01:00.0 00:01.0\"\n", "/etc/tlp.d/10.conf");
	says("fights", NULL, CHECK_FAILURE, NULL, NULL);
	root_file("RUNTIME_PM_DRIVER_DENYLIST=\"vfio-pci pcieport\"\nRUNTIME_PM_DISABLE='01:00.1 02:00.0'\n",
		  "/etc/tlp.d/10.conf");
	says("fights", "/etc/tlp.d/10.conf:2", CHECK_FAILURE, "of 0000:01:00.1 off for good", NULL);
	fights_mended();
	root_file("RUNTIME_PM_DISABLE='01:00.1'\n", "/etc/tlp.d/10.conf");
	root_file("TLP_ENABLE=0\n", "/etc/tlp.conf");
	says("fights", NULL, CHECK_OK, NULL, NULL);
}

static void test_laptop_mode(void **state)
{
	static const char lines[] =
		"CONTROL_RUNTIME_AUTOSUSPEND=%d\nAUTOSUSPEND_RUNTIME_DEVID_BLACKLIST=\"%s\"\n"
		"AUTOSUSPEND_RUNTIME_DEVTYPE_BLACKLIST=\"sd %s\"\nBATT_SUSPEND_RUNTIME=1\n"
		"NOLM_AC_SUSPEND_RUNTIME=%d\n";
	const struct {
		int control;
		const char *ids, *types;
		int ac;
		enum check_result result;
	} cases[] = {
		{ 1, "", "", 0, CHECK_WARNING },
		{ 1, "", "", 1, CHECK_OK },
		{ 0, "", "", 0, CHECK_OK },
		{ 1, "10de:25a2 10de:25a2", "", 0, CHECK_OK },
		{ 1, "", "vfio-pci pcieport", 0, CHECK_OK },
		{ 1, "", "vfio-pci", 0, CHECK_WARNING },
		{ 1, "10de:2291", "hub", 0, CHECK_WARNING },
	};
	char text[512];

	(void)state;
	root_file("", "/usr/sbin/laptop_mode");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(text, sizeof(text), lines, cases[i].control, cases[i].ids, cases[i].types,
			 cases[i].ac);
		root_file(text, "/etc/laptop-mode/conf.d/runtime-pm.conf");
		says("fights", NULL, cases[i].result, NULL, NULL);
	}
	assert_string_equal(the("fights", NULL)->subject,
			    "/etc/laptop-mode/conf.d/runtime-pm.conf:5");
	has(the("fights", NULL)->fix, "sudo sed -i '5s/=.*/=1/'", the("fights", NULL));
	fights_mended();
	/* Only with what is on a list, and the GPU is on none. */
	root_file("CONTROL_RUNTIME_AUTOSUSPEND=auto\nNOLM_AC_SUSPEND_RUNTIME=0\nAUTOSUSPEND_USE_WHITELIST=1\n",
		  "/etc/laptop-mode/conf.d/runtime-pm.conf");
	says("fights", NULL, CHECK_OK, NULL, NULL);
}

static void test_tuned(void **state)
{
	(void)state;
	root_file("mine\n", "/etc/tuned/active_profile");
	root_file("[main]\ninclude=other\n[sysfs]\n/sys/bus/pci/devices/0000:01:00.0/power/control=on\n",
		  "/etc/tuned/mine/tuned.conf");
	says("fights", NULL, CHECK_OK, NULL, NULL);
	root_file("", "/usr/sbin/tuned");
	says("fights", "/etc/tuned/mine/tuned.conf:4", CHECK_WARNING, "tuned turns runtime PM",
	     "sudo sed -i '4s/=on/=auto/' /etc/tuned/mine/tuned.conf");
	fights_mended();
	/* A script of a profile that it is made of; and one that is made of itself. */
	root_file("[main]\ninclude=other\n", "/etc/tuned/mine/tuned.conf");
	root_file("[main]\ninclude=mine\n", "/usr/lib/tuned/other/tuned.conf");
	says("fights", NULL, CHECK_OK, NULL, NULL);
	root_file("[main]\n", "/usr/lib/tuned/other/tuned.conf");
	root_file("#!/bin/sh\nfor d in /sys/bus/pci/devices/*; do\n"
		  "echo on >/sys/bus/pci/devices/*/power/control\n",
		  "/usr/lib/tuned/other/script.sh");
	says("fights", "/usr/lib/tuned/other/script.sh:3", CHECK_WARNING, NULL,
	     "'3s/echo on/echo auto/'");
}

static void test_units(void **state)
{
	(void)state;
	root_file("[Service]\nExecStart=/bin/sh -c 'echo on > /sys/bus/pci/devices/0000:00:01.0/power/control'\n",
		  "/etc/systemd/system/gpu.service");
	says("fights", "/etc/systemd/system/gpu.service:2", CHECK_WARNING, "a unit of systemd",
	     "sudo sed -i '2s/echo on/echo auto/' /etc/systemd/system/gpu.service, then reboot");
	fights_mended();
	/* A command of two lines. */
	root_file("[Service]\nExecStart=/bin/sh -c \"printf 'on' \\\n  >/sys/bus/pci/devices/0000:00:01.0/power/control\"\n",
		  "/etc/systemd/system/gpu.service");
	says("fights", "/etc/systemd/system/gpu.service:2", CHECK_WARNING, NULL, "'2,3s/\\x27on/");
	fights_mended();
	root_file("[Service]\nExecStart=/bin/sh -c 'echo auto > /sys/bus/pci/devices/0000:00:01.0/power/control'\n"
		  "ExecStart=/bin/sh -c 'echo on > /sys/bus/pci/devices/0000:05:00.0/power/control'\n",
		  "/etc/systemd/system/gpu.service");
	says("fights", NULL, CHECK_OK, NULL, NULL);
	root_file("w /sys/bus/pci/devices/0000:01:00.0/d3cold_allowed - - - - 0\n",
		  "/etc/tmpfiles.d/gpu.conf");
	says("fights", "/etc/tmpfiles.d/gpu.conf:1", CHECK_WARNING, "forbids the GPU D3cold",
	     "sed -i '1s/- 0/- 1/'");
	fights_mended();
	/* A zero of an address is none. */
	root_file("echo 1 > /sys/bus/pci/devices/0000:01:00.0/d3cold_allowed\n", "/etc/rc.local");
	says("fights", NULL, CHECK_OK, NULL, NULL);
	root_file("echo 0 > /sys/bus/pci/devices/0000:01:00.0/d3cold_allowed\n", "/etc/rc.local");
	says("fights", "/etc/rc.local:1", CHECK_WARNING, "forbids the GPU D3cold", "echo 1");
	gone("/etc/tmpfiles.d/gpu.conf");
	root_file("for d in a b; do echo on > /sys/bus/pci/devices/$d/power/control; done\n",
		  "/etc/rc.local");
	says("fights", "/etc/rc.local:1", CHECK_WARNING, NULL, NULL);
	gone("/etc/rc.local");
	/* It does no harm, but is named. */
	root_file("[Service]\nExecStart=/usr/sbin/powertop --auto-tune\n",
		  "/lib/systemd/system/powertop.service");
	says("fights", NULL, CHECK_OK, NULL, NULL);
	root_file("", "/etc/systemd/system/multi-user.target.wants/powertop.service");
	says("fights", "/lib/systemd/system/powertop.service:2", CHECK_OK, "powertop", NULL);
	root_file("powertop --auto-tune\n", "/etc/rc.local");
	says("fights", "/etc/rc.local:1", CHECK_OK, "powertop", NULL);
}

static void rule(const char *text, const char *what)
{
	char lines[512];

	snprintf(lines, sizeof(lines), "# comment\n%s\n", text);
	root_file(lines, "/etc/udev/rules.d/90-gpu.rules");
	if (!what)
		return says("fights", NULL, CHECK_OK, NULL, NULL);
	says("fights", "/etc/udev/rules.d/90-gpu.rules:2", CHECK_WARNING, what,
	     "sudo sed -i '2s/^/#/' /etc/udev/rules.d/90-gpu.rules");
}

static void test_udev(void **state)
{
	(void)state;
	rule("SUBSYSTEM==\"pci\", ATTR{power/control}=\"on\"", "turns its runtime PM off");
	rule("SUBSYSTEM==\"pci\", ATTR{power/control}=\"auto\"", NULL);
	rule("SUBSYSTEM==\"usb\", ATTR{power/control}=\"on\"", NULL);
	rule("TEST==\"power/control\", ATTR{vendor}==\"0x10de\", ATTR{power/control}=\"on\"",
	     "01:00.0");
	rule("ATTR{vendor}==\"0x1002|0x10d?\", ATTR{power/control}:=\"on\"", "01:00.0");
	rule("ATTR{vendor}==\"0x1002\", ATTR{power/control}=\"on\"", NULL);
	rule("ATTR{vendor}!=\"0x10de\", SUBSYSTEM==\"pci\", ATTR{power/control}=\"on\"", NULL);
	rule("KERNEL==\"0000:00:01.0\", ATTR{power/control}=\"on\"", "matches 0000:00:01.0");
	rule("KERNEL==\"0000:07:*\", ATTR{power/control}=\"on\"", NULL);
	rule("DRIVER==\"vfio-pci\", ATTR{d3cold_allowed}=\"0\"", "forbids it D3cold");
	rule("DRIVER==\"nvidia\", ATTR{d3cold_allowed}=\"0\"", NULL);
	/* For devices of USB, which have that, and functions have not. */
	rule("ATTR{idVendor}==\"046d\", ATTR{power/control}=\"on\"", NULL);
	rule("ATTR{idVendor}!=\"046d\", ATTR{power/control}=\"on\"", NULL);
	rule("ATTR{[dmi/id]sys_vendor}==\"LENOVO\", ATTR{power/control}=\"on\"", "01:00.0");
	rule("ATTR{power/control}==\"on\", SUBSYSTEM==\"pci\"", NULL);
	/* As guides for NVIDIA have it: the function is gone, and cannot be looked at. */
	rule("ACTION==\"add\", SUBSYSTEM==\"pci\", ATTR{vendor}==\"0x10de\", ATTR{class}==\"0x0c8000\", ATTR{remove}=\"1\"",
	     "matches 0000:01:00.2 and removes it");
	rule("ACTION==\"add\", SUBSYSTEM==\"pci\", ATTR{vendor}==\"0x8086\", ATTR{remove}=\"1\"",
	     NULL);
	/* What is no rule. */
	rule("ATTR{power/control", NULL);
	rule("SUBSYSTEM==\"pci\", ATTR{power/control}=\"on", "turns its runtime PM off");
	rule("==\"on\"", NULL);
	/* One of three lines: the rest alone would be about every device. */
	root_file("# mine\nSUBSYSTEM==\"pci\", \\\n  ATTR{class}==\"0x0403*\", \\\n  ATTR{power/control}=\"on\"\n",
		  "/etc/udev/rules.d/90-gpu.rules");
	says("fights", NULL, CHECK_WARNING, NULL, "sudo sed -i '2,4s/^/#/'");
	fights_mended();
	/* One of the distribution's is overridden by an administrator's, not edited. */
	gone("/etc/udev/rules.d/90-gpu.rules");
	root_file("SUBSYSTEM==\"pci\", ATTR{power/control}=\"on\"\n",
		  "/usr/lib/udev/rules.d/80-pm.rules");
	says("fights", "/usr/lib/udev/rules.d/80-pm.rules:1", CHECK_WARNING, NULL,
	     "sudo tee /etc/udev/rules.d/80-pm.rules");
	fights_mended();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, laptop_setup, laptop_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_power_resource),
		TEST(test_bridge_d3),
		TEST(test_bridge_d3_without_module),
		TEST(test_idle_d3),
		TEST(test_sibling),
		TEST(test_blocker),
		TEST(test_tlp),
		TEST(test_laptop_mode),
		TEST(test_tuned),
		TEST(test_units),
		TEST(test_udev),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
