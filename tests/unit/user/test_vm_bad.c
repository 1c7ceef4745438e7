// SPDX-License-Identifier: GPL-2.0-only
/* "gpupm vm" and what is in its way, and choices that it makes. */
#include "vm_fixture.h"

#include "vm/backup.h"
#include "vm/change.h"
#include "vm/domain.h"

#include <dirent.h>
#include <libvirt/libvirt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_bad(void **state)
{
	char *original = strdup(fake.domains[0].xml), path[128];

	(void)state;
	assert_int_equal(run(ENABLE, "win10", NULL, false, EVERY), RESULT_FAILED);
	assert_says(err, "no VM 'win10'; there are:\n  win11\ndid you mean win11?");
	assert_int_equal(run(SHOW, "no\033", NULL, false, NULL), RESULT_FAILED);
	assert_says(err, "no VM 'no?'");
	assert_int_equal(run(ENABLE, "win11", "0000:41", false, NAMES("gpu")), RESULT_NO_GPU);
	assert_says(err, "no GPU '0000:41'; there is:\n  0000:01:00.0");

	assert_int_equal(enable("rom"), RESULT_FAILED);
	assert_says(err, "VM win11 cannot have rom: the VM does not have the GPU");
	assert_int_equal(enable("gpu", "rom"), RESULT_FAILED);
	assert_says(err, "no file is named");
	wish.rom = "/sys";
	assert_int_equal(enable("gpu", "rom"), RESULT_FAILED);
	assert_says(err, "/sys cannot be read: Is a directory");
	root_file("", "/empty");
	wish.rom = "/empty";
	assert_int_equal(enable("gpu", "rom"), RESULT_FAILED);
	assert_says(err, "/empty is no ROM for this GPU: ");
	put_rom("/foreign", 0x1234);
	wish.rom = "/foreign";
	assert_int_equal(enable("gpu", "rom"), RESULT_FAILED);
	assert_says(err, "/foreign is no ROM for this GPU: ");
	put_rom("/r\xff", 0x25a2);
	wish.rom = "/r\xff";
	assert_int_equal(enable("gpu", "rom"), RESULT_FAILED);
	assert_says(err, "the name of the file is no UTF-8");
	wish.rom = NULL;
	wish.table = NULL;
	assert_int_equal(enable("power"), RESULT_FAILED);
	assert_says(err, "start gpupmd");
	wish.table = "/var/lib/gpupm/power.aml";
	assert_int_equal(fake.defined, 0);
	assert_string_equal(fake.domains[0].xml, original);

	/* Where backups go is no directory. */
	root_file("", "/var/backups/gpupm");
	assert_int_equal(enable("agent"), RESULT_FAILED);
	assert_says(err, "VM win11 was not changed, for its XML cannot be kept in " BACKUPS ": Not a directory");
	assert_int_equal(fake.defined, 0);
	snprintf(path, sizeof(path), "%s/var/backups/gpupm", vm_root);
	unlink(path);

	/* More vCPUs than fast CPUs. */
	char *vcpus = strstr(fake.domains[0].xml, ">4</vcpu>");

	vcpus[1] = '9';
	assert_int_equal(enable("pinning"), RESULT_FAILED);
	assert_says(err, "the VM has 9 vCPUs, and the machine 8 fast CPUs: give it fewer");

	fake.domains[0].transient = true;
	assert_int_equal(enable("agent"), RESULT_FAILED);
	assert_says(err, "gone once it is shut down");
	fake.domains[0].transient = false;
	for (int i = 0; i < 4; i++) {
		static const char * const wrong[] = {
			"<domain><", "<network/>", "",
			"<!DOCTYPE domain [<!ENTITY e 'x'>]><domain>&e;</domain>",
		};

		free(fake.domains[0].xml);
		fake.domains[0].xml = strdup(wrong[i]);
		assert_int_equal(enable("agent"), RESULT_FAILED);
		assert_says(err, "the XML of VM win11 cannot be parsed: ");
		assert_string_equal(fake.domains[0].xml, wrong[i]);
		assert_int_equal(run(SHOW, "win11", NULL, false, NULL), RESULT_FAILED);
		assert_int_equal(run(LIST, NULL, NULL, false, NULL), RESULT_DONE);
		assert_says(out, "win11  shut off  -");
	}
	free(original);
}

static void test_backup(void **state)
{
	const struct dirent *entry;
	char path[128], *original = strdup(fake.domains[0].xml), *kept;
	struct stat st;
	int n = 0;
	DIR *dir;

	(void)state;
	assert_int_equal(enable("agent"), RESULT_DONE);
	assert_int_equal(disable("agent"), RESULT_DONE);
	snprintf(path, sizeof(path), "%s" BACKUPS, vm_root);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		n += !strncmp(entry->d_name, "win11.", 6);
		assert_int_equal(fstatat(dirfd(dir), entry->d_name, &st, 0), 0);
		assert_true(S_ISDIR(st.st_mode) || (st.st_mode & 0777) == 0600);
	}
	closedir(dir);
	assert_int_equal(n, 2);
	/* It is what it was, to the byte, and says so. */
	assert_int_equal(enable("agent"), RESULT_DONE);
	kept = strstr(out, "its XML until now: ") + strlen("its XML until now: ");
	kept[strcspn(kept, "\n")] = '\0';
	FILE *file = fopen(kept, "re");
	char text[16384] = "";

	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file));
	fclose(file);
	assert_xml(text, original);
	assert_says(text, "passwd=\"hush\"");
	free(original);
}

static void test_no_gpu(void **state)
{
	(void)state;
	wish.root = "/nowhere";
	assert_int_equal(enable("gpu"), RESULT_NO_GPU);
	assert_says(err, "VM win11 cannot have gpu: this machine has no GPU");
	assert_int_equal(run(SHOW, "win11", NULL, false, NULL), RESULT_DONE);
	assert_says(out, "this machine has no GPU");
	wish.root = vm_root;
	/* It shows the host's screen: only who says so gets it. */
	root_file("1\n", "/sys/bus/pci/devices/0000:01:00.0/boot_vga");
	assert_int_equal(enable("gpu"), RESULT_NO_GPU);
	assert_says(err, "0000:01:00.0 drives the only display of this machine, which would stay dark: ");
	assert_int_equal(run(ENABLE, "win11", "01:00", false, NAMES("gpu")), RESULT_DONE);
	assert_int_equal(enable("gpu"), RESULT_DONE);
	assert_int_equal(disable("gpu"), RESULT_DONE);
	root_file("0\n", "/sys/bus/pci/devices/0000:01:00.0/boot_vga");
	/* A second one: neither is meant, until one has it or says so. */
	machine_function("0000:02:00.0", "0x1234\n", "0x030200\n", "");
	assert_int_equal(enable("gpu"), RESULT_NO_GPU);
	assert_says(err, "more than one GPU: say which with --gpu");
	assert_int_equal(run(ENABLE, "win11", "02:00", false, NAMES("gpu")), RESULT_DONE);
	assert_true(has("//hostdev/source/address[@bus='0x02']"));
	assert_false(has("//hostdev/source/address[@bus='0x01']"));
	assert_int_equal(enable("gpu"), RESULT_DONE);
	assert_says(out, "already as it should be: gpu");
}

/* libvirt chooses the firmware. */
static void test_firmware(void **state)
{
	char *original, *os, *end;

	(void)state;
	os = strstr(fake.domains[0].xml, "<loader");
	end = strstr(os, "<boot");
	memset(os, ' ', end - os);
	os = strstr(fake.domains[0].xml, "<os>");
	*os = '\0';
	assert_true(asprintf(&original, "%s<os firmware='efi'>%s", fake.domains[0].xml,
			     os + 4) > 0);
	free(fake.domains[0].xml);
	fake.domains[0].xml = strdup(original);
	assert_int_equal(enable("firmware"), RESULT_DONE);
	assert_true(has("//os/firmware/feature[@name='secure-boot' and @enabled='no']"));
	assert_true(has("//os/nvram[contains(., '/win11_VARS.without-secure-boot.fd')]"));
	assert_valid(fake.domains[0].xml);
	assert_int_equal(enable("firmware"), RESULT_DONE);
	assert_says(out, "already");
	assert_int_equal(disable("firmware"), RESULT_DONE);
	assert_xml(fake.domains[0].xml, original);
	free(original);
}

#define FW_CFG	\
	"<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>" \
	"<qemu:arg value='-fw_cfg'/>" \
	"<qemu:arg value='name=opt/ovmf/X-PciMmio64Mb,string=1024'/></qemu:commandline>"

#define CHOSEN	\
	"<os firmware='efi'><firmware><feature enabled='yes' name='secure-boot'/></firmware>"

/* libvirt has chosen it, and says what. */
static void test_firmware_chosen(void **state)
{
	char *xml = fake.domains[0].xml, *os = strstr(xml, "<os>");

	(void)state;
	*os = '\0';
	assert_true(asprintf(&fake.domains[0].xml, "%s" CHOSEN "%s", xml, os + 4) > 0);
	free(xml);
	assert_valid(fake.domains[0].xml);
	assert_int_equal(enable("firmware"), RESULT_DONE);
	assert_valid(fake.domains[0].xml);
	assert_false(has("//os/loader"));
	assert_true(has("//os/firmware/feature[@name='secure-boot' and @enabled='no']"));
	assert_true(has("//os/firmware/feature[@name='enrolled-keys' and @enabled='no']"));
	assert_int_equal(disable("firmware"), RESULT_DONE);
	assert_true(has("//os/loader[@secure='yes' and .='/usr/share/OVMF/OVMF_CODE_4M.ms.fd']"));
	assert_true(has("//os/nvram[@template and .='/var/lib/libvirt/qemu/nvram/win11_VARS.fd']"));
	assert_true(has("//os/firmware[count(*)=1]/feature[@enabled='yes']"));
	/* The owner has chosen another since: that one stays. */
	assert_int_equal(enable("firmware"), RESULT_DONE);
	put_text("<boot", "<loader>/mine</loader>");
	assert_int_equal(disable("firmware"), RESULT_DONE);
	assert_says(out, "firmware: there is a new loader in /domain/os, which stays");
	assert_true(has("//os/loader[.='/mine']"));
	assert_true(has("//os[count(loader)=1]"));
}

#define LOADER	\
	"<os><loader readonly='yes' secure='yes' type='pflash' format='qcow2'>/usr/share/OVMF/OVMF_CODE_4M.ms.fd</loader>" \
	"<nvram type='file' template='/usr/share/OVMF/OVMF_VARS_4M.ms.fd'><source file='/vms/win11.fd'/></nvram>"

/* Newer ways to name the files, which a libvirt from before 9.2 does not know. */
static void test_firmware_source(void **state)
{
	char *xml = fake.domains[0].xml, *os = strstr(xml, "<os>"), *loader;

	(void)state;
	*os = '\0';
	loader = strstr(os + 1, "<loader");
	memset(loader, ' ', strstr(loader, "<boot") - loader);
	assert_true(asprintf(&fake.domains[0].xml, "%s" LOADER "%s", xml, os + 4) > 0);
	free(xml);
	assert_int_equal(enable("firmware"), RESULT_DONE);
	assert_true(has("//os/loader[@format='raw' and .='/usr/share/OVMF/OVMF_CODE_4M.fd']"));
	assert_true(has("//os/nvram[not(@type) and .='/vms/win11_VARS.without-secure-boot.fd']"));
	assert_true(has("//os[count(nvram)=1]"));
	assert_int_equal(disable("firmware"), RESULT_DONE);
	assert_true(has("//os/loader[@format='qcow2' and .='/usr/share/OVMF/OVMF_CODE_4M.ms.fd']"));
	assert_true(has("//os/nvram[@type='file' and not(text())]/source[@file='/vms/win11.fd']"));
	assert_true(has("//os[count(nvram)=1]"));
	assert_false(has("//metadata/gpupm:*"));
}

static int open_libvirt(void)
{
	FILE *real_stderr = stderr;
	virConnectPtr connection;
	int result = RESULT_DONE;
	size_t n;

	free(err);
	stderr = open_memstream(&err, &n);
	connection = domains_open(&result);
	fclose(stderr);
	stderr = real_stderr;
	if (connection)
		virConnectClose(connection);
	return result;
}

static void test_connection(void **state)
{
	(void)state;
	assert_int_equal(open_libvirt(), RESULT_DONE);
	assert_string_equal(err, "");
	fake.no_daemon = true;
	assert_int_equal(open_libvirt(), RESULT_FAILED);
	assert_says(err, "libvirt (qemu:///system) cannot be reached: Failed to connect");
	assert_says(err, "systemctl start libvirtd");
	fake.no_daemon = false;
	fake.forbidden = true;
	assert_int_equal(open_libvirt(), RESULT_NOT_PERMITTED);
	assert_says(err, "Permission denied; try it as root, or as a member of the group libvirt");
	fake.forbidden = false;
}

/* What is told besides. */
static void test_notes(void **state)
{
	char path[128];

	(void)state;
	root_file("Y\n", "/sys/module/apparmor/parameters/enabled");
	root_file("", "/etc/apparmor.d/abstractions/libvirt-qemu");
	assert_int_equal(enable("power"), RESULT_DONE);
	assert_says(out, "power: AppArmor does not let QEMU read the table: add the line");
	assert_int_equal(disable("power", "agent"), RESULT_DONE);
	assert_says(out, "agent: gpupm did not enable it, so it stays as it is");
	root_file("/var/lib/gpupm/*.aml r,\n", "/etc/apparmor.d/local/abstractions/libvirt-qemu");
	wish.table = "/var/lib/gpupm/a,b.aml";
	assert_int_equal(enable("power"), RESULT_DONE);
	assert_null(strstr(out, "AppArmor"));
	assert_true(has("//*[@value='file=/var/lib/gpupm/a,,b.aml']"));
	assert_int_equal(disable("power"), RESULT_DONE);
	wish.table = "/a\"b";
	assert_int_equal(enable("power"), RESULT_FAILED);
	assert_says(err, "a path may not have a quotation mark");

	put_rom("/rom", 0x25a2);
	wish.rom = "/rom";
	assert_int_equal(enable("gpu", "rom"), RESULT_DONE);
	assert_says(out, "rom: AppArmor does not let QEMU read /rom: put it into /usr/share/vgabios");
	root_file("libvirt-qemu:x:64055:64055::/:/bin/false\n", "/etc/passwd");
	root_file("kvm:x:1:\nlibvirt-qemu:x:64055:\n", "/etc/group");
	root_file("user = \"libvirt-qemu\"\n", "/etc/libvirt/qemu.conf");
	assert_int_equal(chmod(vm_root, 0755), 0);
	snprintf(path, sizeof(path), "%s/rom", vm_root);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(enable("gpu", "rom"), RESULT_DONE);
	assert_says(out, "rom: QEMU runs as libvirt-qemu, who may not read /rom: put it into");

	/* Somebody told the firmware already, and too little. */
	put_text("</domain>", FW_CFG);
	assert_int_equal(enable("mmio64"), RESULT_DONE);
	assert_says(out, "was set by hand to 1024 MiB, and stays; the GPU needs 131072");
	root_file("1\n", "/sys/bus/pci/devices/0000:01:00.0/resource1_resize");
	assert_int_equal(run(ENABLE, "win11", NULL, true, NAMES("mmio64")), RESULT_DONE);
	assert_says(out, "mmio64: the GPU sleeps");
}

#define RECORD	\
	"<gpupm:setup xmlns:gpupm='urn:gpupm:setup:1'>" \
	"<gpupm:feature name='agent'></gpupm:feature></gpupm:setup>"

/* Notes that somebody has tampered with take nothing with them. */
static void test_tampered(void **state)
{
	static const char * const notes[] = {
		"<gpupm:added at='/domain'/>", "<gpupm:added at='//*'/>", "<gpupm:added at='//@*'/>",
		"<gpupm:added at='/domain/metadata//*'/>", "<gpupm:added at='['/>", "<gpupm:added/>",
		"<gpupm:set at='/domain' name='type' is='xen'/>", "<gpupm:set at='//@type'/>",
		"<gpupm:text at='/domain/devices' is='' was='x'/>", "<gpupm:made at='//text()'/>",
		"<gpupm:removed from='//@type'><x/></gpupm:removed>", "<gpupm:removed/>",
		"<gpupm:frob at='/domain'/>", "<gpupm:made at='/domain/features/acpi' with='x'/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++) {
		char *xml = strdup(fake.domains[0].xml);

		put_text("</metadata>", RECORD);
		put_text("</gpupm:feature>", notes[i]);
		assert_int_equal(run(DISABLE, "win11", NULL, true, EVERY), RESULT_DONE);
		/* Of XML without a name, libvirt makes nothing. */
		if (disable("agent") == RESULT_DONE)
			assert_false(has("//*[local-name()='setup']"));
		else
			assert_says(err, "libvirt does not take the new XML");
		assert_true(has("/domain/metadata/*[local-name()='libosinfo']"));
		assert_true(has("/domain/devices"));
		free(fake.domains[0].xml);
		fake.domains[0].xml = xml;
	}
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, vm_setup, vm_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bad),
		TEST(test_backup),
		TEST(test_no_gpu),
		TEST(test_firmware),
		TEST(test_firmware_chosen),
		TEST(test_firmware_source),
		TEST(test_connection),
		TEST(test_notes),
		TEST(test_tampered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
