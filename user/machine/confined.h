/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_CONFINED_H
#define GPUPM_MACHINE_CONFINED_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#define QEMU_CONF "/etc/libvirt/qemu.conf"

/* What lets libvirt's QEMUs read a file where AppArmor does not, for people. */
#define APPARMOR_ALLOW \
	"sudo mkdir -p /etc/apparmor.d/local/abstractions && echo '\"%s\" r,' | sudo tee -a /etc/apparmor.d/local/abstractions/libvirt-qemu"

#define GROUPS_MAX	32

/**
 * struct qemu_user - whom libvirt's QEMUs run as
 * @name: its name
 * @uid: its id
 * @gids: its groups; the first is the one it runs with
 * @n: how many
 */
struct qemu_user {
	char name[64];
	uid_t uid;
	gid_t gids[GROUPS_MAX];
	size_t n;
};

/**
 * qemu_user_read - find out whom libvirt's QEMUs run as
 * @root: directory that stands for /; "" for the real one
 * @user: filled in, from libvirt's qemu.conf and the users of the machine
 *
 * Only users in /etc/passwd are known here.
 *
 * Return: whether it is known.
 */
bool qemu_user_read(const char *root, struct qemu_user *user);

/**
 * qemu_user_can_read - whether modes let a user read a file
 * @root: directory that stands for /; "" for the real one
 * @user: the user
 * @path: the file, below @root
 * @closed: set to the directory above the file, or to the file itself, that forbids it
 *
 * Return: whether it can.
 */
bool qemu_user_can_read(const char *root, const struct qemu_user *user, const char *path,
			char closed[static PATH_MAX]);

/**
 * enum confinement - what a security module makes of a file that QEMU wants to read
 * @CONFINED_NOT: no security module confines QEMU
 * @CONFINED_ALLOWED: it lets QEMU read the file
 * @CONFINED_DENIED: it does not
 */
enum confinement {
	CONFINED_NOT,
	CONFINED_ALLOWED,
	CONFINED_DENIED,
};

/**
 * apparmor_of - whether AppArmor lets libvirt's QEMUs read a file
 * @root: directory that stands for /; "" for the real one
 * @path: the file. libvirt itself adds disks and the like to the rules of each VM; this
 *	is for what it does not add, such as ROMs and ACPI tables
 */
enum confinement apparmor_of(const char *root, const char *path);

/**
 * selinux_of - whether SELinux lets libvirt's QEMUs read a file
 * @root: directory that stands for /; "" for the real one
 * @path: the file
 * @type: set to the type of its label, "user_home_t"; empty without one
 * @size: size of @type
 *
 * Policies differ; the types that all of them let QEMU read are known here.
 */
enum confinement selinux_of(const char *root, const char *path, char *type, size_t size);

#endif
