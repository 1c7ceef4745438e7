/* SPDX-License-Identifier: GPL-2.0-only */
/* What a command prints, for tests. */
#ifndef GPUPM_UNIT_CAPTURE_H
#define GPUPM_UNIT_CAPTURE_H

/* What was printed between capture_begin() and capture_end(). */
extern char *out, *err;

/** capture_begin - from now on what is printed goes to @out and @err, which are emptied */
void capture_begin(void);

/** capture_end - no longer; nothing happens if it was not begun */
void capture_end(void);

/** capture_free - that, and free both */
void capture_free(void);

/** capture_teardown - that, and root_remove(), for cmocka */
int capture_teardown(void **state);

/** assert_says - a text has that in it */
void assert_says(const char *text, const char *what);

#endif
