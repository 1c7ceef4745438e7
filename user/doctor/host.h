/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DOCTOR_HOST_H
#define GPUPM_DOCTOR_HOST_H

#include "../client/gpu.h"
#include "check.h"

/**
 * struct host - the machine that is looked at
 * @root: directory that stands for /; "" for the real one
 * @gpus: its GPUs that are, or can be, given to VMs; see host_read()
 * @managed: those the module has, as the module says; none without the module
 * @release: that of the kernel that runs, as uname has it
 */
struct host {
	const char *root;
	struct gpu_list gpus;
	const struct gpu_list *managed;
	const char *release;
};

/**
 * host_read - find the GPUs of a machine that are, or can be, given to VMs
 * @host: its @root is set; its @gpus are filled in; free them with gpu_list_free(),
 *	also after an error
 *
 * When some have a function with a VFIO driver, they are meant. Else those below a
 * port that firmware did not boot with, as the second GPU of a laptop is; else those
 * below a port; else all.
 *
 * Return: 0 or -ENOMEM.
 */
int host_read(struct host *host);

/*
 * The checks of the host, by group. Each function adds the checks of its group, and
 * reads files below @host->root only, none of which wakes a GPU.
 */
void doctor_iommu(const struct host *host, struct checks *checks);
void doctor_functions(const struct host *host, struct checks *checks);
void doctor_power(const struct host *host, struct checks *checks);
void doctor_module(const struct host *host, struct checks *checks);

#endif
