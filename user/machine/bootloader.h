/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_BOOTLOADER_H
#define GPUPM_MACHINE_BOOTLOADER_H

#include <stdbool.h>
#include <stddef.h>

/* GRUB's settings: a shell script. */
#define BOOTLOADER_GRUB		"/etc/default/grub"
/* The command line of kernels that are installed from now on, for kernel-install. */
#define BOOTLOADER_CMDLINE	"/etc/kernel/cmdline"

/**
 * struct bootloader - where the kernel's command line is kept
 * @grub: in BOOTLOADER_GRUB, and @command makes GRUB's configuration from that
 * @command: for @grub; @command[0] is NULL when there is no such program
 * @entries: files of the Boot Loader Specification, of systemd-boot, or of a GRUB that
 *	reads them; only those of Linux. Paths below the root; owned
 * @n: how many
 * @cmdline: in BOOTLOADER_CMDLINE, too
 */
struct bootloader {
	bool grub;
	const char *command[6];
	char **entries;
	size_t n;
	bool cmdline;
};

/**
 * bootloader_find - find out where the command line of a machine is kept
 * @root: directory that stands for /; "" for the real one
 * @boot: filled in; free it with bootloader_free(), also after an error. Without @grub
 *	and @entries it is a boot loader that is not known
 *
 * Return: 0 or -ENOMEM.
 */
int bootloader_find(const char *root, struct bootloader *boot);

/**
 * bootloader_lacks - whether the configuration that GRUB reads is without some words
 * @root: directory that stands for /; "" for the real one
 * @boot: of bootloader_find()
 * @words: what BOOTLOADER_GRUB gives to every kernel
 * @path: set to the configuration if so, below the root
 *
 * Return: true when no kernel in it gets them, whatever the reason; false where there is
 * no GRUB, no configuration where it is expected, or no kernel in that.
 */
bool bootloader_lacks(const char *root, const struct bootloader *boot, const char *words,
		      const char **path);

/** bootloader_free - free what it owns and make it all zeros */
void bootloader_free(struct bootloader *boot);

#endif
