/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DOCTOR_VM_H
#define GPUPM_DOCTOR_VM_H

#include "../vm/feature.h"
#include "check.h"

/**
 * enum answer - what came of asking somebody
 * @ANSWER_NOT_ASKED: nobody was asked, for the VM does not run
 * @ANSWER_YES: yes
 * @ANSWER_NO: no
 * @ANSWER_NONE: there was nobody to ask
 */
enum answer {
	ANSWER_NOT_ASKED,
	ANSWER_YES,
	ANSWER_NO,
	ANSWER_NONE,
};

/**
 * struct vm_look - a VM that is looked at
 * @name: its name
 * @doc: its XML, of the VM that runs if it does
 * @wish: what it is to have: the machine and its GPU
 * @connected: whether gpupmd has its channel
 * @agent: whether its guest agent answers
 */
struct vm_look {
	const char *name;
	xmlDocPtr doc;
	struct wish wish;
	enum answer connected;
	enum answer agent;
};

/*
 * The checks of a VM, by what they are about. All that they know is in the struct and
 * in files below its wish's root.
 */
void doctor_vm_gpu(const struct vm_look *vm, struct checks *checks);
void doctor_vm_rom(const struct vm_look *vm, struct checks *checks);
void doctor_vm_guest(const struct vm_look *vm, struct checks *checks);
void doctor_vm_power(const struct vm_look *vm, struct checks *checks);
void doctor_vm_disks(const struct vm_look *vm, struct checks *checks);
void doctor_vm_cpus(const struct vm_look *vm, struct checks *checks);

/**
 * vm_hidden - whether a file is where this user may not look
 * @vm: the VM
 * @path: the file, below the wish's root
 * @how: F_OK to see whether it is there, R_OK to read it
 * @name: of the check
 * @checks: gets the check, that it cannot be told, if so
 */
bool vm_hidden(const struct vm_look *vm, const char *path, int how, const char *name,
	       struct checks *checks);

/** doctor_vm - all of them */
void doctor_vm(const struct vm_look *vm, struct checks *checks);

#endif
