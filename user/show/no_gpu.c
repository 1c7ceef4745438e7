// SPDX-License-Identifier: GPL-2.0-only
#include "../client/gpu.h"
#include "../client/sysfs.h"
#include "no_gpu.h"
#include "table.h"
#include "text.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct display {
	char address[ADDRESS_SIZE];
	char driver[NAME_SIZE];
	__u32 vendor;
	__u32 device;
};

static bool read_display(struct display *display, const char *root, const char *address)
{
	char text[32];

	if (snprintf(display->address, ADDRESS_SIZE, "%s", address) >= ADDRESS_SIZE ||
	    !sysfs_read(text, sizeof(text), root, "/sys/bus/pci/devices/%s/class", address) ||
	    strtoul(text, NULL, 16) >> 16 != 0x03)
		return false;
	sysfs_read(text, sizeof(text), root, "/sys/bus/pci/devices/%s/vendor", address);
	display->vendor = strtoul(text, NULL, 16);
	sysfs_read(text, sizeof(text), root, "/sys/bus/pci/devices/%s/device", address);
	display->device = strtoul(text, NULL, 16);
	sysfs_link(display->driver, sizeof(display->driver), root,
		   "/sys/bus/pci/devices/%s/driver", address);
	return true;
}

/* The display functions of the machine in @table; the last one found in @last. */
static size_t list_displays(struct table *table, const struct style *style, struct names *names,
			    const char *root, struct display *last)
{
	char path[PATH_MAX], raw[384], name[384], driver[NAME_SIZE];
	struct dirent **entries;
	struct display display;
	size_t found = 0;
	int n;

	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices", root);
	n = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		if (read_display(&display, root, entries[i]->d_name)) {
			*last = display;
			names_short(names, display.vendor, display.device, raw, sizeof(raw));
			text_clean(style, name, sizeof(name), raw);
			text_clean(style, driver, sizeof(driver), display.driver);
			table_cell(table, PAINT_BOLD, "%s", display.address);
			table_cell(table, PAINT_PLAIN, "%s", driver[0] ? driver : "no driver");
			table_cell(table, PAINT_PLAIN, "%s", name);
			table_row(table);
			found++;
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return found;
}

/* The ids of all functions in the slot of @address, as vfio-pci takes them. */
static void print_ids(FILE *out, const char *root, const char *address)
{
	int slot = strcspn(address, ".");
	const char *comma = "";

	for (int i = 0; i < 8; i++) {
		char vendor[16], device[16];

		if (!sysfs_read(vendor, sizeof(vendor), root, "/sys/bus/pci/devices/%.*s.%d/vendor",
				slot, address, i) ||
		    !sysfs_read(device, sizeof(device), root, "/sys/bus/pci/devices/%.*s.%d/device",
				slot, address, i))
			continue;
		fprintf(out, "%s%04lx:%04lx", comma, strtoul(vendor, NULL, 16),
			strtoul(device, NULL, 16));
		comma = ",";
	}
}

void no_gpu_show(FILE *out, const struct style *style, struct names *names, const char *root)
{
	struct table table = { .indent = 2, .narrow = 1 << 2 };
	struct display last = {};
	size_t found = list_displays(&table, style, names, root, &last);
	const char *address = found == 1 ? last.address : "0000:BUS:DEVICE";

	fputs("no GPU is bound to vfio-pci, so there is nothing to manage\n", out);
	if (!found)
		return;
	fprintf(out, "\nthis machine has:\n");
	table_print(&table, style, out);
	fprintf(out, "\nto give one, with all its functions, to VMs, as root:\n"
		"  modprobe vfio-pci\n"
		"  for f in /sys/bus/pci/devices/%.*s.*; do\n"
		"    echo vfio-pci > $f/driver_override\n"
		"    echo ${f##*/} > $f/driver/unbind\n"
		"    echo ${f##*/} > /sys/bus/pci/drivers_probe\n"
		"  done\n"
		"and at every boot, in /etc/modprobe.d/vfio.conf:\n"
		"  options vfio-pci ids=",
		(int)strcspn(address, "."), address);
	if (found == 1)
		print_ids(out, root, address);
	else
		fputs("VENDOR:DEVICE,VENDOR:DEVICE", out);
	fputc('\n', out);
}
