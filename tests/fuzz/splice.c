// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is added to files of configuration can be taken out again: the first byte is
 * how, then come the text and, behind a zero, what is added.
 */
#include "fuzz.h"

#include "bind/splice.h"

#include <stdio.h>

/* Of a text with a newline at its end nothing may be missing, nor of another. */
static void check_block(const char *text, const char *added)
{
	char *with = splice_add(SPLICE_BLOCK, text, added);
	char *without = splice_strip(SPLICE_BLOCK, with, NULL);
	size_t n = strlen(text);

	MUST(with && strstr(with, added) && !strncmp(with, text, n));
	if (!strstr(text, "# gpupm bind: from") && !strstr(added, "# ... to here")) {
		MUST(!strncmp(without ?: "", text, n));
		MUST(strlen(without ?: "") <= n + 1);
	}
	free(with);
	free(without);
}

static void check_words(enum splice_kind kind, const char *text, const char *words)
{
	char *with = splice_add(kind, text, words), *without;

	MUST(with && strstr(with, words));
	without = splice_strip(kind, with, words);
	MUST(without && strlen(without) <= strlen(with));
	free(without);
	without = splice_strip(kind, text, words);
	MUST(without && strlen(without) <= strlen(text));
	/* What is not there is not taken out, but for a line with nothing on it. */
	if (!strstr(text, words) && !strstr(text, "options\n"))
		MUST(!strcmp(without, text));
	free(with);
	free(without);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy, *added;
	int kind;

	if (size < 2)
		return 0;
	kind = data[0] % N_SPLICE_KINDS;
	copy = malloc(size + 1);
	MUST(copy);
	memcpy(copy, data + 1, size - 1);
	copy[size - 1] = '\0';
	copy[size] = '\0';
	added = copy + strlen(copy) + 1;
	if (added > copy + size)
		added = copy + size;
	if (kind == SPLICE_OWNED)
		free(splice_strip(kind, copy, added));
	else if (kind == SPLICE_BLOCK)
		check_block(copy, added);
	else
		check_words(kind, copy, added);
	free(copy);
	return 0;
}
