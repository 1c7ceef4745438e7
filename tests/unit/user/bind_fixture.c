// SPDX-License-Identifier: GPL-2.0-only
#include "bind_fixture.h"

#include "profile/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *root;
char ran[512];
const char *failing;
int failure;
bool breaking;
bool killing;
const char *rewritten;

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

void add_function(const char *address, const char *vendor, const char *device,
		  const char *class)
{
	root_file(vendor, PCI "/%s/vendor", address);
	root_file(device, PCI "/%s/device", address);
	root_file(class, PCI "/%s/class", address);
}

int bind_setup(void **state)
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

void debian(void)
{
	root_file("", "/usr/sbin/mkinitramfs");
	root_file("", "/usr/sbin/update-grub");
	root_file("# modules\nloop\n", "/etc/initramfs-tools/modules");
	root_file(GRUB, "/etc/default/grub");
}

void fedora(void)
{
	root_file("", "/usr/bin/dracut");
	root_file("", "/usr/sbin/grub2-mkconfig");
	root_file("GRUB_ENABLE_BLSCFG=true\n", "/etc/default/grub");
	root_file("root=UUID=1 quiet\n", "/etc/kernel/cmdline");
	root_file(ENTRY, "/boot/loader/entries/1-6.1.conf");
	root_file("title Rescue\nlinux /vmlinuz-0\n", "/boot/loader/entries/rescue.conf");
	root_file("title Windows\nefi /EFI/w.efi\n", "/boot/loader/entries/windows.conf");
}

void arch(void)
{
	root_file("", "/usr/bin/mkinitcpio");
	root_file("MODULES=()\nHOOKS=(base udev modconf)", "/etc/mkinitcpio.conf");
	root_file(ENTRY, "/efi/loader/entries/arch.conf");
}

int call(const char *name, bool dry_run, bool undo)
{
	struct options options = { .dry_run = dry_run, .undo = undo };
	int result;

	capture_begin();
	result = bind_gpu(root, name, &options, run);
	capture_end();
	return result;
}

int bind_it(void)
{
	return call(NULL, false, false);
}

int undo(void)
{
	return call(NULL, false, true);
}

void assert_file(const char *path, const char *want)
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

void assert_no_record(void)
{
	assert_file(RECORD "/state", NULL);
	assert_file(RECORD "/before/etc/default/grub", NULL);
}

void assert_untouched(void)
{
	assert_file(BIND_MODPROBE, NULL);
	assert_file("/etc/initramfs-tools/modules", "# modules\nloop\n");
	assert_file("/etc/default/grub", GRUB);
	assert_no_record();
}
