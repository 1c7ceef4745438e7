// SPDX-License-Identifier: GPL-2.0-only
#include "vfct.h"
#include "bytes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* In the table, behind its ACPI header and a UUID. */
#define TABLE_LENGTH	4
#define TABLE_IMAGES	52
#define TABLE_SIZE	76
/* In front of each ROM. */
#define IMAGE_BUS	0
#define IMAGE_DEVICE	4
#define IMAGE_FUNCTION	8
#define IMAGE_VENDOR_ID	12
#define IMAGE_DEVICE_ID	14
#define IMAGE_LENGTH	24
#define IMAGE_SIZE	28

int vfct_find(const void *table, size_t size, const char *address, const struct rom_id *id,
	      const void **rom, size_t *length)
{
	unsigned int bus, device, function;
	const __u8 *bytes = table;
	size_t at;

	if (sscanf(address, "%*x:%2x:%2x.%1x", &bus, &device, &function) != 3)
		return -ENOENT;
	if (size < TABLE_SIZE || memcmp(bytes, "VFCT", 4) || get32(bytes + TABLE_LENGTH) > size)
		return -EBADMSG;
	size = get32(bytes + TABLE_LENGTH);
	for (at = get32(bytes + TABLE_IMAGES); at < size; at += IMAGE_SIZE + *length) {
		const __u8 *image = bytes + at;

		if (at < TABLE_SIZE || size - at < IMAGE_SIZE)
			return -EBADMSG;
		*length = get32(image + IMAGE_LENGTH);
		if (*length > size - at - IMAGE_SIZE)
			return -EBADMSG;
		*rom = image + IMAGE_SIZE;
		if (*length && get32(image + IMAGE_BUS) == bus &&
		    get32(image + IMAGE_DEVICE) == device &&
		    get32(image + IMAGE_FUNCTION) == function &&
		    get16(image + IMAGE_VENDOR_ID) == id->vendor &&
		    get16(image + IMAGE_DEVICE_ID) == id->device)
			return 0;
	}
	return -ENOENT;
}
