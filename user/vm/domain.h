/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_VM_DOMAIN_H
#define GPUPM_VM_DOMAIN_H

#include <libvirt/libvirt.h>
#include <stddef.h>

/*
 * VMs as libvirt has them. What fails here complains on stderr, with what to do.
 */

/**
 * domains_open - connect to the system's libvirt
 * @result: set to the code to exit with after a complaint
 *
 * Return: the connection, for virConnectClose(); NULL when there is none.
 */
virConnectPtr domains_open(int *result);

/**
 * domains_all - every VM that libvirt knows
 * @connection: to libvirt
 * @domains: set to them, sorted by name; for domains_free()
 * @n: set to their number
 *
 * Return: RESULT_DONE, or the code to exit with after a complaint.
 */
int domains_all(virConnectPtr connection, virDomainPtr **domains, size_t *n);

/** domains_free - let go of what domains_all() found */
void domains_free(virDomainPtr *domains, size_t n);

/**
 * domain_find - a VM by its name
 * @connection: to libvirt
 * @name: as libvirt calls it
 * @domain: set to the VM, for virDomainFree(); NULL when there is none
 *
 * Return: RESULT_DONE, or the code to exit with after a complaint that names those
 * that there are.
 */
int domain_find(virConnectPtr connection, const char *name, virDomainPtr *domain);

/** domain_state - the state of a VM in a word or two, as virsh(1) has them */
const char *domain_state(virDomainPtr domain);

/**
 * domain_failed - complain about libvirt's last error
 * @format: what could not be done, without a final stop
 *
 * Return: RESULT_NOT_PERMITTED when that was the reason, else RESULT_FAILED.
 */
int __attribute__((format(printf, 1, 2))) domain_failed(const char *format, ...);

#endif
