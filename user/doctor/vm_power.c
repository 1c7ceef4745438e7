// SPDX-License-Identifier: GPL-2.0-only
/* What a guest knows of the host's power: one table, and the channel that it reads. */
#include "../guest/qemu.h"
#include "../machine/confined.h"
#include "../profile/file.h"
#include "../profile/tables.h"
#include "vm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VENDOR_NVIDIA	0x10de
/* ACPI tables of guests have some KiB. */
#define TABLE_MAX	(1 << 20)

/* The batteries that a VM has, whatever gives it one. */
struct batteries {
	size_t n;
	char first[PATH_MAX];
	char another[PATH_MAX];
	char unreadable[PATH_MAX];
	bool device;
};

/* "PNP0C0A", as AML has it: as a number, or as a string. */
static bool has_battery(const char *data, size_t size)
{
	return memmem(data, size, "\x41\xd0\x0c\x0a", 4) || memmem(data, size, "PNP0C0A", 7);
}

static void add_battery(struct batteries *batteries, const char *what)
{
	snprintf(batteries->n ? batteries->another : batteries->first, PATH_MAX, "%s", what);
	batteries->n++;
}

static void look_at_table(const struct vm_look *vm, const char *path, struct batteries *batteries)
{
	char whole[PATH_MAX], *data;
	size_t size;

	snprintf(whole, sizeof(whole), "%s%s", vm->wish.root, path);
	if (file_read(whole, TABLE_MAX, &data, &size)) {
		snprintf(batteries->unreadable, PATH_MAX, "%s", path);
		/* Ours has one, there or not. */
		if (!strncmp(path, TABLE_DIR "/", strlen(TABLE_DIR "/")))
			add_battery(batteries, path);
		return;
	}
	if (has_battery(data, size))
		add_battery(batteries, path);
	free(data);
}

/* "file=/a,,b,sig=SSDT": two commas are one of the name. */
static void take_table(const struct vm_look *vm, const char *value, struct batteries *batteries)
{
	const char *from = strstr(value, "file=");
	char path[PATH_MAX];
	size_t n = 0;

	if (!from)
		return;
	for (from += strlen("file="); *from && n < sizeof(path) - 1; from++) {
		if (*from == ',' && *++from != ',')
			break;
		path[n++] = *from;
	}
	path[n] = '\0';
	look_at_table(vm, path, batteries);
}

static void find_batteries(const struct vm_look *vm, struct batteries *batteries)
{
	char option[64] = "", value[2 * PATH_MAX];
	xmlNodePtr *nodes;
	size_t n;

	memset(batteries, 0, sizeof(*batteries));
	n = xml_all(vm->doc, &nodes, "/domain/qemu:commandline/qemu:arg");
	free(nodes);
	for (size_t i = 1; i <= n; i++) {
		xml_value(vm->doc, value, sizeof(value),
			  "/domain/qemu:commandline/qemu:arg[%zu]/@value", i);
		if (!strcmp(option, "-acpitable"))
			take_table(vm, value, batteries);
		/* Of QEMUs that some distributions have patched. */
		if (!strcmp(option, "-device") && !strncmp(value, "battery", strlen("battery"))) {
			add_battery(batteries, "-device battery");
			batteries->device = true;
		}
		snprintf(option, sizeof(option), "%.*s", (int)sizeof(option) - 1, value);
	}
	n = xml_all(vm->doc, &nodes, "/domain/os/acpi/table");
	free(nodes);
	for (size_t i = 1; i <= n; i++) {
		xml_value(vm->doc, value, PATH_MAX, "/domain/os/acpi/table[%zu]", i);
		look_at_table(vm, value, batteries);
	}
}

static void check_table(const struct vm_look *vm, const struct batteries *batteries,
			struct checks *checks)
{
	bool nvidia = vm->wish.gpu && vm->wish.gpu->functions[0].vendor == VENDOR_NVIDIA;

	if (!batteries->n) {
		check_add(checks, "power-table", NULL, nvidia ? CHECK_FAILURE : CHECK_WARNING,
			  "it has no battery%s", nvidia ?
			  ": NVIDIA's driver for laptops does not start without" :
			  ", so the guest does not know what the host runs on");
		check_fix(checks, "sudo gpupm vm enable %s power", vm->name);
	} else if (batteries->n > 1) {
		check_add(checks, "power-table", NULL, CHECK_FAILURE,
			  "it has %zu batteries, of which a guest adds up the charge: %s and %s",
			  batteries->n, batteries->first, batteries->another);
		check_fix(checks, "sudo virsh edit %s, and take out %s with its option in front of it",
			  vm->name, batteries->another);
	} else {
		check_add(checks, "power-table", NULL, CHECK_OK, "it has one battery, by %s",
			  batteries->first);
	}
}

static void check_readable(const struct vm_look *vm, const char *path, struct checks *checks)
{
	char closed[PATH_MAX];
	struct qemu_user user;

	if (*path != '/' || vm_hidden(vm, path, F_OK, "power-table-readable", checks) ||
	    vm_hidden(vm, QEMU_CONF, R_OK, "power-table-readable", checks))
		return;
	if (qemu_user_read(vm->wish.root, &user) &&
	    !qemu_user_can_read(vm->wish.root, &user, path, closed)) {
		check_add(checks, "power-table-readable", path, CHECK_FAILURE,
			  "QEMU's user %s cannot read it, so the VM does not start: %s is not there, or closed to it",
			  user.name, closed);
		if (strncmp(path, TABLE_DIR "/", strlen(TABLE_DIR "/")))
			check_fix(checks,
				  "sudo virsh edit %s, take it out, then sudo gpupm vm enable %s power",
				  vm->name, vm->name);
		else
			check_fix(checks, "sudo systemctl enable --now gpupmd, which keeps it there");
	} else if (apparmor_of(vm->wish.root, path) == CONFINED_DENIED) {
		check_add(checks, "power-table-readable", path, CHECK_FAILURE,
			  "AppArmor does not let QEMU read it, so the VM does not start");
		check_fix(checks, APPARMOR_ALLOW,
			  strncmp(path, TABLE_DIR "/", strlen(TABLE_DIR "/")) ? path :
			  TABLE_DIR "/*.aml");
	} else {
		check_add(checks, "power-table-readable", path, CHECK_OK, "QEMU can read it");
	}
}

static void check_channel(const struct vm_look *vm, const struct batteries *batteries,
			  struct checks *checks)
{
	bool there = xml_find(vm->doc, "/domain/devices/serial[source/@path='%s']",
			      vm->wish.socket);

	if (batteries->device) {
		check_add(checks, "channel", NULL, CHECK_OK,
			  "it needs none: QEMU has a battery of its own, which gpupmd drives");
		return;
	}
	if (!there) {
		check_add(checks, "channel", NULL, CHECK_FAILURE,
			  "it has no serial port to %s: its battery never changes",
			  vm->wish.socket);
		check_fix(checks, "sudo gpupm vm enable %s power", vm->name);
		return;
	}
	switch (vm->connected) {
	case ANSWER_YES:
		check_add(checks, "channel", NULL, CHECK_OK, "it is connected to gpupmd");
		return;
	case ANSWER_NOT_ASKED:
		check_add(checks, "channel", NULL, CHECK_OK,
			  "it has a serial port to %s; it connects when it runs", vm->wish.socket);
		return;
	case ANSWER_NO:
		check_add(checks, "channel", NULL, CHECK_FAILURE,
			  "gpupmd runs, but this VM is not connected to it");
		check_fix(checks, "sudo gpupm vm stop %s && sudo virsh start %s",
			  vm->name, vm->name);
		return;
	case ANSWER_NONE:
		check_add(checks, "channel", NULL, CHECK_FAILURE,
			  "gpupmd does not run: the guest sees AC and a full battery");
		check_fix(checks, "sudo systemctl enable --now gpupmd");
		return;
	}
}

void doctor_vm_power(const struct vm_look *vm, struct checks *checks)
{
	struct batteries batteries;

	find_batteries(vm, &batteries);
	check_table(vm, &batteries, checks);
	if (!batteries.n)
		return;
	check_readable(vm, batteries.first, checks);
	check_channel(vm, &batteries, checks);
}
