/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM with which all is well, on a laptop that has what it needs, and what the doctor says
 * of it.
 */
#ifndef GPUPM_TEST_SOUND_VM_H
#define GPUPM_TEST_SOUND_VM_H

#include "laptop.h"

#include "doctor/vm.h"

#define ROM	"/usr/share/vgabios/gpu.rom"
#define TABLE	"/var/lib/gpupm/power.aml"
#define SOCKET	"/run/gpupm/guest.sock"

/* What daemon and agent would say, and the GPU that the VM is to have. */
extern enum answer connected, agent;
extern struct gpu gpu;

/* Of each test. */
int vm_setup(void **state);
int vm_teardown(void **state);

/* Makes the VM's ROM one for that device of NVIDIA's. */
void put_rom(__u16 device);
/* Has the GPU's 64-bit BAR end there. */
void bars(const char *last);
void chmod_file(const char *name, mode_t mode);
/* In the XML, from now on. */
void replace(const char *what, const char *with);

void look_at_vm(void);
/* Looks, and then a check must have come to that, see came_to(). */
void vm_says(const char *name, const char *subject, enum check_result result,
	     const char *evidence, const char *fix);

#endif
