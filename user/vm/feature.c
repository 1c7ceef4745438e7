// SPDX-License-Identifier: GPL-2.0-only
#include "feature.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The ROM is part of the GPU's device; all others stand alone. */
const struct feature * const features[] = {
	&feature_gpu, &feature_rom, &feature_power, &feature_mmio64, &feature_firmware,
	&feature_disguise, &feature_agent, &feature_pinning, NULL,
};

const struct feature *feature_find(const char *name)
{
	for (size_t i = 0; features[i]; i++)
		if (!strcmp(features[i]->name, name))
			return features[i];
	return NULL;
}

bool feature_has_gpu(const struct wish *wish, char why[static WHY_SIZE])
{
	if (!wish->gpu)
		snprintf(why, WHY_SIZE, "%s", wish->no_gpu);
	return wish->gpu;
}

/* The four parts of an address, in a format that has each once. */
static void spell(char *text, size_t size, const char *format, const char *address)
{
	unsigned int domain, bus, slot, function;

	if (sscanf(address, "%x:%x:%x.%x", &domain, &bus, &slot, &function) != 4)
		abort();
	snprintf(text, size, format, domain, bus, slot, function);
}

void feature_source(char attributes[static PLACE_SIZE], const char *address)
{
	spell(attributes, PLACE_SIZE,
	      "domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'", address);
}

void feature_hostdev(char place[static PLACE_SIZE], const char *address)
{
	spell(place, PLACE_SIZE,
	      "/domain/devices/hostdev[@type='pci' and source/address[@domain='0x%04x' and @bus='0x%02x' and @slot='0x%02x' and @function='0x%x']]",
	      address);
}

bool feature_is_q35(xmlDocPtr doc)
{
	char machine[64];

	xml_value(doc, machine, sizeof(machine), "/domain/os/type/@machine");
	return strstr(machine, "q35");
}

bool feature_is_uefi(xmlDocPtr doc)
{
	return xml_find(doc, "/domain/os[@firmware='efi' or loader/@type='pflash']");
}

void feature_argument(struct edit *edit, const char *option, const char *value)
{
	char *which, *xml, *escaped = xml_escape(value);
	xmlNodePtr root = xmlDocGetRootElement(edit->doc), line;

	line = xml_find(edit->doc, "/domain/qemu:commandline");
	if (!line) {
		xmlNsPtr ns = xmlSearchNsByHref(edit->doc, root, BAD_CAST XML_QEMU);

		ns = ns ?: xmlNewNs(root, BAD_CAST XML_QEMU, BAD_CAST "qemu");
		xmlNewChild(root, ns, BAD_CAST "commandline", NULL);
	}
	/* The two belong together, but XPath knows no pairs. */
	if (asprintf(&which,
		     "qemu:arg[(@value='%s' and following-sibling::qemu:arg[1]/@value=\"%s\") or (@value=\"%s\" and preceding-sibling::qemu:arg[1]/@value='%s')]",
		     option, value, value, option) < 0 ||
	    asprintf(&xml, "<qemu:arg value='%s'/><qemu:arg value='%s'/>", option, escaped) < 0)
		abort();
	edit_add(edit, "/domain/qemu:commandline", which, xml);
	free(which);
	free(xml);
	free(escaped);
}
