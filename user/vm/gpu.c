// SPDX-License-Identifier: GPL-2.0-only
/*
 * All functions of the GPU, in one slot of the guest and with its functions' numbers:
 * a driver of a GPU looks for the others beside its own.
 */
#include "feature.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS	32

/* A slot of the guest. */
struct slot {
	unsigned long bus;
	unsigned long number;
};

static bool is_ours(xmlNodePtr address, const struct gpu *gpu)
{
	char place[PLACE_SIZE];

	for (size_t i = 0; i < gpu->n_functions; i++) {
		feature_hostdev(place, gpu->functions[i].address);
		if (xml_find(address->doc, "%s", place) == address->parent)
			return true;
	}
	return false;
}

/* Whether no device but the GPU's is in the slot. */
static bool is_free(xmlDocPtr doc, const struct gpu *gpu, const struct slot *slot)
{
	xmlNodePtr *addresses;
	bool free_of_others = true;
	size_t n = xml_all(doc, &addresses,
			   "/domain/devices/*/address[@type='pci' and @bus='0x%02lx' and @slot='0x%02lx']",
			   slot->bus, slot->number);

	for (size_t i = 0; i < n; i++)
		free_of_others &= is_ours(addresses[i], gpu);
	free(addresses);
	return free_of_others;
}

/* Where the owner has put a function of the GPU: the others go there as well. */
static bool present_slot(xmlDocPtr doc, const struct gpu *gpu, struct slot *slot)
{
	char place[PLACE_SIZE];

	for (size_t i = 0; i < gpu->n_functions; i++) {
		feature_hostdev(place, gpu->functions[i].address);
		if (!xml_find(doc, "%s/address", place))
			continue;
		slot->bus = xml_number(doc, 0, "%s/address/@bus", place);
		slot->number = xml_number(doc, 0, "%s/address/@slot", place);
		if (is_free(doc, gpu, slot))
			return true;
	}
	return false;
}

/* A root port that has nothing behind it; a new one when there is none. */
static void port_slot(struct edit *edit, const struct gpu *gpu, struct slot *slot)
{
	char which[PLACE_SIZE], xml[PLACE_SIZE];
	unsigned long index, highest = 0;
	bool found = false;
	xmlNodePtr *ports;
	size_t n = xml_all(edit->doc, &ports, "/domain/devices/controller[@type='pci']");

	slot->number = 0;
	for (size_t i = 0; i < n && !found; i++) {
		xmlChar *text = xmlGetNoNsProp(ports[i], BAD_CAST "index");
		xmlChar *model = xmlGetNoNsProp(ports[i], BAD_CAST "model");

		index = text ? strtoul((const char *)text, NULL, 10) : 0;
		highest = index > highest ? index : highest;
		slot->bus = index;
		found = model && xmlStrEqual(model, BAD_CAST "pcie-root-port") &&
			is_free(edit->doc, gpu, slot);
		xmlFree(text);
		xmlFree(model);
	}
	free(ports);
	if (found)
		return;
	slot->bus = highest + 1;
	snprintf(which, sizeof(which), "controller[@type='pci' and @index='%lu']", slot->bus);
	snprintf(xml, sizeof(xml), "<controller type='pci' index='%lu' model='pcie-root-port'/>",
		 slot->bus);
	edit_add(edit, "/domain/devices", which, xml);
}

/* The first free one on the bus of a PC without PCIe, behind what QEMU itself puts there. */
static bool bus_slot(xmlDocPtr doc, const struct gpu *gpu, struct slot *slot)
{
	slot->bus = 0;
	for (slot->number = 3; slot->number < SLOTS; slot->number++)
		if (is_free(doc, gpu, slot))
			return true;
	return false;
}

static unsigned int function_of(const char *address)
{
	return strtoul(strrchr(address, '.') + 1, NULL, 16);
}

static void add_function(struct edit *edit, const char *address, const struct slot *slot,
			 unsigned int function)
{
	char xml[1024], source[PLACE_SIZE], place[PLACE_SIZE];

	feature_source(source, address);
	snprintf(xml, sizeof(xml),
		 "<hostdev mode='subsystem' type='pci' managed='yes'><source><address %s/></source><address type='pci' domain='0x0000' bus='0x%02lx' slot='0x%02lx' function='0x%x'/></hostdev>",
		 source, slot->bus, slot->number, function);
	feature_hostdev(place, address);
	edit_add(edit, "/domain/devices", place + strlen("/domain/devices/"), xml);
}

static void put_function(struct edit *edit, const char *address, const struct slot *slot,
			 unsigned int function)
{
	char place[PLACE_SIZE], value[16];

	add_function(edit, address, slot, function);
	feature_hostdev(place, address);
	edit_set(edit, place, "address", "type", "pci");
	edit_set(edit, place, "address", "domain", "0x0000");
	snprintf(value, sizeof(value), "0x%02lx", slot->bus);
	edit_set(edit, place, "address", "bus", value);
	snprintf(value, sizeof(value), "0x%02lx", slot->number);
	edit_set(edit, place, "address", "slot", value);
	snprintf(value, sizeof(value), "0x%x", function);
	edit_set(edit, place, "address", "function", value);
}

static bool enable(struct edit *edit, const struct wish *wish, char why[static WHY_SIZE])
{
	const struct gpu *gpu = wish->gpu;
	char place[PLACE_SIZE];
	struct slot slot;
	bool same;

	if (!feature_has_gpu(wish, why))
		return false;
	if (!present_slot(edit->doc, gpu, &slot)) {
		if (feature_is_q35(edit->doc)) {
			port_slot(edit, gpu, &slot);
		} else if (!bus_slot(edit->doc, gpu, &slot)) {
			snprintf(why, WHY_SIZE, "the VM has no free PCI slot");
			return false;
		}
	}
	/* A slot without function 0 has none for a guest. */
	same = !function_of(gpu->functions[0].address);
	for (size_t i = 0; i < gpu->n_functions; i++)
		put_function(edit, gpu->functions[i].address, &slot,
			     same ? function_of(gpu->functions[i].address) : i);
	if (gpu->n_functions > 1) {
		feature_hostdev(place, gpu->functions[0].address);
		edit_set(edit, place, "address", "multifunction", "on");
	}
	return true;
}

const struct feature feature_gpu = {
	.name = "gpu",
	.summary = "all functions of the GPU, in one slot",
	.enable = enable,
};
