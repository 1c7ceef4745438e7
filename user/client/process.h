/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_PROCESS_H
#define GPUPM_CLIENT_PROCESS_H

#include "gpu.h"

/**
 * process_find_opener - find the process that has a function open through VFIO
 * @root: directory that stands for /; "" for the real one
 * @address: of the function
 * @user: @pid and @comm are set when 1 is returned
 *
 * For users the kernel does not know because they were there before the module,
 * and where it took another that touched the GPU in the same moment.
 * It looks for open files of the function's VFIO group or VFIO device; it opens
 * neither.
 *
 * Return: 1 found, 0 there is none, -EACCES when there may be one but this
 * process may not see everyone's open files.
 */
int process_find_opener(const char *root, const char *address, struct gpu_user *user);

/**
 * process_find_user - complete and correct what the kernel says of who uses a GPU
 * @root: directory that stands for /; "" for the real one
 * @gpu: a GPU; its user is filled in as far as it can be known. Left alone
 *	unless it is in-use
 */
void process_find_user(const char *root, struct gpu *gpu);

/**
 * process_vm_name - the name of the VM a process runs, from its -name option
 * @root: directory that stands for /; "" for the real one
 * @pid: the process
 * @name: set to the name; empty when it has none
 * @size: bytes in @name
 */
void process_vm_name(const char *root, __u32 pid, char *name, size_t size);

/**
 * process_holders - find the processes of this tool that may hold a GPU
 * @root: directory that stands for /; "" for the real one
 * @pids: set to their ids
 * @max: room in @pids
 *
 * The kernel does not tell who holds a GPU, so this is a guess: every other
 * "gpupm hold" and "gpupm test", whichever GPU it is for.
 *
 * Return: number of processes found, at most @max.
 */
size_t process_holders(const char *root, __u32 *pids, size_t max);

#endif
