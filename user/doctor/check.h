/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DOCTOR_CHECK_H
#define GPUPM_DOCTOR_CHECK_H

#include <stddef.h>

/**
 * enum check_result - what a check came to
 * @CHECK_OK: nothing is to be done
 * @CHECK_WARNING: it works, but not as well as it could, or not in every case
 * @CHECK_FAILURE: it does not work
 * @CHECK_CANNOT_TELL: what would tell cannot be seen
 */
enum check_result {
	CHECK_OK,
	CHECK_WARNING,
	CHECK_FAILURE,
	CHECK_CANNOT_TELL,
};

#define N_CHECK_RESULTS	(CHECK_CANNOT_TELL + 1)

/**
 * struct check - one check
 * @group: what it belongs to; static
 * @name: what was looked at; static, unique in its group, and never changed: programs
 *	go by it
 * @subject: the device or file that was looked at; empty when there is one only
 * @result: what it came to
 * @evidence: what was found, and where; of unknown origin in part, so to be cleaned
 * @fix: what to do, commands first; NULL when there is nothing to do
 */
struct check {
	const char *group;
	const char *name;
	char subject[256];
	enum check_result result;
	char *evidence;
	char *fix;
};

/**
 * struct checks - checks in the order in which they were made
 * @group: that of the checks to come
 *
 * Start with zeros. Who runs out of memory here ends.
 */
struct checks {
	const char *group;
	struct check *list;
	size_t n;
};

/**
 * check_add - add what a check came to
 * @checks: the checks
 * @name: of the check
 * @subject: its device or file, or NULL
 * @result: what it came to
 * @format: its evidence, a sentence without a final stop
 */
void __attribute__((format(printf, 5, 6)))
check_add(struct checks *checks, const char *name, const char *subject,
	  enum check_result result, const char *format, ...);

/**
 * check_fix - say what to do about the check that was added last
 * @checks: the checks
 * @format: a command, or a sentence without a final stop
 */
void __attribute__((format(printf, 2, 3)))
check_fix(struct checks *checks, const char *format, ...);

/** checks_count - how many came to a result */
size_t checks_count(const struct checks *checks, enum check_result result);

/** checks_free - free what the checks own and make them none */
void checks_free(struct checks *checks);

/** check_word - a result in words: "ok", "warning", "failure", "cannot-tell" */
const char *check_word(enum check_result result);

#endif
