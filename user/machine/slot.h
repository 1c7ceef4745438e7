/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_SLOT_H
#define GPUPM_MACHINE_SLOT_H

#include "../client/gpu.h"

#include <stdbool.h>

/*
 * The GPUs of a machine as sysfs has them, whatever their driver: the module knows
 * those that are bound to vfio-pci only, and need not be loaded. None of what is
 * read here wakes a GPU.
 */

/**
 * function_read - read what a function is
 * @root: directory that stands for /; "" for the real one
 * @address: "0000:01:00.1"
 * @function: set to its address, ids, class and driver, the rest to zeros; the
 *	driver is empty when it has none
 *
 * Return: whether there is such a function.
 */
bool function_read(const char *root, const char *address, struct gpu_function *function);

/** function_is_display - whether it is a display function: VGA, 3D, or another */
bool function_is_display(const struct gpu_function *function);

/** function_is_bridge - whether it is a bridge of any kind */
bool function_is_bridge(const struct gpu_function *function);

/** function_is_vfio - whether it is bound to vfio-pci or another VFIO driver */
bool function_is_vfio(const struct gpu_function *function);

/** slot_has - whether an address is in the slot of a GPU, a function or not */
bool slot_has(const struct gpu *gpu, const char *address);

/** slot_all_vfio - whether every function of a GPU is bound to a VFIO driver */
bool slot_all_vfio(const struct gpu *gpu);

/**
 * slot_read - read the GPU that a function is part of
 * @root: directory that stands for /; "" for the real one
 * @address: of any of its functions
 * @gpu: set to the address of its display function, its functions in the order of
 *	their numbers, and its ports, the root port last; the rest to zeros. Free it
 *	with gpu_free(), also after an error
 *
 * The address is that of the first display function, or @address without one.
 *
 * Return: 0, -ENODEV when there is no such function, or -ENOMEM.
 */
int slot_read(const char *root, const char *address, struct gpu *gpu);

/**
 * slots_read - read every GPU of the machine
 * @root: directory that stands for /; "" for the real one
 * @list: set to them, sorted by their addresses, each as by slot_read(); free it
 *	with gpu_list_free(), also after an error
 *
 * gpu_match() finds the one that a person means.
 *
 * Return: 0, or -ENOMEM. A machine without PCI has none.
 */
int slots_read(const char *root, struct gpu_list *list);

/**
 * slots_only - the GPU that is meant when none is named
 * @list: every GPU
 *
 * Return: the only one, or the only one that VFIO has; NULL when there is none such.
 */
struct gpu *slots_only(const struct gpu_list *list);

#endif
