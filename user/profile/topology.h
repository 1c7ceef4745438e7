/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_TOPOLOGY_H
#define GPUPM_PROFILE_TOPOLOGY_H

#include <sched.h>

/**
 * struct topology - which CPUs are fast and which are frugal
 * @all: those that are online
 * @performance: the fast ones; @all when there is one kind
 * @efficiency: the frugal ones; @all when there is one kind
 * @source: what told them apart, for people; NULL when there is one kind
 */
struct topology {
	cpu_set_t all;
	cpu_set_t performance;
	cpu_set_t efficiency;
	const char *source;
};

/**
 * topology_read - find out which CPUs are fast and which are frugal
 * @root: directory that stands for /; "" for the real one
 * @topology: filled in
 *
 * What the kernel says is taken, in this order: the two kinds of core of an Intel
 * hybrid; how much the CPUs do per second (cpu_capacity); their highest frequency;
 * their highest performance by ACPI CPPC. Of such numbers only a wide gap between
 * two neighbours tells kinds apart: cores of one kind differ by some percent, too.
 *
 * Return: 0, or -ENOENT when not even the CPUs that are online are known.
 */
int topology_read(const char *root, struct topology *topology);

#endif
