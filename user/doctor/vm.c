// SPDX-License-Identifier: GPL-2.0-only
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

bool vm_hidden(const struct vm_look *vm, const char *path, int how, const char *name,
	       struct checks *checks)
{
	char whole[PATH_MAX];

	snprintf(whole, sizeof(whole), "%s%s", vm->wish.root, path);
	if (!faccessat(AT_FDCWD, whole, how, AT_EACCESS) || errno != EACCES)
		return false;
	check_add(checks, name, path, CHECK_CANNOT_TELL, "you may not look there");
	check_fix(checks, "sudo gpupm doctor %s", vm->name);
	return true;
}

void doctor_vm(const struct vm_look *vm, struct checks *checks)
{
	checks->group = "vm";
	doctor_vm_gpu(vm, checks);
	doctor_vm_rom(vm, checks);
	doctor_vm_guest(vm, checks);
	doctor_vm_power(vm, checks);
	doctor_vm_disks(vm, checks);
	doctor_vm_cpus(vm, checks);
}
