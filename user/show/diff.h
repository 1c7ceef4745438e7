/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_SHOW_DIFF_H
#define GPUPM_SHOW_DIFF_H

#include "style.h"

/**
 * diff_print - print how a text changes, as "diff -u" does
 * @out: where to; what is printed there is for patch(1), unless it is a terminal
 * @style: of @out
 * @old_name: for the first line, usually a file; "/dev/null" when it is new
 * @new_name: for the second line
 * @before: the text; NULL for that of a new file
 * @after: what it becomes
 *
 * Nothing is printed when both are the same.
 *
 * Return: whether they differ.
 */
bool diff_print(FILE *out, const struct style *style, const char *old_name, const char *new_name,
		const char *before, const char *after);

#endif
