// SPDX-License-Identifier: GPL-2.0-only
/*
 * What features of a VM are made of: the room for BARs, the names of a machine, firmware,
 * CPUs for vCPUs, and all of that as arguments of QEMU.
 */
#include "unit.h"

#include "guest/arguments.h"
#include "machine/firmware.h"
#include "machine/smbios.h"
#include "machine/window.h"
#include "vm/pins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCI	"/sys/bus/pci/devices/"
#define NONE	"0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
#define CPU	"/sys/devices/system/cpu/"

static struct gpu_function functions[2] = {
	{ .address = "0000:01:00.0" }, { .address = "0000:01:00.1" },
};

static struct gpu gpu = { .address = "0000:01:00.0", .functions = functions, .n_functions = 2 };

/* ---- window --------------------------------------------------------------------- */

static void bar(unsigned long long size, unsigned int flags)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 NONE "0x0000001000000000 0x%016llx 0x%016x\n" NONE NONE NONE NONE NONE,
		 0x1000000000 + size - 1, flags);
	root_file(text, PCI "0000:01:00.0/resource");
}

static void test_window(void **state)
{
	struct window window;

	(void)state;
	/* No such device. */
	window_read(test_root, &gpu, &window);
	assert_int_equal(window.bars, 0);
	assert_int_equal(window.needed, 0);
	bar(16ULL << 30, 0x14220c);
	window_read(test_root, &gpu, &window);
	assert_int_equal(window.bars, 16ULL << 30);
	assert_int_equal(window.needed, 32ULL << 30);
	bar(24ULL << 30, 0x14220c);
	window_read(test_root, &gpu, &window);
	assert_int_equal(window.needed, 64ULL << 30);
	/* One of 32 bits goes below 4 GiB, and ports are no memory. */
	bar(1ULL << 30, 0x40200);
	window_read(test_root, &gpu, &window);
	assert_int_equal(window.bars, 0);
	/* One that can be resized, as far as it can; asleep it is not asked. */
	bar(256ULL << 20, 0x14220c);
	root_file("00000000001fffc0\n", PCI "0000:01:00.0/resource1_resize");
	window_read(test_root, &gpu, &window);
	assert_true(window.unsure);
	assert_int_equal(window.needed, 512ULL << 20);
	root_file("D0\n", PCI "0000:01:00.0/power_state");
	root_file("active\n", PCI "0000:01:00.0/power/runtime_status");
	window_read(test_root, &gpu, &window);
	assert_false(window.unsure);
	assert_int_equal(window.bars, 1ULL << 40);
	assert_int_equal(window.needed, 2ULL << 40);
}

/* ---- names ----------------------------------------------------------------------- */

static void test_smbios(void **state)
{
	char value[64];

	(void)state;
	assert_false(smbios_read(test_root, &smbios_fields[0], value, sizeof(value)));
	root_file("   ", "/sys/class/dmi/id/bios_vendor");
	assert_false(smbios_read(test_root, &smbios_fields[0], value, sizeof(value)));
	root_file("Acme\t\xff\xc3\xa9 Inc.  ", "/sys/class/dmi/id/bios_vendor");
	assert_true(smbios_read(test_root, &smbios_fields[0], value, sizeof(value)));
	assert_string_equal(value, "Acme???? Inc.");

	assert_false(cpu_vendor_read(test_root, value, sizeof(value)));
	root_file("processor : 0\n", "/proc/cpuinfo");
	assert_false(cpu_vendor_read(test_root, value, sizeof(value)));
	root_file("processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel\t: 1\n", "/proc/cpuinfo");
	assert_true(cpu_vendor_read(test_root, value, sizeof(value)));
	assert_string_equal(value, "AuthenticAMD");
}

/* ---- firmware ---------------------------------------------------------------------- */

static void describe(const char *directory, const char *name, const char *file,
		     const char *features)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "{\"interface-types\": [\"uefi\"], \"mapping\": {\"device\": \"flash\", %s%s%s%s%s \"format\": \"raw\"}}, \"targets\": [{\"architecture\": \"aarch64\"}, {\"architecture\": \"x86_64\", \"machines\": [\"pc-q35-*\"]}], \"features\": [%s]}",
		 "\"executable\": {\"filename\": \"", file,
		 "\", \"format\": \"raw\"}, \"nvram-template\": {\"filename\": \"", file, ".vars\",",
		 features);
	root_file(text, "%s/%s", directory, name);
}

static void test_firmware(void **state)
{
	static const char * const broken[] = {
		"", "[]", "{", "7", "{\"mapping\": 7, \"targets\": {}, \"features\": \"x\"}",
		"{\"interface-types\": [\"uefi\", null, 7], \"targets\": [null, 7, {\"architecture\": 7}]}",
		"{\"interface-types\": [\"uefi\"], \"targets\": [{\"architecture\": \"x86_64\", \"machines\": [null, {}, \"*\"]}], \"mapping\": {\"device\": \"flash\", \"executable\": [], \"nvram-template\": null}}",
	};
	struct firmware firmware;

	(void)state;
	assert_false(firmware_find(test_root, "pc-q35-7.2", &firmware));
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
		root_file(broken[i], "/usr/share/qemu/firmware/0%zu.json", i);
	assert_false(firmware_find(test_root, "pc-q35-7.2", &firmware));
	describe("/usr/share/qemu/firmware", "40.json", "/secure", "\"enrolled-keys\", \"secure-boot\"");
	describe("/usr/share/qemu/firmware", "50.json", "/some", "\"secure-boot\"");
	describe("/usr/share/qemu/firmware", "60.json", "/plain", "\"acpi-s3\"");
	describe("/usr/share/qemu/firmware", "70.json", "/later", "");
	describe("/usr/share/qemu/firmware", "10.txt", "/plain", "");
	/* What is described but not there is of no use. */
	assert_false(firmware_find(test_root, "pc-q35-7.2", &firmware));
	root_file("", "/later");
	root_file("", "/later.vars");
	assert_true(firmware_find(test_root, "pc-q35-7.2", &firmware));
	assert_string_equal(firmware.code, "/later");
	root_file("", "/plain");
	root_file("", "/plain.vars");
	assert_true(firmware_find(test_root, "pc-q35-7.2", &firmware));
	assert_string_equal(firmware.code, "/plain");
	assert_string_equal(firmware.vars, "/plain.vars");
	assert_false(firmware_find(test_root, "pc-i440fx-7.2", &firmware));
	/* The owner of the machine has the last word. */
	root_file("", "/etc/qemu/firmware/60.json");
	assert_true(firmware_find(test_root, "pc-q35-7.2", &firmware));
	assert_string_equal(firmware.code, "/later");

	assert_true(firmware_is_secure(test_root, "/secure", "/secure.vars"));
	assert_true(firmware_is_secure(test_root, "/secure", ""));
	/* It could, but without keys it does not. */
	assert_false(firmware_is_secure(test_root, "/some", "/some.vars"));
	assert_false(firmware_is_secure(test_root, "/later", "/later.vars"));
	/* Nobody describes these. */
	assert_true(firmware_is_secure(test_root, "/x/OVMF_CODE.secboot.fd", ""));
	assert_true(firmware_is_secure(test_root, "/x/OVMF_CODE.fd", "/x/OVMF_VARS.ms.fd"));
	assert_false(firmware_is_secure(test_root, "/x.ms.y/OVMF_CODE.fd", "/x/OVMF_VARS.fd"));
}

/* ---- pins ---------------------------------------------------------------------------- */

static void assert_pins(size_t n, bool pairs, const char *want)
{
	char text[256] = "", why[256];
	struct pins pins;
	size_t at = 0;

	assert_true(pins_plan(test_root, n, pairs, &pins, why, sizeof(why)));
	assert_int_equal(pins.n, n);
	for (size_t i = 0; i < n; i++)
		at += snprintf(text + at, sizeof(text) - at, "%s%d", i ? " " : "", pins.cpu[i]);
	assert_string_equal(text, want);
	for (size_t i = 0; i < n; i++)
		assert_false(CPU_ISSET(pins.cpu[i], &pins.rest));
}

static void test_pins(void **state)
{
	struct pins pins;
	char why[256];

	(void)state;
	assert_false(pins_plan(test_root, 1, false, &pins, why, sizeof(why)));
	assert_string_equal(why, "the kernel does not say which CPUs are online");
	/* Threads of a core are far from each other, as most firmware numbers them. */
	root_file("0-7\n", CPU "online");
	for (int cpu = 0; cpu < 8; cpu++) {
		char pair[32];

		snprintf(pair, sizeof(pair), "%d,%d\n", cpu % 4, cpu % 4 + 4);
		root_file(pair, CPU "cpu%d/topology/thread_siblings_list", cpu);
	}
	assert_pins(4, false, "0 1 2 3");
	assert_pins(6, false, "0 1 2 3 4 5");
	assert_pins(4, true, "0 4 1 5");
	assert_pins(8, true, "0 4 1 5 2 6 3 7");
	assert_pins(3, true, "0 4 1");
	assert_false(pins_plan(test_root, 9, false, &pins, why, sizeof(why)));
	assert_string_equal(why, "the VM has 9 vCPUs, and the machine 8 CPUs: give it fewer");
	/* Two kinds: 0, 1 and their threads are fast. */
	root_file("0-1,4-5\n", "/sys/devices/cpu_core/cpus");
	root_file("2-3,6-7\n", "/sys/devices/cpu_atom/cpus");
	assert_pins(2, false, "0 1");
	assert_pins(4, false, "0 1 4 5");
	assert_false(pins_plan(test_root, 5, false, &pins, why, sizeof(why)));
	assert_string_equal(why, "the VM has 5 vCPUs, and the machine 4 fast CPUs: give it fewer");
	/* A file that makes no sense is no file. */
	root_file("x\n", CPU "cpu0/topology/thread_siblings_list");
	assert_pins(2, true, "0 1");
}

/* ---- arguments -------------------------------------------------------------------------- */

static const struct argument_feature *the(const char *name)
{
	const struct argument_feature *feature = argument_features;

	while (strcmp(feature->name, name))
		feature++;
	return feature;
}

static void assert_arguments(const char *name, const struct arguments_for *what, const char *want)
{
	struct arguments arguments = {};
	char text[1024] = "";
	size_t at = 0;

	assert_null(the(name)->add(&arguments, what));
	for (size_t i = 0; i < arguments.n; i++)
		at += snprintf(text + at, sizeof(text) - at, "%s\n", arguments.word[i]);
	assert_string_equal(text, want);
	arguments_free(&arguments);
}

static void assert_refused(const char *name, const struct arguments_for *what, const char *want)
{
	struct arguments arguments = {};
	const char *why = the(name)->add(&arguments, what);

	assert_non_null(why);
	if (!strstr(why, want))
		fail_msg("'%s' is not in: %s", want, why);
	arguments_free(&arguments);
}

static void test_arguments(void **state)
{
	struct arguments_for what = {
		.root = test_root, .gpu = &gpu, .rom = "/a,b.rom", .table = "/t,1", .socket = "/s",
		.agent = "/g", .reconnect = "reconnect=1", .varstore = "/nowhere",
	};

	(void)state;
	assert_arguments("gpu", &what,
			 "-device\npcie-root-port,id=gpupm-port,bus=pcie.0,chassis=98\n"
			 "-device\nvfio-pci,host=0000:01:00.0,bus=gpupm-port,addr=0x0.0,multifunction=on,romfile=/a,,b.rom\n"
			 "-device\nvfio-pci,host=0000:01:00.1,bus=gpupm-port,addr=0x0.0x1\n");
	assert_arguments("rom", &what, "");
	what.rom = NULL;
	assert_refused("rom", &what, "--rom FILE names it");
	assert_arguments("power", &what,
			 "-acpitable\nfile=/t,,1\n"
			 "-chardev\nsocket,id=gpupm,path=/s,server=off,reconnect=1\n"
			 "-device\nisa-serial,chardev=gpupm,iobase=0x5e8,irq=5,index=3\n");
	assert_arguments("mmio64", &what, "");
	bar(64ULL << 30, 0x14220c);
	assert_arguments("mmio64", &what,
			 "-global\nq35-pcihost.pci-hole64-size=131072M\n"
			 "-fw_cfg\nname=opt/ovmf/X-PciMmio64Mb,string=131072\n");
	assert_refused("firmware", &what, "no UEFI firmware without Secure Boot");
	describe("/usr/share/qemu/firmware", "60.json", "/plain", "");
	root_file("", "/plain");
	root_file("", "/plain.vars");
	assert_refused("firmware", &what, "cp /plain.vars FILE");
	what.varstore = "/dev/null";
	assert_arguments("firmware", &what,
			 "-drive\nif=pflash,format=raw,unit=0,readonly=on,file=/plain\n"
			 "-drive\nif=pflash,format=raw,unit=1,file=/dev/null\n");
	assert_refused("disguise", &what, "who made the processor");
	root_file("vendor_id\t: GenuineIntel\n", "/proc/cpuinfo");
	root_file("Acme, Inc.\n", "/sys/class/dmi/id/sys_vendor");
	root_file("Book\n", "/sys/class/dmi/id/product_name");
	root_file("1.0\n", "/sys/class/dmi/id/bios_version");
	assert_arguments("disguise", &what,
			 "-smbios\ntype=0,version=1.0\n"
			 "-smbios\ntype=1,manufacturer=Acme,, Inc.,product=Book\n"
			 "-global\nx86_64-cpu.kvm=off\n"
			 "-global\nx86_64-cpu.hv-vendor-id=GenuineIntel\n"
			 "-machine\nvmport=off\n");
	assert_arguments("agent", &what,
			 "-device\nvirtio-serial-pci,id=gpupm-serial\n"
			 "-chardev\nsocket,id=gpupm-agent,path=/g,server=on,wait=off\n"
			 "-device\nvirtserialport,bus=gpupm-serial.0,chardev=gpupm-agent,name=org.qemu.guest_agent.0\n");
	assert_refused("pinning", &what, "vcpu-affinity");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_window, root_setup, root_teardown),
		cmocka_unit_test_setup_teardown(test_smbios, root_setup, root_teardown),
		cmocka_unit_test_setup_teardown(test_firmware, root_setup, root_teardown),
		cmocka_unit_test_setup_teardown(test_pins, root_setup, root_teardown),
		cmocka_unit_test_setup_teardown(test_arguments, root_setup, root_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
