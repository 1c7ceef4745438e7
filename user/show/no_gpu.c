// SPDX-License-Identifier: GPL-2.0-only
#include "../machine/slot.h"
#include "no_gpu.h"
#include "table.h"
#include "text.h"

#include <string.h>

/* The display functions of the machine. */
static void list_displays(struct table *table, const struct style *style, struct names *names,
			  const struct gpu_list *list)
{
	char raw[384], name[384], driver[NAME_SIZE];

	for (size_t i = 0; i < list->n; i++) {
		const struct gpu *gpu = &list->gpus[i];
		const struct gpu_function *display = gpu_function(gpu, gpu->address);

		names_short(names, display->vendor, display->device, raw, sizeof(raw));
		text_clean(style, name, sizeof(name), raw);
		text_clean(style, driver, sizeof(driver), display->driver);
		table_cell(table, PAINT_BOLD, "%s", display->address);
		table_cell(table, PAINT_PLAIN, "%s", driver[0] ? driver : "no driver");
		table_cell(table, PAINT_PLAIN, "%s", name);
		table_row(table);
	}
}

void no_gpu_show(FILE *out, const struct style *style, struct names *names, const char *root)
{
	struct table table = { .indent = 2, .narrow = 1 << 2 };
	struct gpu_list list;
	const char *address;

	fputs("no GPU is bound to vfio-pci, so there is nothing to manage\n", out);
	if (slots_read(root, &list))
		gpu_list_free(&list);
	list_displays(&table, style, names, &list);
	if (!list.n)
		return;
	address = list.n == 1 ? list.gpus[0].address : "0000:BUS:DEVICE";
	fprintf(out, "\nthis machine has:\n");
	table_print(&table, style, out);
	fprintf(out, "\nto give one, with all its functions, to VMs from the next boot on:\n"
		"  sudo gpupm bind %s\n"
		"or at once, as root:\n"
		"  modprobe vfio-pci\n"
		"  for f in /sys/bus/pci/devices/%.*s.*; do\n"
		"    echo vfio-pci > $f/driver_override\n"
		"    echo ${f##*/} > $f/driver/unbind\n"
		"    echo ${f##*/} > /sys/bus/pci/drivers_probe\n"
		"  done\n",
		list.n == 1 ? address : "GPU", (int)strcspn(address, "."), address);
	gpu_list_free(&list);
}
