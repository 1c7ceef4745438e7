// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"
#include "../client/sysfs.h"
#include "../machine/slot.h"

#include <string.h>

static bool has_vfio(const struct host *host, const struct gpu *gpu)
{
	(void)host;
	for (size_t i = 0; i < gpu->n_functions; i++)
		if (function_is_vfio(&gpu->functions[i]))
			return true;
	return false;
}

static bool below_port(const struct host *host, const struct gpu *gpu)
{
	(void)host;
	return gpu->n_ports;
}

static bool second(const struct host *host, const struct gpu *gpu)
{
	char boot[8];

	sysfs_read(boot, sizeof(boot), host->root, "/sys/bus/pci/devices/%s/boot_vga",
		   gpu->address);
	return gpu->n_ports && strcmp(boot, "1");
}

/* Keeps the GPUs that @is is true of, unless it is true of none. Return: whether of some. */
static bool keep(struct host *host, bool (*is)(const struct host *host, const struct gpu *gpu))
{
	struct gpu_list *list = &host->gpus;
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < list->n; i++)
		n += is(host, &list->gpus[i]);
	for (size_t i = 0; i < list->n && n; i++) {
		if (is(host, &list->gpus[i]))
			list->gpus[kept++] = list->gpus[i];
		else
			gpu_free(&list->gpus[i]);
	}
	if (n)
		list->n = n;
	return n;
}

int host_read(struct host *host)
{
	int err = slots_read(host->root, &host->gpus);

	if (!err && !keep(host, has_vfio) && !keep(host, second))
		keep(host, below_port);
	return err;
}
