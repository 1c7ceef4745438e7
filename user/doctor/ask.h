/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DOCTOR_ASK_H
#define GPUPM_DOCTOR_ASK_H

#include "vm.h"

#include <libvirt/libvirt.h>

/**
 * ask_agent - ask whether the guest agent of a VM answers; waits for some seconds at most
 * @domain: the VM
 */
enum answer ask_agent(virDomainPtr domain);

/**
 * ask_channel - ask gpupmd whether it has the channel of a VM
 * @domain: the VM
 * @name: its name
 */
enum answer ask_channel(virDomainPtr domain, const char *name);

#endif
