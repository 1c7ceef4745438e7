/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_SHOW_TABLE_H
#define GPUPM_SHOW_TABLE_H

#include "style.h"

#define TABLE_COLUMNS	8

/**
 * struct table - rows of cells in aligned columns
 * @indent: columns before each row
 * @right: bit N is set when column N is aligned to the right
 * @narrow: bit N is set when column N may be cut for a row to fit the terminal
 * @rows: owned
 *
 * Start with zeros; fill with table_cell(), then table_row().
 */
struct table {
	int indent;
	unsigned int right;
	unsigned int narrow;
	struct table_row *rows;
	size_t n;
	size_t cell;
};

/**
 * table_cell - put text into the next cell of the current row
 * @table: the table
 * @paint: its colour
 * @format: the text; it must be clean
 */
void __attribute__((format(printf, 3, 4)))
table_cell(struct table *table, enum paint paint, const char *format, ...);

/** table_row - end the current row */
void table_row(struct table *table);

/** table_print - print the rows and make the table empty */
void table_print(struct table *table, const struct style *style, FILE *out);

#endif
