// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the doctor says of a VM with which all is well, and of the same with one thing in
 * its XML, or in the machine, broken. Its ROM has a file of its own.
 */
#include "sound_vm.h"

#include <string.h>
#include <unistd.h>

static void test_vm_well(void **state)
{
	(void)state;
	look_at_vm();
	if (checks_count(&checks, CHECK_OK) != checks.n) {
		print_checks();
		fail_msg("not all is well");
	}
	the("gpu-function", GPU);
	the("gpu-function", AUDIO);
	the("gpu-slot", NULL);
	the("mmio64", NULL);
	the("rom", ROM);
	the("rom-readable", ROM);
	the("rom-confined", ROM);
	the("kvm", NULL);
	the("firmware", NULL);
	the("hypervisor-flags", NULL);
	the("agent", NULL);
	the("power-table", NULL);
	the("power-table-readable", TABLE);
	the("channel", NULL);
	the("disk", "vda");
	the("disk", "vdb");
	the("disk-cache", "vda");
	the("disk-discard", "vdb");
	the("pinning", NULL);
}

/* ---- the GPU ------------------------------------------------------------------- */

static void test_functions(void **state)
{
	(void)state;
	/* None: there is nothing to say of slot and ROM. */
	replace("bus='0x01' slot='0x00' function='0x0'/></source>",
		"bus='0x09' slot='0x00' function='0x0'/></source>");
	replace("slot='0x00' function='0x1'/></source>", "slot='0x00' function='0x2'/></source>");
	vm_says("gpu-function", GPU, CHECK_FAILURE, "does not have it", NULL);
	vm_says("kvm", NULL, CHECK_OK, NULL, NULL);
	for (size_t i = 0; i < checks.n; i++)
		assert_string_not_equal(checks.list[i].name, "gpu-slot");
	replace("bus='0x09' slot='0x00' function='0x0'/></source>",
		"bus='0x01' slot='0x00' function='0x0'/></source>");
	vm_says("gpu-function", AUDIO, CHECK_FAILURE, "does not have it",
		"sudo gpupm vm enable win11 gpu");
	vm_says("gpu-slot", NULL, CHECK_OK, NULL, NULL);
	replace("<qemu:arg value='-acpitable'/>",
		"<qemu:arg value='-device'/><qemu:arg value='vfio-pci,host=01:00.1'/><qemu:arg value='-acpitable'/>");
	vm_says("gpu-function", AUDIO, CHECK_CANNOT_TELL, "by an argument",
		"take the argument out");
}

static void test_no_gpu(void **state)
{
	(void)state;
	gpu_free(&gpu);
	vm_says("gpu-function", NULL, CHECK_CANNOT_TELL, "there are two", "--gpu");
}

static void test_slot(void **state)
{
	(void)state;
	replace(" multifunction='on'", "");
	vm_says("gpu-slot", NULL, CHECK_FAILURE, "without multifunction='on'",
		"sudo gpupm vm enable win11 gpu");
	replace("bus='0x01' slot='0x00' function='0x1'/></hostdev>",
		"bus='0x02' slot='0x00' function='0x0'/></hostdev>");
	vm_says("gpu-slot", NULL, CHECK_FAILURE, "in different slots", NULL);
	replace("bus='0x02' slot='0x00' function='0x0'/></hostdev>",
		"bus='0x01' slot='0x00' function='0x2'/></hostdev>");
	replace("bus='0x01' slot='0x00' function='0x0'/></hostdev>",
		"bus='0x01' slot='0x00' function='0x1' multifunction='on'/></hostdev>");
	vm_says("gpu-slot", NULL, CHECK_FAILURE, "none of its functions is function 0", NULL);
}

static void test_window(void **state)
{
	(void)state;
	/* 64 GiB. */
	bars("6fffffffff");
	vm_says("mmio64", NULL, CHECK_FAILURE, "take 65536 MiB, and the guest has 32768 MiB",
		"sudo gpupm vm enable win11 mmio64");
	replace("model='pcie-root'/>",
		"model='pcie-root'><pcihole64 unit='KiB'>100000000</pcihole64></controller>");
	vm_says("mmio64", NULL, CHECK_WARNING, "may not do", "mmio64");
	replace(">100000000<", ">134217728<");
	replace("<qemu:arg value='-acpitable'/>",
		"<qemu:arg value='-fw_cfg'/><qemu:arg value='name=opt/ovmf/X-PciMmio64Mb,string=131072'/><qemu:arg value='-acpitable'/>");
	vm_says("mmio64", NULL, CHECK_OK, "131072 MiB", NULL);
}

/* What it can be resized to counts, and is not looked at while it sleeps. */
static void test_window_resizable(void **state)
{
	(void)state;
	/* 64 MiB to 32 GiB. */
	root_file("000000000000ffc0\n", "/sys/bus/pci/devices/" GPU "/resource1_resize");
	vm_says("mmio64", NULL, CHECK_CANNOT_TELL, "sleeps",
		"sudo gpupm hold " GPU " -- gpupm doctor win11");
	root_file("D0\n", "/sys/bus/pci/devices/" GPU "/power_state");
	root_file("active\n", "/sys/bus/pci/devices/" GPU "/power/runtime_status");
	vm_says("mmio64", NULL, CHECK_WARNING, "take 32768 MiB", NULL);
	root_file("000000000001ffc0\n", "/sys/bus/pci/devices/" GPU "/resource1_resize");
	vm_says("mmio64", NULL, CHECK_FAILURE, "take 65536 MiB", NULL);
}

/* ---- the guest ------------------------------------------------------------------- */

static void test_firmware(void **state)
{
	(void)state;
	replace("OVMF_CODE_4M.fd", "OVMF_CODE_4M.ms.fd");
	vm_says("firmware", NULL, CHECK_FAILURE, "with Secure Boot",
		"sudo gpupm vm enable win11 firmware");
	replace("<loader type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.ms.fd</loader>", "");
	vm_says("firmware", NULL, CHECK_OK, "BIOS", NULL);
}

static void test_flags(void **state)
{
	(void)state;
	replace("<vmport state='off'/>", "");
	vm_says("hypervisor-flags", NULL, CHECK_WARNING, "missing: vmport off",
		"sudo gpupm vm enable win11 disguise");
	replace("<hidden state='on'/>", "<hidden state='off'/>");
	replace("<smbios mode='sysinfo'/>", "");
	replace("<vendor_id state='on' value='GenuineIntel'/>", "");
	vm_says("hypervisor-flags", NULL, CHECK_WARNING,
		"missing: kvm hidden, hyperv vendor_id, vmport off, SMBIOS", NULL);
	vm_says("kvm", NULL, CHECK_OK, NULL, NULL);
	replace("type='kvm'", "type='qemu'");
	vm_says("kvm", NULL, CHECK_FAILURE, "emulated", "virsh edit win11");
}

static void test_agent(void **state)
{
	(void)state;
	agent = ANSWER_NO;
	vm_says("agent", NULL, CHECK_WARNING, "no guest agent answers", "qemu-guest-agent");
	agent = ANSWER_NONE;
	vm_says("agent", NULL, CHECK_CANNOT_TELL, NULL, "guest-ping");
	agent = ANSWER_NOT_ASKED;
	vm_says("agent", NULL, CHECK_OK, "when it runs", NULL);
	replace("org.qemu.guest_agent.0", "com.redhat.spice.0");
	vm_says("agent", NULL, CHECK_WARNING, "no channel", "sudo gpupm vm enable win11 agent");
}

/* ---- power ----------------------------------------------------------------------- */

static void test_table(void **state)
{
	(void)state;
	replace("<qemu:arg value='-acpitable'/>",
		"<qemu:arg value='-acpitable'/><qemu:arg value='sig=SSDT,file=/a,,b.aml,rev=1'/><qemu:arg value='-acpitable'/>");
	root_bytes("no battery", 10, "/a,b.aml");
	vm_says("power-table", NULL, CHECK_OK, "by " TABLE, NULL);
	root_bytes("\x5bPNP0C0A", 8, "/a,b.aml");
	vm_says("power-table", NULL, CHECK_FAILURE,
		"2 batteries, of which a guest adds up the charge: /a,b.aml and " TABLE,
		"virsh edit win11, and take out " TABLE);
	gone("/a,b.aml");
	vm_says("power-table", NULL, CHECK_OK, NULL, NULL);
	replace("<smbios mode", "<acpi><table type='slic'>/slic.bin</table></acpi><smbios mode");
	root_bytes("PNP0C0A", 7, "/slic.bin");
	vm_says("power-table", NULL, CHECK_FAILURE, "/slic.bin", NULL);
	/* A patched QEMU's. */
	replace("<acpi><table type='slic'>/slic.bin</table></acpi>", "");
	replace("<qemu:arg value='sig=SSDT,file=/a,,b.aml,rev=1'/>",
		"<qemu:arg value='id=x'/><qemu:arg value='-device'/><qemu:arg value='battery,ioport=1'/>");
	vm_says("power-table", NULL, CHECK_FAILURE, "-device battery", NULL);
}

static void test_table_none(void **state)
{
	(void)state;
	replace("file=" TABLE, "sig=SSDT");
	vm_says("power-table", NULL, CHECK_FAILURE, "NVIDIA's driver",
		"sudo gpupm vm enable win11 power");
	gpu.functions[0].vendor = 0x1002;
	vm_says("power-table", NULL, CHECK_WARNING, "no battery", NULL);
	/* A QEMU of its own, without a channel. */
	replace("value='-acpitable'", "value='-device'");
	replace("sig=SSDT", "battery");
	replace(SOCKET, "/other");
	vm_says("channel", NULL, CHECK_OK, "needs none", NULL);
}

static void test_table_readable(void **state)
{
	(void)state;
	gone(TABLE);
	vm_says("power-table-readable", TABLE, CHECK_FAILURE, "does not start", "gpupmd");
	vm_says("power-table", NULL, CHECK_OK, NULL, NULL);
	replace("file=" TABLE, "file=/root/mine.aml");
	root_bytes("PNP0C0A", 7, "/root/mine.aml");
	chmod_file("/root", 0700);
	vm_says("power-table-readable", "/root/mine.aml", CHECK_FAILURE, "/root is",
		"take it out, then sudo gpupm vm enable win11 power");
	replace("file=/root/mine.aml", "file=" TABLE);
	root_bytes("PNP0C0A", 7, TABLE);
	chmod_file("/var/lib/gpupm", 0750);
	vm_says("power-table-readable", TABLE, CHECK_FAILURE,
		"/var/lib/gpupm is not there, or closed", NULL);
}

static void test_channel(void **state)
{
	(void)state;
	connected = ANSWER_NO;
	vm_says("channel", NULL, CHECK_FAILURE, "not connected",
		"sudo gpupm vm stop win11 && sudo virsh start win11");
	connected = ANSWER_NONE;
	vm_says("channel", NULL, CHECK_FAILURE, "does not run", "systemctl enable --now gpupmd");
	connected = ANSWER_NOT_ASKED;
	vm_says("channel", NULL, CHECK_OK, "when it runs", NULL);
	replace(SOCKET, "/other");
	vm_says("channel", NULL, CHECK_FAILURE, "no serial port",
		"sudo gpupm vm enable win11 power");
}

/* ---- disks ----------------------------------------------------------------------- */

static void test_disks(void **state)
{
	(void)state;
	root_file("1\n", "/sys/class/block/sdb/partition");
	vm_says("disk", "vdb", CHECK_FAILURE, "a single partition (sdb)", "whole disk");
	gone("/sys/class/block/sdb/partition");
	root_file("1\n", "/sys/class/block/sdb/sdb1/partition");
	vm_says("disk", "vdb", CHECK_OK, "whole device", NULL);
	root_file("", "/dev/sdb1");
	root_file("/dev/sdb1 /mnt/data ext4 rw 0 0\n", "/proc/self/mounts");
	vm_says("disk", "vdb", CHECK_FAILURE, "mounted at /mnt/data", "sudo umount /mnt/data");
	root_file("/dev/sdb /mnt ext4 rw 0 0\n", "/proc/self/mounts");
	vm_says("disk", "vdb", CHECK_FAILURE, "mounted at /mnt", NULL);
	root_file("", "/proc/self/mounts");
	root_file("Filename Type Size\n/dev/sdb1 partition 8\n", "/proc/swaps");
	vm_says("disk", "vdb", CHECK_FAILURE, "the host swaps to /dev/disk", "another disk");
	root_file("Filename Type Size\n/dev/sda2 partition 8\n", "/proc/swaps");
	vm_says("disk", "vdb", CHECK_OK, NULL, NULL);
	/* What is mounted is a volume on it. */
	root_file("", "/sys/class/block/sdb1/holders/dm-0/x");
	vm_says("disk", "vdb", CHECK_FAILURE, "in use for dm-0", "sudo virsh edit win11");
	gone("/sys/class/block/sdb1/holders/dm-0/x");
	gone("/sys/class/block/sdb1/holders/dm-0");
	vm_says("disk", "vdb", CHECK_OK, NULL, NULL);
	root_file("", "/sys/class/block/sdb/holders/md0/x");
	vm_says("disk", "vdb", CHECK_FAILURE, "in use for md0", NULL);
	gone("/sys/class/block/sdb/holders/md0/x");
	gone("/sys/class/block/sdb/holders/md0");
	gone("/dev/sdb");
	vm_says("disk", "vdb", CHECK_FAILURE, "/dev/disk/by-id/b is not there", "connect");
	gone("/disk.qcow2");
	vm_says("disk", "vda", CHECK_FAILURE, "no file /disk.qcow2", "virsh edit");
	replace("<source file='/disk.qcow2'/>", "<source pool='p' volume='v'/>");
	vm_says("disk", "vda", CHECK_OK, "neither", NULL);
}

static void test_disk_modes(void **state)
{
	(void)state;
	replace("discard='unmap'", "cache='unsafe'");
	vm_says("disk-cache", "vda", CHECK_WARNING, "is lost", "cache='none'");
	vm_says("disk-discard", "vda", CHECK_WARNING, "stays taken", "discard='unmap'");
	replace("cache='unsafe'", "cache='writethrough'");
	vm_says("disk-cache", "vda", CHECK_WARNING, "waits for the disk", NULL);
	replace("cache='none'", "");
	vm_says("disk-cache", "vdb", CHECK_WARNING, "cache='default' for a whole device",
		"io='native'");
	replace("<target dev='vda'/>", "<target dev='vda'/><readonly/>");
	look_at_vm();
	for (size_t i = 0; i < checks.n; i++)
		assert_false(!strcmp(checks.list[i].name, "disk-cache") &&
			     !strcmp(checks.list[i].subject, "vda"));
}

/* Somebody who may not look into the directories: nothing is said that is not known. */
static void test_hidden(void **state)
{
	(void)state;
	if (geteuid())
		skip();
	replace("/disk.qcow2", "/images/disk.qcow2");
	root_file("", "/images/disk.qcow2");
	chmod_file("/images", 0711);
	chmod_file("/var/lib/gpupm", 0700);
	chmod_file("/usr/share/vgabios", 0700);
	assert_int_equal(seteuid(65534), 0);
	look_at_vm();
	assert_int_equal(seteuid(0), 0);
	came_to("disk", "vda", CHECK_OK, NULL, NULL);
	came_to("rom", ROM, CHECK_CANNOT_TELL, "may not look", "sudo gpupm doctor win11");
	came_to("power-table-readable", TABLE, CHECK_CANNOT_TELL, "may not look", NULL);
	chmod_file("/images", 0700);
	assert_int_equal(seteuid(65534), 0);
	look_at_vm();
	assert_int_equal(seteuid(0), 0);
	chmod_file("/usr/share/vgabios", 0755);
	root_file("user = \"root\"\n", "/etc/libvirt/qemu.conf");
	chmod_file("/etc/libvirt/qemu.conf", 0600);
	assert_int_equal(seteuid(65534), 0);
	look_at_vm();
	assert_int_equal(seteuid(0), 0);
	came_to("rom-readable", "/etc/libvirt/qemu.conf", CHECK_CANNOT_TELL, NULL, NULL);
	came_to("disk", "/images/disk.qcow2", CHECK_CANNOT_TELL, "may not look", NULL);
}

/* ---- CPUs ------------------------------------------------------------------------ */

static void test_pinning(void **state)
{
	(void)state;
	replace("vcpu='3' cpuset='3'", "vcpu='3' cpuset='9'");
	vm_says("pinning", NULL, CHECK_WARNING, "CPU 9, which is not online",
		"sudo gpupm vm enable win11 pinning");
	replace("vcpu='3' cpuset='9'", "vcpu='3' cpuset='3,5'");
	vm_says("pinning", NULL, CHECK_WARNING,
		"vCPU 3 may run on CPU 5, which is a slow one", NULL);
	replace("vcpu='3' cpuset='3,5'", "vcpu='3' cpuset='2'");
	vm_says("pinning", NULL, CHECK_WARNING, "vCPUs 2 and 3 are both pinned to CPU 2", NULL);
	replace("vcpu='3' cpuset='2'", "vcpu='3' cpuset='1'");
	replace("vcpu='1' cpuset='1'", "vcpu='1' cpuset='3'");
	vm_says("pinning", NULL, CHECK_WARNING,
		"takes vCPUs 0 and 1 for threads of a core, but CPUs 0 and 3",
		NULL);
	replace("threads='2'", "threads='1'");
	vm_says("pinning", NULL, CHECK_OK, "each of its 4 vCPUs has a fast CPU", NULL);
	replace("<vcpupin vcpu='1' cpuset='3'/>", "");
	vm_says("pinning", NULL, CHECK_WARNING, "3 of 4 vCPUs are pinned", "pinning");
	/* Where all are alike. */
	gone("/sys/devices/cpu_core/cpus");
	vm_says("pinning", NULL, CHECK_OK, "alike", NULL);
	replace("<vcpu>4</vcpu>", "<vcpu>9</vcpu>");
	vm_says("pinning", NULL, CHECK_WARNING, "9 vCPUs, and the machine 8", "have 8 in <vcpu>");
	gone("/sys/devices/system/cpu/online");
	vm_says("pinning", NULL, CHECK_CANNOT_TELL, NULL, NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, vm_setup, vm_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_vm_well),
		TEST(test_functions),
		TEST(test_no_gpu),
		TEST(test_slot),
		TEST(test_window),
		TEST(test_window_resizable),
		TEST(test_firmware),
		TEST(test_flags),
		TEST(test_agent),
		TEST(test_table),
		TEST(test_table_none),
		TEST(test_table_readable),
		TEST(test_channel),
		TEST(test_disks),
		TEST(test_disk_modes),
		TEST(test_hidden),
		TEST(test_pinning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
