// SPDX-License-Identifier: GPL-2.0-only
/* What the doctor says of a VM's ROM: whether it is the GPU's, and whether QEMU gets at it. */
#include "sound_vm.h"

#include "image.h"

#include <limits.h>
#include <stdio.h>
#include <sys/xattr.h>
#include <unistd.h>

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

#define TEST(f) cmocka_unit_test_setup_teardown(f, vm_setup, vm_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rom_none),
		TEST(test_rom_bytes),
		TEST(test_rom_readable),
		TEST(test_rom_owner),
		TEST(test_apparmor),
		TEST(test_selinux),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
