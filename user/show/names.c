// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci_init() is never called, because it would open an access method and set up
 * config space. Looking names up works without it.
 */
#include "names.h"

#include <pci/pci.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct names {
	struct pci_access *pci;
};

/* What pci_init() would have set; libpci calls them without looking. */
static void ignore(char *format, ...)
{
	(void)format;
}

static void __attribute__((noreturn)) give_up(char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("gpupm: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

struct names *names_open(const char *path)
{
	struct names *names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	names->pci = pci_alloc();
	if (!names->pci) {
		free(names);
		return NULL;
	}
	names->pci->error = give_up;
	names->pci->warning = ignore;
	names->pci->debug = ignore;
	if (path)
		pci_set_name_list_path(names->pci, (char *)path, 0);
	return names;
}

void names_close(struct names *names)
{
	if (!names)
		return;
	pci_cleanup(names->pci);
	free(names);
}

#define LOCAL	(PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB)

bool names_device(struct names *names, __u32 vendor, __u32 device, char *buf, size_t size)
{
	const char *name = pci_lookup_name(names->pci, buf, size,
					   PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE | LOCAL,
					   vendor, device);

	if (!name)
		buf[0] = '\0';
	else if (name != buf)
		snprintf(buf, size, "%s", name);
	return name;
}

/* "NVIDIA Corporation" is NVIDIA, "... [AMD/ATI]" is AMD/ATI. */
static void shorten_vendor(char *vendor)
{
	static const char * const ends[] = { " Corporation", ", Inc.", " Inc.", " Co., Ltd." };
	char *open = strrchr(vendor, '[');
	size_t len = strlen(vendor);

	if (open && len && vendor[len - 1] == ']') {
		vendor[len - 1] = '\0';
		memmove(vendor, open + 1, strlen(open + 1) + 1);
		return;
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t end = strlen(ends[i]);

		if (len > end && !strcmp(vendor + len - end, ends[i])) {
			vendor[len - end] = '\0';
			return;
		}
	}
}

void names_short(struct names *names, __u32 vendor, __u32 device, char *buf, size_t size)
{
	char maker[128], model[256];
	const char *v = pci_lookup_name(names->pci, maker, sizeof(maker),
					PCI_LOOKUP_VENDOR | LOCAL, vendor);
	const char *d = pci_lookup_name(names->pci, model, sizeof(model),
					PCI_LOOKUP_DEVICE | LOCAL, vendor, device);

	if (v == maker)
		shorten_vendor(maker);
	if (v && d)
		snprintf(buf, size, "%s %s", v, d);
	else if (v)
		snprintf(buf, size, "%s device %04x", v, device);
	else
		snprintf(buf, size, "device %04x:%04x", vendor, device);
}

void names_class(struct names *names, __u32 class, char *buf, size_t size)
{
	const char *name = pci_lookup_name(names->pci, buf, size, PCI_LOOKUP_CLASS | LOCAL,
					   class >> 8);

	if (!name)
		snprintf(buf, size, "class %06x", class);
	else if (name != buf)
		snprintf(buf, size, "%s", name);
}
