// SPDX-License-Identifier: GPL-2.0-only
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void __attribute__((noreturn)) no_memory(void)
{
	fputs("gpupm: out of memory\n", stderr);
	exit(1);
}

void check_add(struct checks *checks, const char *name, const char *subject,
	       enum check_result result, const char *format, ...)
{
	struct check *list, *check;
	va_list args;

	list = reallocarray(checks->list, checks->n + 1, sizeof(*list));
	if (!list)
		no_memory();
	checks->list = list;
	check = &list[checks->n++];
	*check = (struct check){ .group = checks->group, .name = name, .result = result };
	snprintf(check->subject, sizeof(check->subject), "%s", subject ?: "");
	va_start(args, format);
	if (vasprintf(&check->evidence, format, args) < 0)
		no_memory();
	va_end(args);
}

void check_fix(struct checks *checks, const char *format, ...)
{
	struct check *check = &checks->list[checks->n - 1];
	va_list args;

	free(check->fix);
	va_start(args, format);
	if (vasprintf(&check->fix, format, args) < 0)
		no_memory();
	va_end(args);
}

size_t checks_count(const struct checks *checks, enum check_result result)
{
	size_t n = 0;

	for (size_t i = 0; i < checks->n; i++)
		n += checks->list[i].result == result;
	return n;
}

void checks_free(struct checks *checks)
{
	for (size_t i = 0; i < checks->n; i++) {
		free(checks->list[i].evidence);
		free(checks->list[i].fix);
	}
	free(checks->list);
	memset(checks, 0, sizeof(*checks));
}

const char *check_word(enum check_result result)
{
	static const char * const words[] = {
		[CHECK_OK] = "ok",
		[CHECK_WARNING] = "warning",
		[CHECK_FAILURE] = "failure",
		[CHECK_CANNOT_TELL] = "cannot-tell",
	};

	return words[result];
}
