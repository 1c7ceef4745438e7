// SPDX-License-Identifier: GPL-2.0-only
#include "bars.h"
#include "../client/sysfs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCI "/sys/bus/pci/devices"

/* The kernel's IORESOURCE_ bits, which it shows in "resource". */
#define RESOURCE_MEMORY		0x00000200
#define RESOURCE_PREFETCH	0x00002000
#define RESOURCE_64BIT		0x00100000

#define MIB	(1ULL << 20)
/* "0x%016llx 0x%016llx 0x%016llx" */
#define LINE_SIZE	80

static bool is_awake(const char *root, const char *address)
{
	char state[16], status[16];

	return sysfs_read(state, sizeof(state), root, PCI "/%s/power_state", address) &&
	       sysfs_read(status, sizeof(status), root, PCI "/%s/power/runtime_status", address) &&
	       !strcmp(state, "D0") && !strcmp(status, "active");
}

/*
 * The file is a bitmap: bit N for 2^N MiB. To read it is to read config space, for
 * which the kernel powers up a device in D3cold.
 */
static __u64 largest(const char *root, const char *address, int i)
{
	char text[32], *end;
	__u64 sizes;

	if (!sysfs_read(text, sizeof(text), root, PCI "/%s/resource%d_resize", address, i))
		return 0;
	sizes = strtoull(text, &end, 16);
	/* The register has 44 of them. */
	if (end == text || *end || !sizes || sizes >> 44)
		return 0;
	return MIB << (63 - __builtin_clzll(sizes));
}

static int read_line(FILE *file, struct bar *bar)
{
	unsigned long long start, end, flags;
	char line[LINE_SIZE];

	memset(bar, 0, sizeof(*bar));
	if (!fgets(line, sizeof(line), file) ||
	    sscanf(line, "%llx %llx %llx", &start, &end, &flags) != 3)
		return -EBADMSG;
	if (!flags || !end)
		return 0;
	if (end < start)
		return -EBADMSG;
	bar->start = start;
	bar->size = end - start + 1;
	bar->largest = bar->size;
	bar->memory = flags & RESOURCE_MEMORY;
	bar->wide = flags & RESOURCE_64BIT;
	bar->prefetchable = flags & RESOURCE_PREFETCH;
	return 0;
}

int bars_read(const char *root, const char *address, struct bars *bars)
{
	char path[PATH_MAX];
	struct bar rom;
	FILE *file;
	int err = 0;

	memset(bars, 0, sizeof(*bars));
	snprintf(path, sizeof(path), "%s" PCI "/%s/resource", root, address);
	file = fopen(path, "re");
	if (!file)
		return -ENODEV;
	for (int i = 0; i < BARS_MAX && !err; i++)
		err = read_line(file, &bars->bar[i]);
	/* The seventh is the ROM; functions that are no devices have none. */
	if (!err)
		err = read_line(file, &rom);
	fclose(file);
	if (err)
		return err;
	bars->rom = rom.size;
	for (int i = 0; i < BARS_MAX; i++) {
		__u64 size;

		if (!bars->bar[i].memory ||
		    !sysfs_exists(root, PCI "/%s/resource%d_resize", address, i))
			continue;
		if (!is_awake(root, address)) {
			bars->asleep = true;
			continue;
		}
		size = largest(root, address, i);
		if (size > bars->bar[i].size)
			bars->bar[i].largest = size;
	}
	return 0;
}
