/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_SMBIOS_H
#define GPUPM_MACHINE_SMBIOS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct smbios_field - what a machine's firmware says of the machine
 * @file: in /sys/class/dmi/id
 * @block: element of libvirt's <sysinfo>
 * @entry: the name of its <entry>
 * @type: number of the structure, as QEMU has it
 * @key: as QEMU has it
 *
 * Serial numbers are none of them: they are nobody's business in a guest.
 */
struct smbios_field {
	const char *file;
	const char *block;
	const char *entry;
	int type;
	const char *key;
};

extern const struct smbios_field smbios_fields[];
extern const size_t n_smbios_fields;

/**
 * smbios_read - read a field
 * @root: directory that stands for /; "" for the real one
 * @field: one of smbios_fields
 * @value: set to it, without spaces at its end
 * @size: size of @value
 *
 * Return: whether the firmware says something there.
 */
bool smbios_read(const char *root, const struct smbios_field *field, char *value, size_t size);

/**
 * cpu_vendor_read - who made the processor, as CPUID has it
 * @root: directory that stands for /; "" for the real one
 * @vendor: set to it, "GenuineIntel"
 * @size: size of @vendor
 *
 * Return: whether it is known.
 */
bool cpu_vendor_read(const char *root, char *vendor, size_t size);

#endif
