/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DAEMON_VM_H
#define GPUPM_DAEMON_VM_H

#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

#define VM_NAME_SIZE	64

/**
 * struct vm - one QEMU process
 * @pid: process id
 * @name: what "-name" calls it, clean; empty when it has no name
 * @next: the next one
 *
 * A VM is there from when it is first seen, by whatever means (it opened a GPU, it
 * connected to the channel, libvirt told of it), until its process ends, which is
 * noticed at once (pidfd). Others may keep a pointer until they are told that it
 * ended.
 */
struct vm {
	pid_t pid;
	char name[VM_NAME_SIZE];
	struct vm *next;
	/* private: the pidfd and its handle follow in vm.c */
};

/**
 * struct vm_listener - who wants to know; what is NULL is not called
 * @started: a VM was seen for the first time
 * @ended: its process has ended; the pointer is good until this returns
 * @next: private
 */
struct vm_listener {
	void (*started)(struct vm *vm);
	void (*ended)(struct vm *vm);
	struct vm_listener *next;
};

/** vms_open - begin; the loop must outlive vms_close() */
void vms_open(uv_loop_t *loop);

/** vms_close - forget all VMs, and tell nobody */
void vms_close(void);

/** vms_listen - tell a listener, which must stay, from now on */
void vms_listen(struct vm_listener *listener);

/**
 * vm_seen - a process was seen to be a VM
 * @pid: its id
 *
 * Its name is read from its command line when it is new.
 *
 * Return: the VM, new or known; NULL when there is no such process any more.
 */
struct vm *vm_seen(pid_t pid);

/** vm_first - the first of all VMs, or NULL */
struct vm *vm_first(void);

#endif
