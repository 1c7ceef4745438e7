/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_VM_STOP_H
#define GPUPM_VM_STOP_H

#include <libvirt/libvirt.h>

/**
 * vm_stop - end a VM: ask its guest agent, press its power button, then use force
 * @connection: to libvirt, made after stop_prepare()
 * @name: of the VM
 * @seconds: how long all of that may take
 *
 * Each step is announced. The agent has half of the time, and the button what is left;
 * where there is no agent the button has all. A VM that does not run is no failure.
 *
 * Return: RESULT_DONE, or the code to exit with after a complaint.
 */
int vm_stop(virConnectPtr connection, const char *name, long seconds);

/**
 * vm_stop_all - the same for every VM that runs, all at once
 * @connection: to libvirt, made without stop_prepare()
 * @seconds: as for vm_stop()
 *
 * Return: RESULT_DONE when all have ended, else RESULT_FAILED.
 */
int vm_stop_all(virConnectPtr connection, long seconds);

/** stop_prepare - have libvirt tell of VMs that end; before it is connected to */
void stop_prepare(void);

#endif
