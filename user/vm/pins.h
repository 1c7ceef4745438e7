/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_VM_PINS_H
#define GPUPM_VM_PINS_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * struct pins - on which CPU of the host each vCPU is to run
 * @cpu: by number of the vCPU
 * @n: how many
 * @rest: the CPUs that are left for QEMU itself and for the host; may be empty
 * @source: what told fast CPUs from frugal ones, for people; NULL when there is one kind
 */
struct pins {
	int cpu[CPU_SETSIZE];
	size_t n;
	cpu_set_t rest;
	const char *source;
};

/**
 * pins_plan - choose a CPU for each vCPU
 * @root: directory that stands for /; "" for the real one
 * @n: number of vCPUs
 * @pairs: the guest is told that its vCPUs are two threads of a core each: such two get
 *	two threads of a core. Otherwise each gets a core of its own as long as there are
 *	any
 * @pins: filled in
 * @why: set to why there are none, a sentence without a final stop
 * @size: size of @why
 *
 * The CPUs are the fast ones, see topology_read().
 *
 * Return: whether there is one for each.
 */
bool pins_plan(const char *root, size_t n, bool pairs, struct pins *pins, char *why, size_t size);

#endif
