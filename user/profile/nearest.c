// SPDX-License-Identifier: GPL-2.0-only
#include "nearest.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define LONGEST 32

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Characters to add, drop or change, which makes two for a pair that is swapped. */
static size_t distance(const char *a, const char *b)
{
	size_t row[LONGEST + 1], n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t above = row[j];

			row[j] = min3(above + 1, row[j - 1] + 1,
				      corner + !!strncasecmp(&a[i - 1], &b[j - 1], 1));
			corner = above;
		}
	}
	return row[n];
}

const char *nearest_word(const char *given, const char *const *words)
{
	size_t len = strlen(given), least = len < 4 ? 1 : len < 9 ? 2 : len / 3;
	const char *nearest = NULL;

	if (len < 2 || len > LONGEST)
		return NULL;
	for (; *words; words++) {
		size_t d = strlen(*words) <= LONGEST ? distance(given, *words) : LONGEST;

		if (strcmp(given, *words) && (d < least || (d == least && !nearest))) {
			least = d;
			nearest = *words;
		}
	}
	return nearest;
}
