/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_SHOW_TEXT_H
#define GPUPM_SHOW_TEXT_H

#include "style.h"

/**
 * text_clean - make text of unknown origin safe to show
 * @style: @unicode decides whether more than ASCII may stay
 * @to: set to the text, with '?' for what cannot be shown or would act on a
 *	terminal, and cut at a character when it does not fit
 * @size: bytes in @to
 * @from: the text; any bytes
 */
void text_clean(const struct style *style, char *to, size_t size, const char *from);

/**
 * text_utf8 - make text of unknown origin valid UTF-8
 * @to: set to the text, with U+FFFD for what is not UTF-8, and cut at a
 *	character when it does not fit
 * @size: bytes in @to
 * @from: the text; any bytes
 */
void text_utf8(char *to, size_t size, const char *from);

/** text_columns - columns a clean text takes in a terminal */
int text_columns(const char *text);

/**
 * text_clip - shorten a clean text to a number of columns
 * @style: decides how the cut is marked
 * @text: shortened in place
 * @size: bytes it has room for
 * @columns: how many it may take
 */
void text_clip(const struct style *style, char *text, size_t size, int columns);

/**
 * text_wrap - print a clean text, broken between words where a line is full
 * @out: where to
 * @style: its width; 0 for one long line
 * @indent: columns before each line
 * @text: the text
 */
void text_wrap(FILE *out, const struct style *style, int indent, const char *text);

#endif
