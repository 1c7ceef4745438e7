// SPDX-License-Identifier: GPL-2.0-only
/* What binding a GPU writes, byte for byte, that it can be taken back, and when it is refused. */
#include "bind_fixture.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a shell that reads a file then has, as the program does whose file it is. */
static void assert_shell(const char *path, const char *expression, const char *want)
{
	char command[2 * PATH_MAX], said[512] = "";
	FILE *in;

	snprintf(command, sizeof(command), "bash -euc '. %s%s; echo \"%s\"'", root, path,
		 expression);
	in = popen(command, "re");
	assert_non_null(in);
	assert_non_null(fgets(said, sizeof(said), in));
	assert_int_equal(pclose(in), 0);
	said[strcspn(said, "\n")] = '\0';
	assert_string_equal(said, want);
}

static void test_debian(void **state)
{
	char path[PATH_MAX];
	struct stat st;

	(void)state;
	debian();
	snprintf(path, sizeof(path), "%s/etc/default/grub", root);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_file(BIND_MODPROBE, MODPROBE);
	assert_file("/etc/initramfs-tools/modules",
		    "# modules\nloop\n" BEGIN "vfio-pci\n" END);
	assert_file("/etc/default/grub", GRUB BEGIN
		    "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT " WORDS "\"\n" END);
	assert_shell("/etc/default/grub", "$GRUB_CMDLINE_LINUX_DEFAULT", "quiet " WORDS);
	assert_string_equal(ran, "update-initramfs -u -k all\nupdate-grub\n");
	assert_says(out, "+++ /etc/default/grub\n");
	assert_says(out, "+options vfio-pci ids=10de:25a2,10de:2291\n");
	assert_says(out, "0000:01:00.0: vfio-pci owns all its functions from the next boot on");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_file(RECORD "/before/etc/default/grub", GRUB);
	snprintf(path, sizeof(path), "%s" RECORD "/before/etc/default/grub", root);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	/* Once is enough. */
	ran[0] = '\0';
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_string_equal(out, "0000:01:00.0: nothing has to change\n");
	assert_string_equal(ran, "");
	assert_int_equal(undo(), RESULT_DONE);
	assert_file(BIND_MODPROBE, NULL);
	assert_file("/etc/initramfs-tools/modules", "# modules\nloop\n");
	assert_file("/etc/default/grub", GRUB);
	assert_string_equal(ran, "update-initramfs -u -k all\nupdate-grub\n");
	assert_says(out, "-vfio-pci\n");
	assert_says(out, "undone");
	assert_no_record();
	assert_int_equal(undo(), RESULT_FAILED);
	assert_says(err, "there is nothing to undo");
}

/* What GRUB reads is looked at, for its settings may be overruled. */
static void test_overruled(void **state)
{
	static const char menu[] = "/boot/grub/grub.cfg";

	(void)state;
	debian();
	root_file("if true; then\n\tlinux /vmlinuz root=UUID=1 ro quiet\nfi\n", menu);
	assert_int_equal(call(NULL, true, false), RESULT_DONE);
	assert_null(strstr(out, "No kernel in"));
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_says(out, "No kernel in /boot/grub/grub.cfg gets the words");
	assert_says(out, "run update-grub again:\n  " WORDS "\n");
	assert_says(out, "0000:01:00.0: once that is done: vfio-pci owns");
	/* It says so for as long as it is so. */
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_says(out, "nothing has to change");
	assert_says(out, "No kernel in");
	root_file("if true; then\n\tlinux /vmlinuz ro quiet " WORDS "\nfi\n", menu);
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_string_equal(out, "0000:01:00.0: nothing has to change\n");
	assert_int_equal(undo(), RESULT_DONE);
	assert_null(strstr(out, "No kernel in"));
}

static void test_fedora(void **state)
{
	(void)state;
	fedora();
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_file("/etc/dracut.conf.d/zz-gpupm.conf",
		    "force_drivers+=\" vfio-pci \"\ninstall_items+=\" " BIND_MODPROBE " \"\n");
	assert_file("/boot/loader/entries/1-6.1.conf",
		    "title Linux\nlinux /vmlinuz\noptions root=UUID=1 quiet " WORDS "\n");
	assert_file("/boot/loader/entries/rescue.conf",
		    "title Rescue\nlinux /vmlinuz-0\noptions " WORDS "\n");
	assert_file("/boot/loader/entries/windows.conf", "title Windows\nefi /EFI/w.efi\n");
	assert_file("/etc/kernel/cmdline", "root=UUID=1 quiet " WORDS "\n");
	assert_file("/etc/default/grub", "GRUB_ENABLE_BLSCFG=true\n");
	assert_string_equal(ran, "dracut --regenerate-all --force\n");
	/* A kernel that came with an update, with the words of the others. */
	root_file("linux /vmlinuz-2\noptions root=UUID=1 quiet " WORDS "\n",
		  "/boot/loader/entries/2-6.2.conf");
	assert_int_equal(undo(), RESULT_DONE);
	assert_file("/boot/loader/entries/2-6.2.conf",
		    "linux /vmlinuz-2\noptions root=UUID=1 quiet\n");
	assert_file("/boot/loader/entries/1-6.1.conf", ENTRY);
	assert_file("/boot/loader/entries/rescue.conf", "title Rescue\nlinux /vmlinuz-0\n");
	assert_file("/etc/kernel/cmdline", "root=UUID=1 quiet\n");
	assert_file("/etc/dracut.conf.d/zz-gpupm.conf", NULL);
	assert_no_record();
}

/* As kernel-install does when an initramfs is new: with what the kernel that runs has. */
static void test_rewritten(void **state)
{
	(void)state;
	fedora();
	rewritten = "title Anew\nlinux /vmlinuz\noptions root=UUID=1\n";
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_file("/boot/loader/entries/1-6.1.conf",
		    "title Anew\nlinux /vmlinuz\noptions root=UUID=1 " WORDS "\n");
	rewritten = "title Newer\nlinux /vmlinuz\noptions root=UUID=1 " WORDS "\n";
	assert_int_equal(undo(), RESULT_DONE);
	assert_file("/boot/loader/entries/1-6.1.conf",
		    "title Newer\nlinux /vmlinuz\noptions root=UUID=1\n");
	assert_no_record();
}

static void test_arch(void **state)
{
	(void)state;
	arch();
	root_file("vendor_id\t: GenuineIntel\n", "/proc/cpuinfo");
	assert_int_equal(call("01:00", false, false), RESULT_DONE);
	assert_file("/etc/mkinitcpio.conf", "MODULES=()\nHOOKS=(base udev modconf)\n" BEGIN
		    "MODULES=(vfio_pci vfio vfio_iommu_type1 \"${MODULES[@]}\")\n"
		    "FILES+=(" BIND_MODPROBE ")\n" END);
	assert_file("/efi/loader/entries/arch.conf", "title Linux\nlinux /vmlinuz\n"
		    "options root=UUID=1 quiet intel_iommu=on " WORDS "\n");
	assert_shell("/etc/mkinitcpio.conf", "${MODULES[*]}, ${FILES[*]}, ${HOOKS[*]}",
		     "vfio_pci vfio vfio_iommu_type1, " BIND_MODPROBE ", base udev modconf");
	assert_string_equal(ran, "mkinitcpio -P\n");
	/* The end of the file that had no newline is as it was, too. */
	assert_int_equal(undo(), RESULT_DONE);
	assert_file("/etc/mkinitcpio.conf", "MODULES=()\nHOOKS=(base udev modconf)");
	assert_file("/efi/loader/entries/arch.conf", ENTRY);
}

static void test_dry_run(void **state)
{
	(void)state;
	debian();
	assert_int_equal(call(NULL, true, false), RESULT_DONE);
	assert_says(out, "+vfio-pci\n");
	assert_says(out, "Then to run: update-initramfs -u -k all\n");
	assert_file(BIND_MODPROBE, NULL);
	assert_file("/etc/default/grub", GRUB);
	assert_no_record();
	assert_string_equal(ran, "");
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_int_equal(call(NULL, true, true), RESULT_DONE);
	assert_says(out, "-vfio-pci\n");
	assert_file(BIND_MODPROBE, MODPROBE);
}

/* What others wrote meanwhile stays. */
static void test_changed_since(void **state)
{
	(void)state;
	debian();
	fedora();
	assert_int_equal(bind_it(), RESULT_DONE);
	root_file("# modules\nloop\nbefore\n" BEGIN "vfio-pci\n" END "behind\n",
		  "/etc/initramfs-tools/modules");
	root_file("title New\nlinux /vmlinuz\noptions root=UUID=2 " WORDS " splash\n",
		  "/boot/loader/entries/1-6.1.conf");
	root_file("frob", BIND_MODPROBE);
	assert_int_equal(undo(), RESULT_DONE);
	assert_file("/etc/initramfs-tools/modules", "# modules\nloop\nbefore\nbehind\n");
	assert_file("/boot/loader/entries/1-6.1.conf",
		    "title New\nlinux /vmlinuz\noptions root=UUID=2 splash\n");
	assert_file(BIND_MODPROBE, NULL);
	assert_no_record();
}

/* What was there for vfio-pci already goes on to count. */
static void test_ids_of_others(void **state)
{
	(void)state;
	arch();
	root_file("options vfio-pci ids=1111:2222 disable_vga=1\n", "/etc/modprobe.d/vfio.conf");
	root_file("linux /vmlinuz\noptions quiet vfio-pci.ids=3333:4444,10de:25a2 x\n",
		  "/efi/loader/entries/arch.conf");
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_says(out, "+options vfio-pci ids=10de:25a2,10de:2291,1111:2222,3333:4444\n");
	assert_file("/efi/loader/entries/arch.conf",
		    "linux /vmlinuz\noptions quiet vfio-pci.ids=3333:4444,10de:25a2 x "
		    WORDS ",1111:2222,3333:4444\n");
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_says(out, "nothing has to change");
	assert_int_equal(undo(), RESULT_DONE);
	assert_file("/efi/loader/entries/arch.conf",
		    "linux /vmlinuz\noptions quiet vfio-pci.ids=3333:4444,10de:25a2 x\n");
}

static void test_two(void **state)
{
	(void)state;
	debian();
	add_function("0000:41:00.0", "0x1002\n", "0x73ff\n", "0x030000\n");
	assert_int_equal(bind_it(), RESULT_USAGE);
	assert_says(err, "say which GPU");
	assert_int_equal(call("01:00", false, false), RESULT_DONE);
	assert_int_equal(call("41:00", false, false), RESULT_DONE);
	assert_says(out, "+options vfio-pci ids=10de:25a2,10de:2291,1002:73ff\n");
	assert_says(out, "+softdep amdgpu pre: vfio-pci\n");
	assert_int_equal(undo(), RESULT_USAGE);
	assert_int_equal(call("41:00", false, true), RESULT_DONE);
	assert_file(BIND_MODPROBE, MODPROBE);
	assert_int_equal(undo(), RESULT_DONE);
	assert_file("/etc/default/grub", GRUB);
	assert_file("/etc/initramfs-tools/modules", "# modules\nloop\n");
	assert_no_record();
}

static void test_display(void **state)
{
	(void)state;
	debian();
	assert_int_equal(call("00:02", false, false), RESULT_FAILED);
	assert_says(err, "0000:00:02.0 drives the only display, which would stay dark: a display is connected to it (/sys/class/drm/card0-eDP-1/status)");
	assert_string_equal(ran, "");
	assert_no_record();
	/* Not when there is another. */
	root_link("../../../0000:01:00.0", "/sys/class/drm/card1/device");
	root_file("connected\n", "/sys/class/drm/card1-HDMI-A-1/status");
	assert_int_equal(call("00:02", true, false), RESULT_DONE);
}

static void test_boot_display(void **state)
{
	(void)state;
	root_remove();
	root_make();
	debian();
	add_function("0000:01:00.0", "0x10de\n", "0x25a2\n", "0x030000\n");
	root_file("1\n", PCI "/0000:01:00.0/boot_vga");
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "firmware booted with it (" PCI "/0000:01:00.0/boot_vga), and no driver knows better");
	/* A driver does: nothing is connected. */
	root_link("../../../0000:01:00.0", "/sys/class/drm/card0/device");
	root_file("disconnected\n", "/sys/class/drm/card0-eDP-1/status");
	assert_int_equal(bind_it(), RESULT_DONE);
}

static void test_same_ids(void **state)
{
	(void)state;
	debian();
	add_function("0000:05:00.0", "0x10de\n", "0x2291\n", "0x040300\n");
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "0000:05:00.0 is the same kind of device as 0000:01:00.1 (10de:2291)");
	assert_file(BIND_MODPROBE, NULL);
}

static void test_no_gpu(void **state)
{
	(void)state;
	assert_int_equal(call("07:00", false, false), RESULT_NO_GPU);
	root_remove();
	root_make();
	assert_int_equal(bind_it(), RESULT_NO_GPU);
	assert_says(err, "this machine has no GPU");
}

/* Neither is known: what to do is printed. */
static void test_unknown(void **state)
{
	(void)state;
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_file(BIND_MODPROBE, MODPROBE);
	assert_says(out, "There is no initramfs-tools, dracut or mkinitcpio");
	assert_says(out, "neither GRUB nor systemd-boot. Add to the kernel's command line by hand:\n"
		    "  " WORDS "\n");
	assert_says(out, "0000:01:00.0: once that is done: vfio-pci owns all its functions");
	assert_int_equal(undo(), RESULT_DONE);
	assert_says(out, "make it anew without the module vfio-pci.\n");
	assert_says(out, "Take out of the kernel's command line by hand:\n  " WORDS "\n");
	root_file(GRUB, "/etc/default/grub");
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_says(out, "make GRUB's configuration anew");
}

static void test_link(void **state)
{
	char path[PATH_MAX];
	struct stat st;

	(void)state;
	debian();
	root_link("../real", "/etc/default/grub2");
	root_file(GRUB, "/etc/real");
	snprintf(path, sizeof(path), "%s/etc/default/grub", root);
	unlink(path);
	root_link("../real", "/etc/default/grub");
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(undo(), RESULT_DONE);
	assert_file("/etc/real", GRUB);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, bind_setup, capture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_debian),
		TEST(test_overruled),
		TEST(test_fedora),
		TEST(test_rewritten),
		TEST(test_arch),
		TEST(test_dry_run),
		TEST(test_changed_since),
		TEST(test_ids_of_others),
		TEST(test_two),
		TEST(test_display),
		TEST(test_boot_display),
		TEST(test_same_ids),
		TEST(test_no_gpu),
		TEST(test_unknown),
		TEST(test_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
