// SPDX-License-Identifier: GPL-2.0-only
#include "smbios.h"
#include "../client/sysfs.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

const struct smbios_field smbios_fields[] = {
	{ "bios_vendor", "bios", "vendor", 0, "vendor" },
	{ "bios_version", "bios", "version", 0, "version" },
	{ "bios_date", "bios", "date", 0, "date" },
	{ "sys_vendor", "system", "manufacturer", 1, "manufacturer" },
	{ "product_name", "system", "product", 1, "product" },
	{ "product_version", "system", "version", 1, "version" },
	{ "product_sku", "system", "sku", 1, "sku" },
	{ "product_family", "system", "family", 1, "family" },
	{ "board_vendor", "baseBoard", "manufacturer", 2, "manufacturer" },
	{ "board_name", "baseBoard", "product", 2, "product" },
	{ "board_version", "baseBoard", "version", 2, "version" },
};

const size_t n_smbios_fields = sizeof(smbios_fields) / sizeof(*smbios_fields);

bool smbios_read(const char *root, const struct smbios_field *field, char *value, size_t size)
{
	if (!sysfs_read(value, size, root, "/sys/class/dmi/id/%s", field->file))
		return false;
	for (size_t n = strlen(value); n && value[n - 1] == ' '; n--)
		value[n - 1] = '\0';
	/* Bytes that are none of ASCII's are a mistake of the firmware's, and no XML. */
	for (char *at = value; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	return *value;
}

bool cpu_vendor_read(const char *root, char *vendor, size_t size)
{
	char path[PATH_MAX], line[256], word[32];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/cpuinfo", root);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, "vendor_id : %31s", word) == 1;
	fclose(file);
	if (found)
		snprintf(vendor, size, "%s", word);
	return found;
}
