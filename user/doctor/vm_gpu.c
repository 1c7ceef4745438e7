// SPDX-License-Identifier: GPL-2.0-only
/* Whether a VM has all of the GPU, where a guest looks for it, and room for it. */
#include "../machine/window.h"
#include "../vm/show.h"
#include "vm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a VM has a function of the GPU. */
struct seat {
	const char *address;
	unsigned long bus;
	unsigned long slot;
	unsigned long function;
	bool taken;
	bool multifunction;
};

static bool is_by_hand(const struct vm_look *vm, const char *address)
{
	const char *shorter = strncmp(address, "0000:", 5) ? address : address + 5;

	return xml_find(vm->doc,
			"/domain/qemu:commandline/qemu:arg[contains(@value, 'vfio-pci') and contains(@value, '%s')]",
			shorter);
}

static bool check_function(const struct vm_look *vm, const char *address, struct seat *seat,
			   struct checks *checks)
{
	char place[PLACE_SIZE];

	*seat = (struct seat){ .address = address };
	feature_hostdev(place, address);
	seat->taken = xml_find(vm->doc, "%s", place);
	if (seat->taken) {
		check_add(checks, "gpu-function", address, CHECK_OK, "the VM has it");
		seat->bus = xml_number(vm->doc, ~0UL, "%s/address/@bus", place);
		seat->slot = xml_number(vm->doc, ~0UL, "%s/address/@slot", place);
		seat->function = xml_number(vm->doc, ~0UL, "%s/address/@function", place);
		seat->multifunction = xml_find(vm->doc, "%s/address[@multifunction='on']", place);
	} else if (is_by_hand(vm, address)) {
		check_add(checks, "gpu-function", address, CHECK_CANNOT_TELL,
			  "the VM has it by an argument for QEMU, of which nothing more can be said here");
		check_fix(checks, "take the argument out, then sudo gpupm vm enable %s gpu",
			  vm->name);
	} else {
		check_add(checks, "gpu-function", address, CHECK_FAILURE, "the VM does not have it");
		check_fix(checks, "sudo gpupm vm enable %s gpu", vm->name);
	}
	return seat->taken;
}

static void check_slot(const struct vm_look *vm, const struct seat *seats, size_t n,
		       struct checks *checks)
{
	const struct seat *first = NULL;
	bool together = true;

	for (size_t i = 0; i < n; i++) {
		together &= seats[i].bus == seats[0].bus && seats[i].slot == seats[0].slot;
		if (!seats[i].function)
			first = &seats[i];
	}
	if (!together)
		check_add(checks, "gpu-slot", NULL, CHECK_FAILURE,
			  "its functions are in different slots of the guest, where its driver does not find them");
	else if (!first)
		check_add(checks, "gpu-slot", NULL, CHECK_FAILURE,
			  "none of its functions is function 0 of its slot in the guest, which then sees none");
	else if (n > 1 && !first->multifunction)
		check_add(checks, "gpu-slot", NULL, CHECK_FAILURE,
			  "%s is function 0 in the guest, without multifunction='on': the guest does not look for more",
			  first->address);
	else
		check_add(checks, "gpu-slot", NULL, CHECK_OK,
			  "it is in slot %02lx:%02lx of the guest%s", seats[0].bus, seats[0].slot,
			  n > 1 ? ", with multifunction" : "");
	if (checks->list[checks->n - 1].result != CHECK_OK)
		check_fix(checks, "sudo gpupm vm enable %s gpu", vm->name);
}

static void check_window(const struct vm_look *vm, struct checks *checks)
{
	struct feature_look look;
	struct window window;
	__u64 hole;

	window_read(vm->wish.root, vm->wish.gpu, &window);
	feature_look(vm->doc, &feature_mmio64, &vm->wish, &look);
	/* libvirt has it in KiB. */
	hole = xml_number(vm->doc, feature_is_q35(vm->doc) ? WINDOW_DEFAULT >> 10 :
			  WINDOW_DEFAULT_PC >> 10, "/domain/devices/controller/pcihole64") << 10;
	if (window.bars > hole) {
		check_add(checks, "mmio64", NULL, CHECK_FAILURE,
			  "its BARs take %llu MiB, and the guest has %llu MiB above 4 GiB for them",
			  window.bars >> 20, hole >> 20);
		check_fix(checks, "sudo gpupm vm enable %s mmio64", vm->name);
	} else if (look.state != FEATURE_ON) {
		check_add(checks, "mmio64", NULL, CHECK_WARNING,
			  "its BARs take %llu MiB, and the guest has %llu MiB above 4 GiB, which may not do once they are aligned, or firmware was not told%s%s",
			  window.bars >> 20, hole >> 20, *look.why ? ": " : "", look.why);
		check_fix(checks, "sudo gpupm vm enable %s mmio64", vm->name);
	} else if (window.unsure && hole < 4 * WINDOW_DEFAULT) {
		check_add(checks, "mmio64", NULL, CHECK_CANNOT_TELL,
			  "%llu MiB above 4 GiB are enough for its BARs as they are; the GPU sleeps, so how large they can be made was not looked at",
			  hole >> 20);
		check_fix(checks, "sudo gpupm hold %s -- gpupm doctor %s", vm->wish.gpu->address,
			  vm->name);
	} else {
		check_add(checks, "mmio64", NULL, CHECK_OK,
			  "its BARs take %llu MiB at most, and the guest has %llu MiB above 4 GiB for them",
			  window.bars >> 20, hole >> 20);
	}
}

void doctor_vm_gpu(const struct vm_look *vm, struct checks *checks)
{
	const struct gpu *gpu = vm->wish.gpu;
	struct seat seats[8];
	size_t n = 0;

	if (!gpu) {
		check_add(checks, "gpu-function", NULL, CHECK_CANNOT_TELL,
			  "which GPU the VM is to have is not known: %s", vm->wish.no_gpu ?: "");
		check_fix(checks, "sudo gpupm vm enable %s gpu --gpu GPU", vm->name);
		return;
	}
	for (size_t i = 0; i < gpu->n_functions && n < 8; i++)
		n += check_function(vm, gpu->functions[i].address, &seats[n], checks);
	if (!n)
		return;
	check_slot(vm, seats, n, checks);
	check_window(vm, checks);
}
