/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_BIND_SPLICE_H
#define GPUPM_BIND_SPLICE_H

#include <stdbool.h>

/*
 * What is done to a file such that it can be taken back, also when somebody else has
 * changed the file since. Texts are NULL for a file that is not there; results are
 * the caller's, and NULL with errno ENOMEM when out of memory.
 */

/**
 * enum splice_kind - how something is added to a file
 * @SPLICE_OWNED: the file is that, and nobody else's
 * @SPLICE_BLOCK: as lines at its end, between two that say whose they are
 * @SPLICE_OPTIONS: as words at the end of the last line "options", as in an entry of the
 *	Boot Loader Specification
 * @SPLICE_LINE: as words at the end of its last line
 */
enum splice_kind {
	SPLICE_OWNED,
	SPLICE_BLOCK,
	SPLICE_OPTIONS,
	SPLICE_LINE,
	N_SPLICE_KINDS,
};

/** splice_word - the name of a kind, for the record */
const char *splice_word(enum splice_kind kind);

/**
 * splice_add - add something to a text
 * @kind: how
 * @text: the text, without what was added before
 * @added: lines for SPLICE_OWNED and SPLICE_BLOCK, else words
 *
 * Return: the new text.
 */
char *splice_add(enum splice_kind kind, const char *text, const char *added);

/**
 * splice_strip - take out of a text what was added
 * @kind: how it was added
 * @text: the text, whatever happened to it meanwhile
 * @words: what was added, for SPLICE_OPTIONS and SPLICE_LINE; NULL when that is not known
 *
 * Return: the text without it; NULL, and errno is 0, when nothing is left of the file.
 */
char *splice_strip(enum splice_kind kind, const char *text, const char *words);

#endif
