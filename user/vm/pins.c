// SPDX-License-Identifier: GPL-2.0-only
#include "pins.h"
#include "../client/sysfs.h"
#include "../profile/cpus.h"
#include "../profile/topology.h"

#include <stdio.h>

#define CPU	"/sys/devices/system/cpu"

/* The CPUs that are threads of the same core, this one among them. */
static void siblings(const char *root, int cpu, cpu_set_t *threads)
{
	char list[256];

	if (sysfs_read(list, sizeof(list), root, CPU "/cpu%d/topology/thread_siblings_list", cpu) &&
	    !cpus_parse(list, threads) && CPU_ISSET(cpu, threads))
		return;
	CPU_ZERO(threads);
	CPU_SET(cpu, threads);
}

/* CPUs core by core; with @threads, all threads of one at once, else just the first. */
static size_t take_cores(const char *root, cpu_set_t *from, bool threads, int *cpus, size_t n)
{
	cpu_set_t core, left = *from;
	size_t taken = 0;

	for (int cpu = 0; cpu < CPU_SETSIZE && taken < n; cpu++) {
		if (!CPU_ISSET(cpu, &left))
			continue;
		siblings(root, cpu, &core);
		for (int thread = cpu; thread < CPU_SETSIZE && taken < n; thread++) {
			if (!CPU_ISSET(thread, &core) || !CPU_ISSET(thread, &left))
				continue;
			if (threads || thread == cpu) {
				cpus[taken++] = thread;
				CPU_CLR(thread, from);
			}
			CPU_CLR(thread, &left);
		}
	}
	return taken;
}

bool pins_plan(const char *root, size_t n, bool pairs, struct pins *pins, char *why, size_t size)
{
	struct topology topology;
	size_t there;
	cpu_set_t fast;

	pins->n = 0;
	if (topology_read(root, &topology)) {
		snprintf(why, size, "the kernel does not say which CPUs are online");
		return false;
	}
	fast = topology.performance;
	there = CPU_COUNT(&fast);
	pins->source = topology.source;
	if (n > there) {
		snprintf(why, size, "the VM has %zu vCPUs, and the machine %zu %sCPUs: give it fewer",
			 n, there, topology.source ? "fast " : "");
		return false;
	}
	while (pins->n < n)
		pins->n += take_cores(root, &fast, pairs, pins->cpu + pins->n, n - pins->n);
	pins->rest = topology.all;
	for (size_t i = 0; i < n; i++)
		CPU_CLR(pins->cpu[i], &pins->rest);
	return true;
}
