// SPDX-License-Identifier: GPL-2.0-only
#include "topology.h"
#include "../client/sysfs.h"
#include "cpus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Cores of one kind differ by up to 10 % or so where the firmware prefers some of
 * them (AMD's preferred cores, Intel's Turbo Boost Max), and those of two kinds by
 * a quarter or more (Intel's E-cores, AMD's compact ones, Arm's little ones).
 */
#define GAP_PERCENT	15

static bool read_cpus(const char *root, const char *path, cpu_set_t *cpus)
{
	char list[4096];

	return sysfs_read(list, sizeof(list), root, "%s", path) && !cpus_parse(list, cpus);
}

/* The PMUs of an Intel hybrid have the CPUs of their kind. */
static bool from_hybrid(const char *root, struct topology *topology)
{
	cpu_set_t core, atom;

	if (!read_cpus(root, "/sys/devices/cpu_core/cpus", &core) ||
	    !read_cpus(root, "/sys/devices/cpu_atom/cpus", &atom))
		return false;
	CPU_AND(&topology->performance, &core, &topology->all);
	/* Not only "atom": newer ones have a third kind, which is more frugal still. */
	CPU_XOR(&topology->efficiency, &topology->all, &topology->performance);
	return CPU_COUNT(&topology->performance) && CPU_COUNT(&topology->efficiency);
}

static int by_size(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;

	return x < y ? -1 : x > y;
}

/* The lowest number above the widest gap; 0 when there is no wide one. */
static unsigned long above_gap(unsigned long *numbers, size_t n)
{
	unsigned long widest = GAP_PERCENT, above = 0;

	qsort(numbers, n, sizeof(*numbers), by_size);
	for (size_t i = 1; i < n; i++) {
		unsigned long percent = (numbers[i] - numbers[i - 1]) * 100 / numbers[i];

		if (percent >= widest) {
			widest = percent;
			above = numbers[i];
		}
	}
	return above;
}

/* A number that each CPU has in a file of this name. */
static bool from_numbers(const char *root, struct topology *topology, const char *file)
{
	unsigned long numbers[CPU_SETSIZE], sorted[CPU_SETSIZE], above;
	char text[32], *end;
	size_t n = 0;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &topology->all))
			continue;
		if (!sysfs_read(text, sizeof(text), root, "/sys/devices/system/cpu/cpu%d/%s",
				cpu, file))
			return false;
		numbers[cpu] = strtoul(text, &end, 10);
		if (end == text || *end || !numbers[cpu])
			return false;
		sorted[n++] = numbers[cpu];
	}
	above = n ? above_gap(sorted, n) : 0;
	if (!above)
		return false;
	CPU_ZERO(&topology->performance);
	CPU_ZERO(&topology->efficiency);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &topology->all))
			CPU_SET(cpu, numbers[cpu] >= above ? &topology->performance :
							     &topology->efficiency);
	return true;
}

int topology_read(const char *root, struct topology *topology)
{
	static const struct {
		const char *file;
		const char *source;
	} numbers[] = {
		{ "cpu_capacity", "the kernel's CPU capacity" },
		{ "cpufreq/cpuinfo_max_freq", "the highest frequency" },
		{ "acpi_cppc/highest_perf", "the highest performance by ACPI CPPC" },
	};

	topology->source = NULL;
	if (!read_cpus(root, "/sys/devices/system/cpu/online", &topology->all))
		return -ENOENT;
	if (from_hybrid(root, topology))
		topology->source = "the kernel's two kinds of core";
	for (size_t i = 0; !topology->source && i < 3; i++)
		if (from_numbers(root, topology, numbers[i].file))
			topology->source = numbers[i].source;
	if (!topology->source) {
		topology->performance = topology->all;
		topology->efficiency = topology->all;
	}
	return 0;
}
