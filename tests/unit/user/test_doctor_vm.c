// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the doctor says of a VM with which all is well, and of the same with one thing in
 * its XML, or in the machine, broken.
 */
#include "laptop.h"

#include "doctor/vm.h"
#include "image.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ROM	"/usr/share/vgabios/gpu.rom"
#define TABLE	"/var/lib/gpupm/power.aml"
#define SOCKET	"/run/gpupm/guest.sock"

static const char good[] =
	"<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n"
	"<name>win11</name><vcpu>4</vcpu>\n"
	"<cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='1'/>\n"
	"<vcpupin vcpu='2' cpuset='2'/><vcpupin vcpu='3' cpuset='3'/></cputune>\n"
	"<cpu><topology sockets='1' cores='2' threads='2'/></cpu>\n"
	"<os><type machine='pc-q35-7.2'>hvm</type>\n"
	"<loader type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>\n"
	"<nvram template='/usr/share/OVMF/OVMF_VARS_4M.fd'>/x_VARS.fd</nvram>\n"
	"<smbios mode='sysinfo'/></os>\n"
	"<features><acpi/><hyperv mode='custom'><vendor_id state='on' value='GenuineIntel'/></hyperv>\n"
	"<kvm><hidden state='on'/></kvm><vmport state='off'/></features>\n"
	"<devices>\n"
	"<disk type='file' device='disk'><driver name='qemu' discard='unmap'/>\n"
	"<source file='/disk.qcow2'/><target dev='vda'/></disk>\n"
	"<disk type='block' device='disk'><driver cache='none' discard='unmap'/>\n"
	"<source dev='/dev/disk/by-id/b'/><target dev='vdb'/></disk>\n"
	"<disk type='file' device='cdrom'><target dev='sda'/></disk>\n"
	"<controller type='pci' index='0' model='pcie-root'/>\n"
	"<controller type='pci' index='1' model='pcie-root-port'/>\n"
	"<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>\n"
	"<serial type='unix'><source mode='connect' path='" SOCKET "'/>\n"
	"<target type='isa-serial' port='3'/><address type='isa' iobase='0x5e8' irq='0x5'/></serial>\n"
	"<hostdev mode='subsystem' type='pci' managed='yes'>\n"
	"<source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source>\n"
	"<rom file='" ROM "'/>\n"
	"<address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0' multifunction='on'/></hostdev>\n"
	"<hostdev mode='subsystem' type='pci' managed='yes'>\n"
	"<source><address domain='0x0000' bus='0x01' slot='0x00' function='0x1'/></source>\n"
	"<address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x1'/></hostdev>\n"
	"</devices>\n"
	"<qemu:commandline><qemu:arg value='-acpitable'/><qemu:arg value='file=" TABLE
	"'/></qemu:commandline>\n"
	"</domain>\n";

static char xml[16384];
static enum answer connected, agent;
static struct gpu gpu;

/* ---- a machine for it ---------------------------------------------------------- */

static void put_rom(__u16 device)
{
	__u8 rom[4 * UNIT] = {};

	image_put(rom, 2, ROM_LEGACY, (struct rom_id){ 0x10de, device }, false);
	image_put(rom + 2 * UNIT, 2, ROM_UEFI, (struct rom_id){ 0x10de, device }, true);
	root_bytes(rom, sizeof(rom), ROM);
}

static void bars(const char *last)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "0x85000000 0x85ffffff 0x40200\n0x6000000000 0x%s 0x14220c\n"
		 "0x0 0x0 0x0\n0x0 0x0 0x0\n0x0 0x0 0x0\n0x0 0x0 0x0\n"
		 "0x86000000 0x8607ffff 0x46200\n", last);
	root_file(text, "/sys/bus/pci/devices/" GPU "/resource");
}

static void chmod_file(const char *name, mode_t mode)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", laptop_root, name);
	assert_int_equal(chmod(path, mode), 0);
}

static void make_cpus(void)
{
	root_file("0-7\n", "/sys/devices/system/cpu/online");
	root_file("0-3\n", "/sys/devices/cpu_core/cpus");
	root_file("4-7\n", "/sys/devices/cpu_atom/cpus");
	for (unsigned int cpu = 0; cpu < 8; cpu++) {
		char list[32];

		snprintf(list, sizeof(list), "%u-%u\n", cpu & ~1U, cpu | 1);
		root_file(list, "/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list", cpu);
	}
}

static int setup(void **state)
{
	laptop_setup(state);
	chmod_file("", 0755);
	put_rom(0x25a2);
	root_bytes("SSDT\x41\xd0\x0c\x0a", 8, TABLE);
	bars("600fffffff");
	make_cpus();
	root_file("root:x:0:0::/:\nlibvirt-qemu:x:64055:994:x:/var/lib/libvirt:/bin/sh\n",
		  "/etc/passwd");
	root_file("kvm:x:994:\nmedia:x:900:other,libvirt-qemu\n", "/etc/group");
	root_file("", "/disk.qcow2");
	root_file("", "/dev/sdb");
	root_link("../../sdb", "/dev/disk/by-id/b");
	root_file("/dev/sda2 / ext4 rw 0 0\nproc /proc proc rw 0 0\n", "/proc/self/mounts");
	root_file("", "/dev/sda2");
	assert_int_equal(slot_read(laptop_root, GPU, &gpu), 0);
	snprintf(xml, sizeof(xml), "%s", good);
	connected = ANSWER_YES;
	agent = ANSWER_YES;
	return 0;
}

static int teardown(void **state)
{
	gpu_free(&gpu);
	return laptop_teardown(state);
}

/* In the XML, from now on. */
static void replace(const char *what, const char *with)
{
	char *at = strstr(xml, what), rest[sizeof(xml)];

	assert_non_null(at);
	snprintf(rest, sizeof(rest), "%s", at + strlen(what));
	snprintf(at, xml + sizeof(xml) - at, "%s%s", with, rest);
}

static void look_at_vm(void)
{
	struct vm_look vm = {
		.name = "win11",
		.wish = { .root = laptop_root, .gpu = gpu.n_functions ? &gpu : NULL,
			  .no_gpu = "there are two", .table = TABLE, .socket = SOCKET },
		.connected = connected,
		.agent = agent,
	};
	char why[256] = "";

	checks_free(&checks);
	vm.doc = xml_parse(xml, why, sizeof(why));
	assert_string_equal(why, "");
	doctor_vm(&vm, &checks);
	xmlFreeDoc(vm.doc);
	complete();
}

static void vm_says(const char *name, const char *subject, enum check_result result,
		    const char *evidence, const char *fix)
{
	look_at_vm();
	came_to(name, subject, result, evidence, fix);
}

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

/* ---- the ROM ------------------------------------------------------------------- */

static void test_rom_none(void **state)
{
	(void)state;
	replace("<rom file='" ROM "'/>", "");
	vm_says("rom", NULL, CHECK_OK, "512 KiB", NULL);
	root_file("1\n", "/sys/bus/pci/devices/" GPU "/boot_vga");
	vm_says("rom", NULL, CHECK_WARNING, "firmware booted with the GPU",
		"gpupm vbios dump " GPU);
	gone("/sys/bus/pci/devices/" GPU "/resource");
	vm_says("rom", NULL, CHECK_WARNING, "no ROM BAR", "sudo gpupm vm enable win11 rom --rom");
}

static void larger(const char *name, off_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", laptop_root, name);
	assert_int_equal(truncate(path, size), 0);
}

static void test_rom_bytes(void **state)
{
	__u8 late[6 * UNIT] = {}, one[2 * UNIT] = {};
	struct rom_id id = { 0x10de, 0x25a2 };

	(void)state;
	put_rom(0x2191);
	vm_says("rom", ROM, CHECK_FAILURE, "no ROM for this GPU",
		"gpupm vbios dump " GPU " -o " ROM);
	root_bytes("\xff\xff\xff\xff", 4, ROM);
	vm_says("rom", ROM, CHECK_FAILURE, "no ROM for this GPU", NULL);
	image_put(late + 2 * UNIT, 2, ROM_LEGACY, id, false);
	image_put(late + 4 * UNIT, 2, ROM_UEFI, id, true);
	root_bytes(late, sizeof(late), ROM);
	vm_says("rom", ROM, CHECK_FAILURE, "begins at byte 1024", NULL);
	/* For another firmware than the guest's. */
	image_put(one, 2, ROM_LEGACY, id, true);
	root_bytes(one, sizeof(one), ROM);
	vm_says("rom", ROM, CHECK_WARNING, "no UEFI image", "vbios check " ROM);
	replace("<loader type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>", "");
	vm_says("rom", ROM, CHECK_OK, "an image for the guest's firmware", NULL);
	gone(ROM);
	vm_says("rom", ROM, CHECK_FAILURE, "No such file", NULL);
	assert_int_equal(checks_count(&checks, CHECK_FAILURE), 1);
	root_bytes(late, sizeof(late), ROM);
	chmod_file(ROM, 0600);
	if (!geteuid() && !seteuid(65534)) {
		look_at_vm();
		assert_int_equal(seteuid(0), 0);
		came_to("rom", ROM, CHECK_CANNOT_TELL, "may not read", "sudo gpupm doctor win11");
	}
	larger(ROM, ROM_MAX + 1);
	vm_says("rom", ROM, CHECK_FAILURE, "larger than any ROM", NULL);
	gone(ROM);
	root_file("", ROM "/directory");
	vm_says("rom", ROM, CHECK_FAILURE, "Is a directory", NULL);
}

static void test_rom_readable(void **state)
{
	(void)state;
	chmod_file(ROM, 0600);
	vm_says("rom-readable", ROM, CHECK_FAILURE, "its own mode", "sudo chmod 644 " ROM);
	chmod_file(ROM, 0644);
	chmod_file("/usr/share", 0700);
	vm_says("rom-readable", ROM, CHECK_FAILURE, "/usr/share is closed",
		"sudo install -D -m 644");
	/* As libvirt is told whom to run QEMU as. */
	root_file("# user = \"qemu\"\nuser = \"root\"\n", "/etc/libvirt/qemu.conf");
	vm_says("rom-readable", ROM, CHECK_OK, "user root", NULL);
	root_file("user = \"+4711\"\n", "/etc/libvirt/qemu.conf");
	vm_says("rom-readable", ROM, CHECK_FAILURE, "user +4711", NULL);
	root_file("user=\"nobody-there\"\n", "/etc/libvirt/qemu.conf");
	vm_says("rom-readable", ROM, CHECK_CANNOT_TELL, NULL, "qemu.conf");
	gone("/etc/libvirt/qemu.conf");
	root_file("root:x:0:0::/:\n", "/etc/passwd");
	vm_says("rom-readable", ROM, CHECK_CANNOT_TELL, "not known", NULL);
}

static void chown_file(const char *name, uid_t uid, gid_t gid)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", laptop_root, name);
	assert_int_equal(chown(path, uid, gid), 0);
}

/* By owner and by group; a link is followed to where the file is. */
static void test_rom_owner(void **state)
{
	(void)state;
	if (geteuid())
		skip();
	chmod_file(ROM, 0640);
	chown_file(ROM, 0, 900);
	vm_says("rom-readable", ROM, CHECK_OK, NULL, NULL);
	chown_file(ROM, 0, 901);
	vm_says("rom-readable", ROM, CHECK_FAILURE, NULL, NULL);
	chown_file(ROM, 64055, 901);
	vm_says("rom-readable", ROM, CHECK_OK, NULL, NULL);
	chmod_file(ROM, 0044);
	vm_says("rom-readable", ROM, CHECK_FAILURE, NULL, NULL);
	chmod_file(ROM, 0644);
	moved("/usr/share/vgabios");
	root_link("../../moved", "/usr/share/vgabios");
	chmod_file("/moved", 0700);
	vm_says("rom-readable", ROM, CHECK_FAILURE, "/moved is closed", NULL);
}

static void rules(const char *lines, enum check_result result)
{
	root_file(lines, "/etc/apparmor.d/abstractions/libvirt-qemu");
	vm_says("rom-confined", ROM, result, "AppArmor", NULL);
}

static void test_apparmor(void **state)
{
	(void)state;
	root_file("", "/etc/apparmor.d/abstractions/libvirt-qemu");
	vm_says("rom-confined", ROM, CHECK_OK, "neither", NULL);
	root_file("Y\n", "/sys/module/apparmor/parameters/enabled");
	vm_says("rom-confined", ROM, CHECK_FAILURE, "AppArmor does not",
		"echo '\"" ROM
		"\" r,' | sudo tee -a /etc/apparmor.d/local/abstractions/libvirt-qemu");
	rules("  /usr/share/vgabios/** r,\n", CHECK_OK);
	rules("  /usr/share/*/gpu.rom rk,\n", CHECK_OK);
	rules("  owner /usr/share/** r,\n", CHECK_FAILURE);
	rules("  \"/usr/share/{kvm,vgabios}/*\" r,\n", CHECK_OK);
	rules("  /usr/share/{kvm,qemu}/* r,\n  /usr/* r,\n  /usr/share/vgabios/** w,\n",
	      CHECK_FAILURE);
	rules("# /usr/share/vgabios/** r,\n", CHECK_FAILURE);
	rules("  /usr/share/vgabios/gp?.rom r,\n", CHECK_OK);
	rules("  file /usr/share/vgabios/gpu\\.rom r,\n", CHECK_OK);
	rules("  /usr/share/vgabios/gpu.{bin,\n", CHECK_FAILURE);
	root_file(ROM " r,\n", "/etc/apparmor.d/abstractions/libvirt-qemu.d/mine");
	vm_says("rom-confined", ROM, CHECK_OK, NULL, NULL);
	gone("/etc/apparmor.d/abstractions/libvirt-qemu.d/mine");
	root_file("security_driver = [ \"none\" ]\n", "/etc/libvirt/qemu.conf");
	vm_says("rom-confined", ROM, CHECK_OK, "neither", NULL);
	/* The power table is not libvirt's either. */
	gone("/etc/libvirt/qemu.conf");
	vm_says("power-table-readable", TABLE, CHECK_FAILURE, "AppArmor",
		"/var/lib/gpupm/*.aml\" r,");
	root_file("/var/lib/gpupm/*.aml r,\n", "/etc/apparmor.d/local/abstractions/libvirt-qemu");
	vm_says("power-table-readable", TABLE, CHECK_OK, NULL, NULL);
}

static void test_selinux(void **state)
{
	static const char home[] = "unconfined_u:object_r:user_home_t:s0";
	static const char content[] = "system_u:object_r:virt_content_t:s0";
	char path[PATH_MAX];

	(void)state;
	root_file("1\n", "/sys/fs/selinux/enforce");
	vm_says("rom-confined", ROM, CHECK_WARNING, "its type is none", "semanage fcontext");
	snprintf(path, sizeof(path), "%s" ROM, laptop_root);
	/* Not all file systems, and not everybody. */
	if (setxattr(path, "security.selinux", home, sizeof(home), 0))
		return;
	vm_says("rom-confined", ROM, CHECK_WARNING, "its type is user_home_t", NULL);
	assert_int_equal(setxattr(path, "security.selinux", content, sizeof(content), 0), 0);
	vm_says("rom-confined", ROM, CHECK_OK, "SELinux lets", NULL);
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_vm_well),
		TEST(test_functions),
		TEST(test_no_gpu),
		TEST(test_slot),
		TEST(test_window),
		TEST(test_window_resizable),
		TEST(test_rom_none),
		TEST(test_rom_bytes),
		TEST(test_rom_readable),
		TEST(test_rom_owner),
		TEST(test_apparmor),
		TEST(test_selinux),
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
