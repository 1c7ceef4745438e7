/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_VM_WISH_H
#define GPUPM_VM_WISH_H

#include "feature.h"

/**
 * wish_gpu - find out which GPU a VM is to have
 * @wish: its root is given; gpu, or no_gpu, are set
 * @doc: the XML of the VM
 * @name: what the command line says; NULL when it says nothing. Then it is the GPU that
 *	the VM has already, the only one of the machine, or the only one that vfio-pci has
 * @list: set to every GPU of the machine, of which one is the wish's; for gpu_list_free()
 *
 * Return: RESULT_DONE, or the code to exit with after a complaint about @name.
 */
int wish_gpu(struct wish *wish, xmlDocPtr doc, const char *name, struct gpu_list *list);

#endif
