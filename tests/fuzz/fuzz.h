/* SPDX-License-Identifier: GPL-2.0-only */
/* What every fuzzer includes first. */
#ifndef GPUPM_FUZZ_H
#define GPUPM_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A property that must hold; libFuzzer keeps the input for which it does not. */
#define MUST(condition)		\
	do {			\
		if (!(condition))	\
			abort();	\
	} while (0)

/* libFuzzer's: it calls the first, and the second where there is one; it has the third. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

/* Whether a text has nothing but lines of what can be seen. */
static inline bool harmless(const char *text)
{
	for (; *text; text++) {
		unsigned char byte = *text;

		if ((byte < ' ' && byte != '\n') || byte == 0x7f)
			return false;
		/* U+0080 to U+009F are control characters, too. */
		if (byte == 0xc2 && (unsigned char)text[1] < 0xa0)
			return false;
	}
	return true;
}

#endif
