/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_FIRMWARE_H
#define GPUPM_MACHINE_FIRMWARE_H

#include <limits.h>
#include <stdbool.h>

/**
 * struct firmware - UEFI firmware for VMs that this machine has
 * @code: the file with the program
 * @vars: the file that each VM's varstore begins as
 */
struct firmware {
	char code[PATH_MAX];
	char vars[PATH_MAX];
};

/**
 * firmware_find - find UEFI firmware without Secure Boot
 * @root: directory that stands for /; "" for the real one
 * @machine: QEMU's name of the machine, "pc-q35-7.2"
 * @firmware: filled in; paths are as seen from @root
 *
 * Distributions describe their firmware in files of JSON for QEMU's users
 * (docs/interop/firmware.json of QEMU); the first that fits is the one.
 *
 * Return: whether there is any.
 */
bool firmware_find(const char *root, const char *machine, struct firmware *firmware);

/**
 * firmware_is_secure - whether a firmware enforces Secure Boot
 * @root: directory that stands for /; "" for the real one
 * @code: the file with the program
 * @vars: the file that its varstore began as, or ""
 *
 * Return: true also when nothing describes it, but its name says so.
 */
bool firmware_is_secure(const char *root, const char *code, const char *vars);

#endif
