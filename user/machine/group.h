/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_GROUP_H
#define GPUPM_MACHINE_GROUP_H

#include "../client/gpu.h"

/**
 * struct group - an IOMMU group: what can be given to a VM only as a whole
 * @number: its number
 * @members: all of it, sorted by address; owned
 * @n: number of members
 */
struct group {
	unsigned int number;
	struct gpu_function *members;
	size_t n;
};

/**
 * enum group_role - what a member of a GPU's group means for passing the GPU through
 * @GROUP_OF_GPU: it is a function of the GPU
 * @GROUP_HARMLESS: a bridge that the kernel lets stay with the host
 * @GROUP_TAKEN: it has no driver of the host, so it does not stop a VM; but no driver
 *	of the host can have it while the VM runs
 * @GROUP_IN_THE_WAY: a driver of the host has it: no VM can have the GPU
 */
enum group_role {
	GROUP_OF_GPU,
	GROUP_HARMLESS,
	GROUP_TAKEN,
	GROUP_IN_THE_WAY,
};

/**
 * group_read - read the IOMMU group of a function
 * @root: directory that stands for /; "" for the real one
 * @address: the function
 * @group: filled in; free it with group_free(), also after an error
 *
 * Return: 0, -ENOENT when it is in none (there is no IOMMU, or it is off), or -ENOMEM.
 */
int group_read(const char *root, const char *address, struct group *group);

/** group_free - free what a group owns and make it empty */
void group_free(struct group *group);

/**
 * group_role - what a member of a GPU's group means for passing the GPU through
 * @gpu: the GPU
 * @member: a member of the group of one of its functions
 *
 * Return: its role, as the kernel decides it: a group can be given to a VM when each
 * member has no driver, a VFIO driver, or one that does no DMA of its own (pcieport,
 * pci-stub).
 */
enum group_role group_role(const struct gpu *gpu, const struct gpu_function *member);

#endif
