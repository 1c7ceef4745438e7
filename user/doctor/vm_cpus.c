// SPDX-License-Identifier: GPL-2.0-only
/* On which CPUs the vCPUs of a VM run, and whether that fits what the machine has. */
#include "../client/sysfs.h"
#include "../profile/cpus.h"
#include "../profile/topology.h"
#include "vm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The CPUs that a vCPU may run on; false when it is not pinned. */
static bool pinned_to(const struct vm_look *vm, size_t vcpu, cpu_set_t *cpus)
{
	char list[1024];

	return xml_value(vm->doc, list, sizeof(list),
			 "/domain/cputune/vcpupin[@vcpu='%zu']/@cpuset", vcpu) &&
	       !cpus_parse(list, cpus);
}

static int first_of(const cpu_set_t *cpus)
{
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, cpus))
			return cpu;
	return -1;
}

static bool same_core(const char *root, int a, int b)
{
	cpu_set_t threads;
	char list[256];

	return sysfs_read(list, sizeof(list), root,
			  "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", a) &&
	       !cpus_parse(list, &threads) && CPU_ISSET(b, &threads);
}

/* What is wrong with how a vCPU is pinned; false when nothing is. */
static bool bad_pin(const struct vm_look *vm, const struct topology *topology, size_t vcpu,
		    const cpu_set_t *cpus, char why[static 256])
{
	cpu_set_t usable, fast, other, shared;
	bool pairs = xml_number(vm->doc, 1, "/domain/cpu/topology/@threads") == 2;

	CPU_AND(&usable, cpus, &topology->all);
	CPU_AND(&fast, cpus, &topology->performance);
	if (!CPU_COUNT(&usable)) {
		snprintf(why, 256, "vCPU %zu is pinned to CPU %d, which is not online", vcpu,
			 first_of(cpus));
		return true;
	}
	if (topology->source && CPU_COUNT(&fast) < CPU_COUNT(&usable)) {
		CPU_XOR(&other, &usable, &fast);
		snprintf(why, 256, "vCPU %zu may run on CPU %d, which is a slow one by %s", vcpu,
			 first_of(&other), topology->source);
		return true;
	}
	for (size_t before = 0; before < vcpu; before++) {
		if (!pinned_to(vm, before, &other))
			continue;
		CPU_AND(&shared, &other, cpus);
		if (CPU_COUNT(cpus) == 1 && CPU_COUNT(&shared)) {
			snprintf(why, 256, "vCPUs %zu and %zu are both pinned to CPU %d", before,
				 vcpu, first_of(cpus));
			return true;
		}
	}
	if (pairs && vcpu % 2 && pinned_to(vm, vcpu - 1, &other) &&
	    !same_core(vm->wish.root, first_of(&other), first_of(cpus))) {
		snprintf(why, 256,
			 "the guest takes vCPUs %zu and %zu for threads of a core, but CPUs %d and %d are none",
			 vcpu - 1, vcpu, first_of(&other), first_of(cpus));
		return true;
	}
	return false;
}

static void check_pins(const struct vm_look *vm, const struct topology *topology, size_t n,
		       struct checks *checks)
{
	size_t pinned = 0;
	cpu_set_t cpus;
	char why[256];

	for (size_t vcpu = 0; vcpu < n; vcpu++) {
		if (!pinned_to(vm, vcpu, &cpus))
			continue;
		pinned++;
		if (bad_pin(vm, topology, vcpu, &cpus, why)) {
			check_add(checks, "pinning", NULL, CHECK_WARNING, "%s", why);
			check_fix(checks,
				  "sudo virsh edit %s, take out <cputune>, then sudo gpupm vm enable %s pinning",
				  vm->name, vm->name);
			return;
		}
	}
	if (pinned < n) {
		check_add(checks, "pinning", NULL, topology->source ? CHECK_WARNING : CHECK_OK,
			  "%zu of %zu vCPUs are pinned; %s", pinned, n, topology->source ?
			  "the others may run on slow CPUs" : "all CPUs of this machine are alike");
		if (topology->source)
			check_fix(checks, "sudo gpupm vm enable %s pinning", vm->name);
		return;
	}
	check_add(checks, "pinning", NULL, CHECK_OK,
		  "each of its %zu vCPUs has %s of its own", n,
		  topology->source ? "a fast CPU" : "a CPU");
}

void doctor_vm_cpus(const struct vm_look *vm, struct checks *checks)
{
	size_t n = xml_number(vm->doc, 1, "/domain/vcpu");
	struct topology topology;

	if (topology_read(vm->wish.root, &topology)) {
		check_add(checks, "pinning", NULL, CHECK_CANNOT_TELL,
			  "the kernel does not say which CPUs are online");
		check_fix(checks, "cat /sys/devices/system/cpu/online");
		return;
	}
	if (n > (size_t)CPU_COUNT(&topology.all)) {
		check_add(checks, "pinning", NULL, CHECK_WARNING,
			  "it has %zu vCPUs, and the machine %d CPUs", n, CPU_COUNT(&topology.all));
		check_fix(checks, "sudo virsh edit %s, and have %d in <vcpu>, and no more in <topology>",
			  vm->name, CPU_COUNT(&topology.all));
		return;
	}
	check_pins(vm, &topology, n, checks);
}
