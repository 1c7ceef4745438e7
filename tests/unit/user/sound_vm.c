// SPDX-License-Identifier: GPL-2.0-only
#include "sound_vm.h"

#include "image.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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
enum answer connected, agent;
struct gpu gpu;

void put_rom(__u16 device)
{
	__u8 rom[4 * UNIT] = {};

	image_put(rom, 2, ROM_LEGACY, (struct rom_id){ 0x10de, device }, false);
	image_put(rom + 2 * UNIT, 2, ROM_UEFI, (struct rom_id){ 0x10de, device }, true);
	root_bytes(rom, sizeof(rom), ROM);
}

void bars(const char *last)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "0x85000000 0x85ffffff 0x40200\n0x6000000000 0x%s 0x14220c\n"
		 "0x0 0x0 0x0\n0x0 0x0 0x0\n0x0 0x0 0x0\n0x0 0x0 0x0\n"
		 "0x86000000 0x8607ffff 0x46200\n", last);
	root_file(text, "/sys/bus/pci/devices/" GPU "/resource");
}

void chmod_file(const char *name, mode_t mode)
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

int vm_setup(void **state)
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

int vm_teardown(void **state)
{
	gpu_free(&gpu);
	return laptop_teardown(state);
}

void replace(const char *what, const char *with)
{
	char *at = strstr(xml, what), rest[sizeof(xml)];

	assert_non_null(at);
	snprintf(rest, sizeof(rest), "%s", at + strlen(what));
	snprintf(at, xml + sizeof(xml) - at, "%s%s", with, rest);
}

void look_at_vm(void)
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

void vm_says(const char *name, const char *subject, enum check_result result,
	     const char *evidence, const char *fix)
{
	look_at_vm();
	came_to(name, subject, result, evidence, fix);
}
