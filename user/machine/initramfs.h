/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_INITRAMFS_H
#define GPUPM_MACHINE_INITRAMFS_H

#include <stdbool.h>

/*
 * modprobe's configuration that "gpupm bind" writes. Of two lines that set the same
 * parameter the last counts, and files are read in the order of their names.
 */
#define BIND_MODPROBE	"/etc/modprobe.d/zz-gpupm.conf"

/**
 * struct initramfs - a program that makes initramfs
 * @name: for people
 * @program: how one sees that it is installed
 * @file: where it is told which modules to load
 * @owned: the file is nobody else's; else lines go to its end
 * @text: what has vfio-pci loaded early, and with its options
 * @command: makes every initramfs anew
 */
struct initramfs {
	const char *name;
	const char *program;
	const char *file;
	bool owned;
	const char *text;
	const char *command[6];
};

/**
 * initramfs_find - find out what makes the initramfs of a machine
 * @root: directory that stands for /; "" for the real one
 *
 * Return: it, or NULL when it is none that is known.
 */
const struct initramfs *initramfs_find(const char *root);

/** program_exists - whether a program is in one of the directories of root's PATH */
bool program_exists(const char *root, const char *program);

#endif
