// SPDX-License-Identifier: GPL-2.0-only
#include "aml.h"

#include <stdint.h>
#include <string.h>

/* The Makefile compiles the tables, and says where the assembler finds them. */
#define TABLE(name)						\
	extern const uint8_t aml_##name[], aml_##name##_end[];	\
	asm(".pushsection .rodata\n"				\
	    ".global aml_" #name ", aml_" #name "_end\n"	\
	    "aml_" #name ": .incbin \"" #name ".aml\"\n"	\
	    "aml_" #name "_end:\n"				\
	    ".popsection\n")

TABLE(live);
TABLE(ac);
TABLE(battery);

/* Where the table's header has its checksum, which makes all bytes add up to zero. */
#define CHECKSUM 9

static const struct {
	const char *name;
	const uint8_t *begin, *end;
} tables[] = {
	{ "live", aml_live, aml_live_end },
	{ "ac", aml_ac, aml_ac_end },
	{ "battery", aml_battery, aml_battery_end },
};

const void *aml_builtin(const char *name, size_t *size)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		if (strcmp(name, tables[i].name))
			continue;
		*size = tables[i].end - tables[i].begin;
		return tables[i].begin;
	}
	return NULL;
}

bool aml_heartbeat(void *table, size_t size, unsigned int seconds)
{
	/* Name (BEAT, ...) with a DWORD; power.asl says why it always is one. */
	static const uint8_t name[] = { 0x08, 'B', 'E', 'A', 'T', 0x0C };
	uint32_t microseconds = seconds * 1000000;
	uint8_t *at = memmem(table, size, name, sizeof(name));
	uint8_t *checksum = (uint8_t *)table + CHECKSUM;

	if (!at || at + sizeof(name) + sizeof(microseconds) > (uint8_t *)table + size)
		return false;
	at += sizeof(name);
	for (size_t i = 0; i < sizeof(microseconds); i++) {
		uint8_t byte = microseconds >> 8 * i;

		*checksum += at[i] - byte;
		at[i] = byte;
	}
	return true;
}
