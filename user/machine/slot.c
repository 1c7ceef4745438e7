// SPDX-License-Identifier: GPL-2.0-only
#include "slot.h"
#include "../client/sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCI "/sys/bus/pci/devices"
#define FUNCTIONS_OF_A_SLOT	8

static bool read_hex(const char *root, const char *address, const char *file, __u32 *value)
{
	char text[32], *end;

	*value = 0;
	if (!sysfs_read(text, sizeof(text), root, PCI "/%s/%s", address, file))
		return false;
	*value = strtoul(text, &end, 16);
	return end != text && !*end;
}

bool function_read(const char *root, const char *address, struct gpu_function *function)
{
	memset(function, 0, sizeof(*function));
	if (snprintf(function->address, ADDRESS_SIZE, "%s", address) >= ADDRESS_SIZE ||
	    !read_hex(root, address, "vendor", &function->vendor) ||
	    !read_hex(root, address, "device", &function->device) ||
	    !read_hex(root, address, "class", &function->class))
		return false;
	sysfs_link(function->driver, sizeof(function->driver), root, PCI "/%s/driver", address);
	return true;
}

bool function_is_display(const struct gpu_function *function)
{
	return function->class >> 16 == 0x03;
}

bool function_is_bridge(const struct gpu_function *function)
{
	return function->class >> 16 == 0x06;
}

bool function_is_vfio(const struct gpu_function *function)
{
	return strstr(function->driver, "vfio");
}

/* "0000:01:00." of "0000:01:00.1", with the point. */
static int slot_length(const char *address)
{
	size_t n = strcspn(address, ".");

	return address[n] ? n + 1 : n;
}

bool slot_has(const struct gpu *gpu, const char *address)
{
	int n = slot_length(gpu->address);

	return !strncmp(gpu->address, address, n) && slot_length(address) == n;
}

bool slot_all_vfio(const struct gpu *gpu)
{
	for (size_t i = 0; i < gpu->n_functions; i++)
		if (!function_is_vfio(&gpu->functions[i]))
			return false;
	return gpu->n_functions;
}

static bool is_address(const char *text)
{
	unsigned int domain, bus, device, function;
	int n = 0;

	return sscanf(text, "%x:%2x:%2x.%1x%n", &domain, &bus, &device, &function, &n) == 4 &&
	       !text[n] && strlen(text) < ADDRESS_SIZE;
}

/* The real directory of a function is inside those of its ports: the nearest is last. */
static int read_ports(const char *root, struct gpu *gpu)
{
	char target[PATH_MAX], *slash;

	if (!sysfs_target(target, root, PCI "/%s", gpu->address))
		return 0;
	while ((slash = strrchr(target, '/'))) {
		struct gpu_port *ports, *port;

		*slash = '\0';
		slash = strrchr(target, '/');
		if (!slash || !is_address(slash + 1))
			break;
		ports = reallocarray(gpu->ports, gpu->n_ports + 1, sizeof(*ports));
		if (!ports)
			return -ENOMEM;
		gpu->ports = ports;
		port = &ports[gpu->n_ports++];
		memset(port, 0, sizeof(*port));
		snprintf(port->address, sizeof(port->address), "%s", slash + 1);
		sysfs_link(port->driver, sizeof(port->driver), root, PCI "/%s/driver",
			   port->address);
	}
	return 0;
}

int slot_read(const char *root, const char *address, struct gpu *gpu)
{
	const struct gpu_function *display = NULL;
	char each[ADDRESS_SIZE + 2];
	struct gpu_function other;

	memset(gpu, 0, sizeof(*gpu));
	if (!is_address(address) || !function_read(root, address, &other))
		return -ENODEV;
	gpu->functions = calloc(FUNCTIONS_OF_A_SLOT, sizeof(*gpu->functions));
	if (!gpu->functions)
		return -ENOMEM;
	for (int i = 0; i < FUNCTIONS_OF_A_SLOT; i++) {
		struct gpu_function *function = &gpu->functions[gpu->n_functions];

		snprintf(each, sizeof(each), "%.*s%d", slot_length(address), address, i);
		if (!function_read(root, each, function))
			continue;
		gpu->n_functions++;
		if (!display && function_is_display(function))
			display = function;
	}
	snprintf(gpu->address, sizeof(gpu->address), "%s", display ? display->address : address);
	return read_ports(root, gpu);
}

/* The GPU of the display function @address, unless the list has it: some have two. */
static int add(const char *root, const char *address, struct gpu_list *list)
{
	struct gpu_function function;
	struct gpu *gpus;
	int err;

	if (!is_address(address) || !function_read(root, address, &function) ||
	    !function_is_display(&function))
		return 0;
	for (size_t i = 0; i < list->n; i++)
		if (slot_has(&list->gpus[i], address))
			return 0;
	gpus = reallocarray(list->gpus, list->n + 1, sizeof(*gpus));
	if (!gpus)
		return -ENOMEM;
	list->gpus = gpus;
	err = slot_read(root, address, &gpus[list->n]);
	/* What went away in between is no GPU of this machine any more. */
	if (err != -ENODEV)
		list->n++;
	return err == -ENODEV ? 0 : err;
}

int slots_read(const char *root, struct gpu_list *list)
{
	struct dirent **entries;
	char path[PATH_MAX];
	int n, err = 0;

	memset(list, 0, sizeof(*list));
	snprintf(path, sizeof(path), "%s" PCI, root);
	n = scandir(path, &entries, NULL, alphasort);
	if (n < 0)
		return errno == ENOMEM ? -ENOMEM : 0;
	for (int i = 0; i < n; i++) {
		if (!err)
			err = add(root, entries[i]->d_name, list);
		free(entries[i]);
	}
	free(entries);
	return err;
}

struct gpu *slots_only(const struct gpu_list *list)
{
	struct gpu *only = NULL;

	if (list->n == 1)
		return list->gpus;
	for (size_t i = 0; i < list->n; i++) {
		if (!slot_all_vfio(&list->gpus[i]))
			continue;
		if (only)
			return NULL;
		only = &list->gpus[i];
	}
	return only;
}
