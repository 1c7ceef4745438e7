/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_MODULE_H
#define GPUPM_CLIENT_MODULE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * module_missing - say why there is no netlink family and what to do
 * @root: directory that stands for /; "" for the real one
 * @text: set to one sentence
 * @size: bytes in @text
 */
void module_missing(const char *root, char *text, size_t size);

/**
 * module_installed - whether modprobe would find the module
 * @root: directory that stands for /; "" for the real one
 * @release: of a kernel, as uname has it
 *
 * Return: whether it would.
 */
bool module_installed(const char *root, const char *release);

/**
 * module_fits - whether the module speaks this tool's version of the protocol
 * @version: what the module speaks
 * @text: set to one sentence when it does not
 * @size: bytes in @text
 *
 * Return: whether it does.
 */
bool module_fits(__u32 version, char *text, size_t size);

#endif
