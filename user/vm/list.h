/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_VM_LIST_H
#define GPUPM_VM_LIST_H

#include <libvirt/libvirt.h>
#include <stdbool.h>

/**
 * vm_list - print every VM that libvirt knows
 * @connection: to libvirt
 * @json: as JSON; its shape is in gpupm(1)
 *
 * Return: RESULT_DONE, or the code to exit with after a complaint.
 */
int vm_list(virConnectPtr connection, bool json);

#endif
