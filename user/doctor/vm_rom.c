// SPDX-License-Identifier: GPL-2.0-only
/* The ROM of the GPU: that there is one, for this GPU, and that QEMU can read it. */
#include "../client/sysfs.h"
#include "../machine/bars.h"
#include "../machine/confined.h"
#include "../machine/rom.h"
#include "../profile/file.h"
#include "vm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Without a file the guest has what the ROM BAR holds, if there is one. */
static void check_none(const struct vm_look *vm, struct checks *checks)
{
	const char *address = vm->wish.gpu->address;
	struct bars bars;
	char boot[8];

	sysfs_read(boot, sizeof(boot), vm->wish.root, "/sys/bus/pci/devices/%s/boot_vga", address);
	if (bars_read(vm->wish.root, address, &bars) || !bars.rom) {
		check_add(checks, "rom", NULL, CHECK_WARNING,
			  "no file is named, and the GPU has no ROM of its own (no ROM BAR): drivers that look for one find none");
	} else if (!strcmp(boot, "1")) {
		check_add(checks, "rom", NULL, CHECK_WARNING,
			  "no file is named, and firmware booted with the GPU: what its ROM BAR holds has been run, and may have changed");
	} else {
		check_add(checks, "rom", NULL, CHECK_OK,
			  "no file is named; the guest has the GPU's own (%llu KiB)",
			  bars.rom >> 10);
		return;
	}
	check_fix(checks,
		  "sudo mkdir -p /usr/share/vgabios && sudo gpupm vbios dump %s -o /usr/share/vgabios/gpu.rom, then sudo gpupm vm enable %s rom --rom /usr/share/vgabios/gpu.rom",
		  address, vm->name);
}

static const char *gone(int err)
{
	switch (err) {
	case -EFBIG:
		return "it is larger than any ROM";
	case -EINVAL:
		return "it is no file";
	default:
		return strerror(-err);
	}
}

/* A guest runs the image for its own firmware; the other is of no use to it. */
static void check_images(const struct vm_look *vm, const char *path, const struct rom *rom,
			 struct checks *checks)
{
	bool uefi = feature_is_uefi(vm->doc);

	if (rom_has(rom, uefi ? ROM_UEFI : ROM_LEGACY)) {
		check_add(checks, "rom", path, CHECK_OK,
			  "it is a ROM for this GPU, with an image for the guest's firmware");
		return;
	}
	check_add(checks, "rom", path, CHECK_WARNING,
		  "it is a ROM for this GPU, but has no %s image: the guest's firmware shows nothing on it; its driver may all the same",
		  rom_code(uefi ? ROM_UEFI : ROM_LEGACY));
	check_fix(checks, "nothing, if the guest's driver finds the GPU; else look for a ROM with both: gpupm vbios check %s",
		  path);
}

static void check_bytes(const struct vm_look *vm, const char *path, struct checks *checks)
{
	const struct gpu *gpu = vm->wish.gpu;
	const struct gpu_function *display = gpu_function(gpu, gpu->address);
	struct rom_id id = {};
	char whole[PATH_MAX], words[256], *data;
	struct rom rom;
	size_t size;
	int err;

	if (display)
		id = (struct rom_id){ display->vendor, display->device };
	snprintf(whole, sizeof(whole), "%s%s", vm->wish.root, path);
	err = file_read(whole, ROM_MAX, &data, &size);
	if (err == -EACCES) {
		check_add(checks, "rom", path, CHECK_CANNOT_TELL, "you may not read it");
		check_fix(checks, "sudo gpupm doctor %s", vm->name);
		return;
	}
	if (err) {
		check_add(checks, "rom", path, CHECK_FAILURE, "it cannot be read: %s", gone(err));
	} else if (!rom_parse(data, size, display ? &id : NULL, &rom)) {
		check_add(checks, "rom", path, CHECK_FAILURE, "it is no ROM for this GPU: %s",
			  rom_explain(&rom, words, sizeof(words)));
	} else if (rom.start) {
		check_add(checks, "rom", path, CHECK_FAILURE,
			  "the ROM in it begins at byte %zu only, where QEMU does not look",
			  rom.start);
	} else {
		check_images(vm, path, &rom, checks);
		free(data);
		return;
	}
	if (!err)
		free(data);
	check_fix(checks, "sudo gpupm vbios dump %s -o %s", gpu->address, path);
}

static void check_modes(const struct vm_look *vm, const char *path, struct checks *checks)
{
	char closed[PATH_MAX];
	struct qemu_user user;

	if (!qemu_user_read(vm->wish.root, &user)) {
		check_add(checks, "rom-readable", path, CHECK_CANNOT_TELL,
			  "whom libvirt runs QEMU as is not known: neither /etc/libvirt/qemu.conf nor /etc/passwd say");
		check_fix(checks, "look for user in /etc/libvirt/qemu.conf");
	} else if (qemu_user_can_read(vm->wish.root, &user, path, closed)) {
		check_add(checks, "rom-readable", path, CHECK_OK, "QEMU's user %s can read it",
			  user.name);
	} else if (strcmp(closed, path)) {
		check_add(checks, "rom-readable", path, CHECK_FAILURE,
			  "QEMU's user %s cannot read it: %s is closed to it", user.name, closed);
		check_fix(checks,
			  "sudo install -D -m 644 %s /usr/share/vgabios/gpu.rom, then sudo gpupm vm enable %s rom --rom /usr/share/vgabios/gpu.rom",
			  path, vm->name);
	} else {
		check_add(checks, "rom-readable", path, CHECK_FAILURE,
			  "QEMU's user %s cannot read it: its own mode forbids it", user.name);
		check_fix(checks, "sudo chmod 644 %s", path);
	}
}

static void check_confined(const struct vm_look *vm, const char *path, struct checks *checks)
{
	enum confinement apparmor = apparmor_of(vm->wish.root, path), selinux;
	char type[64];

	selinux = selinux_of(vm->wish.root, path, type, sizeof(type));
	if (apparmor == CONFINED_DENIED) {
		check_add(checks, "rom-confined", path, CHECK_FAILURE,
			  "AppArmor does not let QEMU read it: no rule of libvirt-qemu allows that, and libvirt adds none for ROMs");
		check_fix(checks,
			  APPARMOR_ALLOW ", or keep it in /usr/share/vgabios, which is allowed",
			  path);
	} else if (selinux == CONFINED_DENIED) {
		check_add(checks, "rom-confined", path, CHECK_WARNING,
			  "SELinux may not let QEMU read it: its type is %s", *type ? type : "none");
		check_fix(checks,
			  "sudo semanage fcontext -a -t virt_content_t '%s' && sudo restorecon -v %s",
			  path, path);
	} else {
		check_add(checks, "rom-confined", path, CHECK_OK, "%s",
			  apparmor == CONFINED_ALLOWED ? "AppArmor lets QEMU read it" :
			  selinux == CONFINED_ALLOWED ? "SELinux lets QEMU read it" :
			  "neither AppArmor nor SELinux confines QEMU");
	}
}

void doctor_vm_rom(const struct vm_look *vm, struct checks *checks)
{
	char place[PLACE_SIZE], path[PATH_MAX];

	if (!vm->wish.gpu)
		return;
	feature_hostdev(place, vm->wish.gpu->address);
	if (!xml_find(vm->doc, "%s", place))
		return;
	xml_value(vm->doc, path, sizeof(path), "%s/rom/@file", place);
	if (*path != '/') {
		check_none(vm, checks);
		return;
	}
	if (vm_hidden(vm, path, F_OK, "rom", checks))
		return;
	check_bytes(vm, path, checks);
	if (!sysfs_exists(vm->wish.root, "%s", path) ||
	    vm_hidden(vm, QEMU_CONF, R_OK, "rom-readable", checks))
		return;
	check_modes(vm, path, checks);
	check_confined(vm, path, checks);
}
