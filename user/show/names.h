/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_SHOW_NAMES_H
#define GPUPM_SHOW_NAMES_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct names;

/**
 * names_open - open the list of PCI ids
 * @path: of the list; NULL for the system's
 *
 * It only ever looks numbers up: no device is searched for or touched.
 *
 * Return: the list, or NULL when out of memory; free it with names_close().
 */
struct names *names_open(const char *path);

/** names_close - close the list; NULL is fine */
void names_close(struct names *names);

/**
 * names_device - the name of a device, as lspci has it
 * @names: the list
 * @vendor: PCI vendor id
 * @device: PCI device id
 * @buf: set to the name; empty when the list lacks it
 * @size: bytes in @buf
 *
 * Return: whether the list has it.
 */
bool names_device(struct names *names, __u32 vendor, __u32 device, char *buf, size_t size);

/**
 * names_short - the name of a device, with the vendor's in short
 * @names: the list
 * @vendor: PCI vendor id
 * @device: PCI device id
 * @buf: set to the name; the numbers when the list lacks it
 * @size: bytes in @buf
 */
void names_short(struct names *names, __u32 vendor, __u32 device, char *buf, size_t size);

/**
 * names_class - the name of a class of devices
 * @names: the list
 * @class: PCI class code, 24 bits
 * @buf: set to the name; the number when the list lacks it
 * @size: bytes in @buf
 */
void names_class(struct names *names, __u32 class, char *buf, size_t size);

#endif
