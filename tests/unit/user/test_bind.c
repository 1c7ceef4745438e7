// SPDX-License-Identifier: GPL-2.0-only
/* What binding a GPU writes, byte for byte, that it can be taken back, and when it is refused. */
#include "capture.h"
#include "unit.h"

#include "bind/plan.h"
#include "cmd/bind.h"
#include "profile/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PCI	"/sys/bus/pci/devices"
#define WORDS	"iommu=pt vfio-pci.ids=10de:25a2,10de:2291"
#define BEGIN	"# gpupm bind: from here ...\n"
#define END	"# ... to here: taken out by \"gpupm bind --undo\"\n"
#define GRUB	"GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n"
#define ENTRY	"title Linux\nlinux /vmlinuz\noptions root=UUID=1 quiet\n"
#define MODPROBE	\
	"# Written by \"gpupm bind\", and removed by \"gpupm bind --undo\".\n"	\
	"# 0000:01:00.0: 10de:25a2,10de:2291\n"	\
	"options vfio-pci ids=10de:25a2,10de:2291\n"	\
	"softdep nouveau pre: vfio-pci\nsoftdep nvidia pre: vfio-pci\n"	\
	"softdep nvidia_drm pre: vfio-pci\nsoftdep nvidiafb pre: vfio-pci\n"	\
	"softdep snd_hda_intel pre: vfio-pci\n"

static const char *root;
static char ran[512];
/* The program that fails, and how. */
static const char *failing;
static int failure;
/* Whether one that fails leaves a directory where a file was, or is killed with the tool. */
static bool breaking;
static bool killing;
/* What the programs make of an entry of the boot loader. */
static const char *rewritten;

static int run(const char *const *argv)
{
	size_t n = strlen(ran);

	for (size_t i = 0; argv[i]; i++)
		n += snprintf(ran + n, sizeof(ran) - n, "%s%s", i ? " " : "", argv[i]);
	snprintf(ran + n, sizeof(ran) - n, "\n");
	if (rewritten)
		root_file(rewritten, "/boot/loader/entries/1-6.1.conf");
	if (!failing || strcmp(failing, argv[0]))
		return 0;
	if (killing)
		_exit(0);
	if (breaking) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/etc/default/grub", root);
		assert_int_equal(unlink(path), 0);
		assert_int_equal(mkdir(path, 0755), 0);
		breaking = false;
	}
	return failure;
}

static void add_function(const char *address, const char *vendor, const char *device,
			 const char *class)
{
	root_file(vendor, PCI "/%s/vendor", address);
	root_file(device, PCI "/%s/device", address);
	root_file(class, PCI "/%s/class", address);
}

/* A laptop: the panel is at Intel's GPU. */
static int setup(void **state)
{
	(void)state;
	root = root_make();
	ran[0] = '\0';
	failing = NULL;
	breaking = false;
	killing = false;
	rewritten = NULL;
	root_file("laptop\n", "/etc/hostname");
	add_function("0000:00:02.0", "0x8086\n", "0x9a60\n", "0x030000\n");
	add_function("0000:01:00.0", "0x10de\n", "0x25a2\n", "0x030200\n");
	add_function("0000:01:00.1", "0x10de\n", "0x2291\n", "0x040300\n");
	root_file("1\n", PCI "/0000:00:02.0/boot_vga");
	root_file("pci:v000010DEd00002291sv1sd1bc04sc03i00\n", PCI "/0000:01:00.1/modalias");
	root_file("alias pci:v*d*sv*sd*bc04sc03i00* snd_hda_intel\n",
		  "/lib/modules/6.1/modules.alias");
	root_link("../../../0000:00:02.0", "/sys/class/drm/card0/device");
	root_file("connected\n", "/sys/class/drm/card0-eDP-1/status");
	root_file("disconnected\n", "/sys/class/drm/card0-DP-1/status");
	return 0;
}

static void debian(void)
{
	root_file("", "/usr/sbin/mkinitramfs");
	root_file("", "/usr/sbin/update-grub");
	root_file("# modules\nloop\n", "/etc/initramfs-tools/modules");
	root_file(GRUB, "/etc/default/grub");
}

static void fedora(void)
{
	root_file("", "/usr/bin/dracut");
	root_file("", "/usr/sbin/grub2-mkconfig");
	root_file("GRUB_ENABLE_BLSCFG=true\n", "/etc/default/grub");
	root_file("root=UUID=1 quiet\n", "/etc/kernel/cmdline");
	root_file(ENTRY, "/boot/loader/entries/1-6.1.conf");
	root_file("title Rescue\nlinux /vmlinuz-0\n", "/boot/loader/entries/rescue.conf");
	root_file("title Windows\nefi /EFI/w.efi\n", "/boot/loader/entries/windows.conf");
}

static void arch(void)
{
	root_file("", "/usr/bin/mkinitcpio");
	root_file("MODULES=()\nHOOKS=(base udev modconf)", "/etc/mkinitcpio.conf");
	root_file(ENTRY, "/efi/loader/entries/arch.conf");
}

static int call(const char *name, bool dry_run, bool undo)
{
	struct options options = { .dry_run = dry_run, .undo = undo };
	int result;

	capture_begin();
	result = bind_gpu(root, name, &options, run);
	capture_end();
	return result;
}

static int bind_it(void)
{
	return call(NULL, false, false);
}

static int undo(void)
{
	return call(NULL, false, true);
}

static void assert_file(const char *path, const char *want)
{
	char file[PATH_MAX], *text;
	size_t size;
	int error;

	snprintf(file, sizeof(file), "%s%s", root, path);
	error = file_read(file, 1 << 20, &text, &size);
	if (!want) {
		assert_int_equal(error, -ENOENT);
		return;
	}
	assert_int_equal(error, 0);
	assert_string_equal(text, want);
	free(text);
}

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

static void assert_no_record(void)
{
	assert_file(RECORD "/state", NULL);
	assert_file(RECORD "/before/etc/default/grub", NULL);
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

/* ---- failures ----------------------------------------------------------------------- */

static void assert_untouched(void)
{
	assert_file(BIND_MODPROBE, NULL);
	assert_file("/etc/initramfs-tools/modules", "# modules\nloop\n");
	assert_file("/etc/default/grub", GRUB);
	assert_no_record();
}

static void test_program_fails(void **state)
{
	(void)state;
	debian();
	failing = "update-grub";
	failure = 1;
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "update-grub failed, with 1\n");
	assert_says(err, "the files are as they were\n");
	assert_untouched();
	/* The initramfs was made with the files that are no longer there. */
	assert_string_equal(ran, "update-initramfs -u -k all\nupdate-grub\n"
			    "update-initramfs -u -k all\nupdate-grub\n");
	failing = "update-initramfs";
	failure = -ENOENT;
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "could not run update-initramfs: No such file or directory\n");
	assert_untouched();
	/* Nor is what was bound before undone by half. */
	failing = NULL;
	assert_int_equal(bind_it(), RESULT_DONE);
	failing = "update-grub";
	failure = 2;
	assert_int_equal(undo(), RESULT_FAILED);
	assert_file(BIND_MODPROBE, MODPROBE);
	add_function("0000:41:00.0", "0x1002\n", "0x73ff\n", "0x030000\n");
	assert_int_equal(call("41:00", false, false), RESULT_FAILED);
	assert_file(BIND_MODPROBE, MODPROBE);
	failing = NULL;
	assert_int_equal(undo(), RESULT_DONE);
	assert_untouched();
}

/* Killed between the files and what makes something of them. */
static void kill_in(const char *program, bool undo)
{
	int status;
	pid_t pid;

	failing = program;
	killing = true;
	pid = fork();
	if (!pid)
		_exit(call(NULL, false, undo) + 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	failing = NULL;
	killing = false;
	ran[0] = '\0';
}

static void test_killed(void **state)
{
	(void)state;
	debian();
	kill_in("update-initramfs", false);
	assert_file(BIND_MODPROBE, MODPROBE);
	assert_int_equal(call(NULL, true, false), RESULT_DONE);
	assert_says(out, "Then to run: update-initramfs -u -k all\n");
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_says(out, "The last time this came to no end");
	assert_string_equal(ran, "update-initramfs -u -k all\nupdate-grub\n");
	ran[0] = '\0';
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_says(out, "nothing has to change");
	assert_string_equal(ran, "");
	kill_in("update-grub", true);
	assert_file("/etc/default/grub", GRUB);
	assert_int_equal(undo(), RESULT_DONE);
	assert_string_equal(ran, "update-initramfs -u -k all\nupdate-grub\n");
	assert_untouched();
}

/* What cannot be put back is kept, for a person or for another try. */
static void test_not_reverted(void **state)
{
	char path[PATH_MAX];

	(void)state;
	debian();
	failing = "update-grub";
	failure = 1;
	breaking = true;
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "some files could not be put back: what they were is in " RECORD "/before");
	assert_file(RECORD "/before/etc/default/grub", GRUB);
	snprintf(path, sizeof(path), "%s/etc/default/grub", root);
	assert_int_equal(rmdir(path), 0);
	failing = NULL;
	assert_int_equal(undo(), RESULT_DONE);
	assert_file(BIND_MODPROBE, NULL);
	assert_file("/etc/initramfs-tools/modules", "# modules\nloop\n");
	assert_no_record();
}

/* The initramfs that was made without them is not yet made with them again. */
static void test_fails_again(void **state)
{
	(void)state;
	debian();
	assert_int_equal(bind_it(), RESULT_DONE);
	failing = "update-initramfs";
	failure = 1;
	assert_int_equal(undo(), RESULT_FAILED);
	assert_says(err, "still to run, once it can: update-initramfs -u -k all\n");
	failing = NULL;
	ran[0] = '\0';
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_string_equal(ran, "update-initramfs -u -k all\nupdate-grub\n");
	assert_int_equal(undo(), RESULT_DONE);
	assert_untouched();
}

/* A file system that is full in the middle: the last file finds no room. */
static void test_full(void **state)
{
	char path[PATH_MAX], filler[PATH_MAX + 8];
	static char zeros[65536];
	FILE *file;

	(void)state;
	debian();
	snprintf(path, sizeof(path), "%s/etc/default", root);
	if (mount("none", path, "tmpfs", 0, "size=8k")) {
		print_message("no mount here: %s\n", strerror(errno));
		skip();
	}
	root_file(GRUB, "/etc/default/grub");
	snprintf(filler, sizeof(filler), "%s/filler", path);
	file = fopen(filler, "we");
	fwrite(zeros, sizeof(zeros), 1, file);
	fclose(file);
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "could not write /etc/default/grub: No space left on device\n");
	assert_untouched();
	assert_string_equal(ran, "");
	umount(path);
}

/* Somebody else may look at what would change, and change nothing. */
static void test_no_rights(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	debian();
	if (geteuid()) {
		print_message("not root\n");
		skip();
	}
	assert_int_equal(chmod(root, 0755), 0);
	pid = fork();
	if (!pid) {
		if (seteuid(65534) || call(NULL, true, false) || !strstr(out, "+vfio-pci\n"))
			_exit(100);
		status = bind_it();
		_exit(strstr(err, "Permission denied; try it as root") ? status : 101);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), RESULT_NOT_PERMITTED);
	assert_untouched();
}

static void test_odd_files(void **state)
{
	char path[PATH_MAX];
	FILE *file;

	(void)state;
	debian();
	snprintf(path, sizeof(path), "%s/etc/default/grub", root);
	file = fopen(path, "we");
	fwrite("a\0b", 3, 1, file);
	fclose(file);
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "could not read /etc/default/grub: it is no text");
	unlink(path);
	mkdir(path, 0755);
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "/etc/default/grub: Is a directory");
	assert_file(BIND_MODPROBE, NULL);
	root_file("frob\n", RECORD "/state");
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "could not read " RECORD "/state: it is not as gpupm wrote it");
	root_file("gpu 1\n", RECORD "/state");
	assert_int_equal(bind_it(), RESULT_FAILED);
	root_file("file frob /a\n", RECORD "/state");
	assert_int_equal(bind_it(), RESULT_FAILED);
	root_file("file block a\n", RECORD "/state");
	assert_int_equal(bind_it(), RESULT_FAILED);
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

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, capture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_debian),
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
		TEST(test_program_fails),
		TEST(test_killed),
		TEST(test_not_reverted),
		TEST(test_fails_again),
		TEST(test_full),
		TEST(test_no_rights),
		TEST(test_odd_files),
		TEST(test_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
