/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_AML_H
#define GPUPM_GUEST_AML_H

#include <stdbool.h>
#include <stddef.h>

/* How often a guest looks for a report by itself. Windows and Linux take other
 * numbers; the range is that of ACPI, and below it what Linux was seen to take.
 */
#define AML_HEARTBEAT_MAX	300

/**
 * aml_builtin - a power table that is built in
 * @name: "live", "ac" or "battery"
 * @size: set to its length in bytes
 *
 * Return: the table, compiled from power.asl, which stays; NULL when there is none
 * of this name.
 */
const void *aml_builtin(const char *name, size_t *size);

/**
 * aml_heartbeat - change how often a guest looks for a report by itself
 * @table: a copy of the live table
 * @size: its length in bytes
 * @seconds: 1 to AML_HEARTBEAT_MAX
 *
 * Return: whether the table has a heartbeat to change.
 */
bool aml_heartbeat(void *table, size_t size, unsigned int seconds);

#endif
