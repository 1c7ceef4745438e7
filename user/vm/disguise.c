// SPDX-License-Identifier: GPL-2.0-only
/* A guest that looks like this machine: to drivers that look, and that would refuse a VM. */
#include "../machine/smbios.h"
#include "feature.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYSINFO	"/domain/sysinfo[@type='smbios']"

static void add_field(struct edit *edit, const struct smbios_field *field, const char *value)
{
	char place[PLACE_SIZE], which[64], *xml, *escaped = xml_escape(value);

	edit_make(edit, SYSINFO, field->block);
	snprintf(place, sizeof(place), SYSINFO "/%s", field->block);
	snprintf(which, sizeof(which), "entry[@name='%s']", field->entry);
	if (asprintf(&xml, "<entry name='%s'>%s</entry>", field->entry, escaped) < 0)
		abort();
	edit_add(edit, place, which, xml);
	free(xml);
	free(escaped);
}

static void add_smbios(struct edit *edit, const struct wish *wish)
{
	char value[256];

	/* The owner has QEMU copy the host's, which does as well. */
	if (xml_find(edit->doc, "/domain/os/smbios[@mode='host']"))
		return;
	edit_make_with(edit, "/domain", "sysinfo", "type", "smbios");
	for (size_t i = 0; i < n_smbios_fields; i++)
		if (smbios_read(wish->root, &smbios_fields[i], value, sizeof(value)))
			add_field(edit, &smbios_fields[i], value);
	edit_set(edit, "/domain/os", "smbios", "mode", "sysinfo");
}

static bool enable(struct edit *edit, const struct wish *wish, char why[static WHY_SIZE])
{
	char vendor[32];

	if (!xml_find(edit->doc, "/domain[@type='kvm']")) {
		snprintf(why, WHY_SIZE, "the VM does without KVM, so there is no KVM to hide");
		return false;
	}
	if (!cpu_vendor_read(wish->root, vendor, sizeof(vendor))) {
		snprintf(why, WHY_SIZE, "the kernel does not say who made the processor");
		return false;
	}
	add_smbios(edit, wish);
	edit_set_missing(edit, "/domain", "features/hyperv", "mode", "custom");
	if (!xml_find(edit->doc, "/domain/features/hyperv[@mode='passthrough']")) {
		edit_set(edit, "/domain", "features/hyperv/vendor_id", "state", "on");
		edit_set_missing(edit, "/domain", "features/hyperv/vendor_id", "value", vendor);
	}
	edit_set(edit, "/domain", "features/kvm/hidden", "state", "on");
	edit_set(edit, "/domain", "features/vmport", "state", "off");
	return true;
}

const struct feature feature_disguise = {
	.name = "disguise",
	.summary = "looks like this machine, not like a VM",
	.enable = enable,
};
