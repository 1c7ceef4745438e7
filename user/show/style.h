/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_SHOW_STYLE_H
#define GPUPM_SHOW_STYLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * struct style - what the reader of the output can show
 * @terminal: a person looks at it right now
 * @colour: escape sequences for colours
 * @unicode: more than ASCII
 * @width: columns; 0 when there is no limit
 */
struct style {
	bool terminal;
	bool colour;
	bool unicode;
	int width;
};

enum paint {
	PAINT_PLAIN,
	PAINT_BOLD,
	PAINT_DIM,
	PAINT_GREEN,
	PAINT_YELLOW,
	PAINT_CYAN,
	PAINT_RED,
};

/**
 * style_detect - find out what the reader of a stream can show
 * @style: filled in
 * @out: the stream; anything but a terminal gets plain text of any width
 *
 * The locale must have been set.
 */
void style_detect(struct style *style, FILE *out);

/** style_begin - the escape sequence that starts a colour; "" without colours */
const char *style_begin(const struct style *style, enum paint paint);

/** style_end - the escape sequence that ends it; "" without colours */
const char *style_end(const struct style *style, enum paint paint);

#endif
