/* SPDX-License-Identifier: GPL-2.0-only */
/* What every fuzzer includes first. */
#ifndef GPUPM_FUZZ_H
#define GPUPM_FUZZ_H

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
