// SPDX-License-Identifier: GPL-2.0-only
#include "aml.h"

#include <linux/types.h>
#include <string.h>

/* The Makefile compiles the tables, and writes their bytes into these. */
static const __u8 live[] = {
#include "live.inc"
};

static const __u8 ac[] = {
#include "ac.inc"
};

static const __u8 battery[] = {
#include "battery.inc"
};

/* Where the table's header has its checksum, which makes all bytes add up to zero. */
#define CHECKSUM 9

static const struct {
	const char *name;
	const __u8 *bytes;
	size_t size;
} tables[] = {
	{ "live", live, sizeof(live) },
	{ "ac", ac, sizeof(ac) },
	{ "battery", battery, sizeof(battery) },
};

const void *aml_builtin(const char *name, size_t *size)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		if (strcmp(name, tables[i].name))
			continue;
		*size = tables[i].size;
		return tables[i].bytes;
	}
	return NULL;
}

bool aml_heartbeat(void *table, size_t size, unsigned int seconds)
{
	/* Name (BEAT, ...) with a DWORD; power.asl says why it always is one. */
	static const __u8 name[] = { 0x08, 'B', 'E', 'A', 'T', 0x0C };
	__u32 microseconds = seconds * 1000000;
	__u8 *at = memmem(table, size, name, sizeof(name));
	__u8 *checksum = (__u8 *)table + CHECKSUM;

	if (!at || at + sizeof(name) + sizeof(microseconds) > (__u8 *)table + size)
		return false;
	at += sizeof(name);
	for (size_t i = 0; i < sizeof(microseconds); i++) {
		__u8 byte = microseconds >> 8 * i;

		*checksum += at[i] - byte;
		at[i] = byte;
	}
	return true;
}
