// SPDX-License-Identifier: GPL-2.0-only
#include "table.h"
#include "text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Room for a tree, an address, or a sentence. */
#define CELL_SIZE	160
/* No column gets narrower than this. */
#define NARROWEST	4

struct table_row {
	char text[TABLE_COLUMNS][CELL_SIZE];
	enum paint paint[TABLE_COLUMNS];
};

static void start_row(struct table *table)
{
	struct table_row *rows = reallocarray(table->rows, table->n + 1, sizeof(*rows));

	if (!rows) {
		fputs("gpupm: out of memory\n", stderr);
		exit(1);
	}
	table->rows = rows;
	memset(&rows[table->n++], 0, sizeof(*rows));
}

void table_cell(struct table *table, enum paint paint, const char *format, ...)
{
	struct table_row *row;
	va_list args;

	if (!table->cell)
		start_row(table);
	row = &table->rows[table->n - 1];
	va_start(args, format);
	vsnprintf(row->text[table->cell], CELL_SIZE, format, args);
	va_end(args);
	row->paint[table->cell++] = paint;
}

void table_row(struct table *table)
{
	table->cell = 0;
}

static void print_row(const struct table *table, const struct style *style, FILE *out,
		      const struct table_row *row, const int *widths)
{
	int last = -1;

	for (int i = 0; i < TABLE_COLUMNS; i++)
		if (row->text[i][0])
			last = i;

	fprintf(out, "%*s", table->indent, "");
	for (int i = 0; i <= last; i++) {
		char text[CELL_SIZE];
		int pad;

		memcpy(text, row->text[i], sizeof(text));
		text_clip(style, text, sizeof(text), widths[i]);
		pad = widths[i] - text_columns(text);
		if (pad < 0)
			pad = 0;
		if (table->right & (1U << i))
			fprintf(out, "%*s", pad, "");
		fprintf(out, "%s%s%s", style_begin(style, row->paint[i]), text,
			style_end(style, row->paint[i]));
		if (i == last)
			break;
		if (!(table->right & (1U << i)))
			fprintf(out, "%*s", pad, "");
		fputs("  ", out);
	}
	fputc('\n', out);
}

/* Take from the widest column that can spare it until a row fits. */
static void narrow(const struct table *table, const struct style *style, int *widths)
{
	for (;;) {
		int total = table->indent - 2, widest = -1;

		for (int i = 0; i < TABLE_COLUMNS; i++) {
			if (widths[i])
				total += widths[i] + 2;
			if (table->narrow & (1U << i) && widths[i] > NARROWEST &&
			    (widest < 0 || widths[i] > widths[widest]))
				widest = i;
		}
		if (total <= style->width || widest < 0)
			return;
		widths[widest]--;
	}
}

void table_print(struct table *table, const struct style *style, FILE *out)
{
	int widths[TABLE_COLUMNS] = {};

	for (size_t r = 0; r < table->n; r++) {
		for (int i = 0; i < TABLE_COLUMNS; i++) {
			int width = text_columns(table->rows[r].text[i]);

			if (width > widths[i])
				widths[i] = width;
		}
	}
	if (style->width)
		narrow(table, style, widths);
	for (size_t r = 0; r < table->n; r++)
		print_row(table, style, out, &table->rows[r], widths);
	free(table->rows);
	table->rows = NULL;
	table->n = 0;
	table->cell = 0;
}
