// SPDX-License-Identifier: GPL-2.0-only
/*
 * Room above 4 GiB for the GPU's BARs. QEMU says in its ACPI tables how much there is
 * (pcihole64), and UEFI firmware from 2022 and before has a size of its own.
 */
#include "../machine/window.h"
#include "feature.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTION	"opt/ovmf/X-PciMmio64Mb"
#define ROOT	"/domain/devices/controller[@type='pci' and @index='0']"

/* In bytes, as much as the VM has now. */
static __u64 hole(xmlDocPtr doc)
{
	__u64 none = feature_is_q35(doc) ? WINDOW_DEFAULT : WINDOW_DEFAULT_PC;

	/* libvirt has it in KiB. */
	return (__u64)xml_number(doc, none >> 10, ROOT "/pcihole64") << 10;
}

/* What the firmware was told, whoever did; 0 when nothing. */
static __u64 told(xmlDocPtr doc)
{
	char value[128];
	const char *number;

	xml_value(doc, value, sizeof(value),
		  "/domain/qemu:commandline/qemu:arg[contains(@value, '" OPTION "')]/@value");
	number = strstr(value, "string=");
	return number ? strtoull(number + strlen("string="), NULL, 0) << 20 : 0;
}

/* A BIOS does not look at it, and what firmware has by nature it is not told. */
static bool is_to_be_told(xmlDocPtr doc, __u64 needed)
{
	return feature_is_uefi(doc) && needed > WINDOW_DEFAULT && told(doc) < needed;
}

static bool told_by_us(xmlDocPtr doc)
{
	return xml_find(doc, "//gpupm:feature[@name='mmio64']/gpupm:added[contains(@at, '" OPTION "')]");
}

static void tell_firmware(struct edit *edit, __u64 needed)
{
	__u64 now = told(edit->doc);
	char value[128];

	if (now) {
		edit_note(edit,
			  "mmio64: " OPTION " was set by hand to %llu MiB, and stays; the GPU needs %llu",
			  now >> 20, needed >> 20);
		return;
	}
	snprintf(value, sizeof(value), "name=" OPTION ",string=%llu", needed >> 20);
	feature_argument(edit, "-fw_cfg", value);
}

static bool enable(struct edit *edit, const struct wish *wish, char why[static WHY_SIZE])
{
	struct window window;
	char kib[32];

	if (!feature_has_gpu(wish, why))
		return false;
	window_read(wish->root, wish->gpu, &window);
	if (window.unsure)
		edit_note(edit,
			  "mmio64: the GPU sleeps, so how large its BARs can be made was not looked at; 'gpupm hold' wakes it");
	/* Enabled when less was needed, or known to be: not by hand. */
	if (edit_has(edit->doc, feature_mmio64.name) &&
	    (hole(edit->doc) < window.needed ||
	     (told_by_us(edit->doc) && is_to_be_told(edit->doc, window.needed))))
		edit_undo(edit);
	if (hole(edit->doc) < window.needed) {
		if (!xml_find(edit->doc, ROOT)) {
			snprintf(why, WHY_SIZE, "the VM has no PCI");
			return false;
		}
		snprintf(kib, sizeof(kib), "%llu", window.needed >> 10);
		edit_set(edit, ROOT, "pcihole64", "unit", "KiB");
		edit_text(edit, ROOT, "pcihole64", kib);
	} else {
		snprintf(why, WHY_SIZE, "%llu GiB are enough for %llu MiB of BARs",
			 hole(edit->doc) >> 30, (window.bars + (1 << 20) - 1) >> 20);
	}
	if (is_to_be_told(edit->doc, window.needed))
		tell_firmware(edit, window.needed);
	return true;
}

const struct feature feature_mmio64 = {
	.name = "mmio64",
	.summary = "room above 4 GiB for the GPU's BARs",
	.enable = enable,
};
