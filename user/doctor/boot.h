/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DOCTOR_BOOT_H
#define GPUPM_DOCTOR_BOOT_H

#include "../machine/cmdline.h"
#include "../machine/modprobe.h"
#include "host.h"

/**
 * struct boot - what decides at boot who gets a function
 * @cmdline: the kernel's command line
 * @modprobe: modprobe's configuration
 */
struct boot {
	char cmdline[CMDLINE_SIZE];
	struct modprobe modprobe;
};

/**
 * check_boot - see what has vfio-pci take a function, and how early
 * @host: the machine
 * @gpu: the GPU
 * @function: of the GPU
 * @boot: what decides
 * @checks: gets one check
 */
void check_boot(const struct host *host, const struct gpu *gpu,
		const struct gpu_function *function, const struct boot *boot,
		struct checks *checks);

#endif
