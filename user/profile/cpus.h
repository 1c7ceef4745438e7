/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_CPUS_H
#define GPUPM_PROFILE_CPUS_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * cpus_parse - read a list of CPUs as the kernel writes them: "0-3,8"
 * @list: the list; spaces around its parts do not matter
 * @cpus: set to the CPUs
 *
 * Return: NULL, or what is wrong: a sentence without a final stop.
 */
const char *cpus_parse(const char *list, cpu_set_t *cpus);

/**
 * cpus_format - write a list of CPUs as the kernel does
 * @cpus: the CPUs
 * @list: set to the list, cut when it does not fit
 * @size: bytes in @list
 *
 * Return: @list.
 */
const char *cpus_format(const cpu_set_t *cpus, char *list, size_t size);

#endif
