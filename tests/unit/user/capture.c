// SPDX-License-Identifier: GPL-2.0-only
#include "capture.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *out, *err;
static size_t n_out, n_err;
static FILE *real_stdout, *real_stderr;

void capture_begin(void)
{
	capture_free();
	real_stdout = stdout;
	real_stderr = stderr;
	stdout = open_memstream(&out, &n_out);
	stderr = open_memstream(&err, &n_err);
	if (!stdout || !stderr)
		abort();
}

void capture_end(void)
{
	if (!real_stdout)
		return;
	if (stdout != real_stdout)
		fclose(stdout);
	if (stderr != real_stderr)
		fclose(stderr);
	stdout = real_stdout;
	stderr = real_stderr;
	real_stdout = NULL;
	real_stderr = NULL;
}

void capture_free(void)
{
	capture_end();
	free(out);
	free(err);
	out = NULL;
	err = NULL;
}

int capture_teardown(void **state)
{
	(void)state;
	capture_free();
	root_remove();
	return 0;
}

void assert_says(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("'%s' is not in: %s", what, text);
}
