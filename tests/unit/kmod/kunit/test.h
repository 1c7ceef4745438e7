/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of KUnit as the suites of the module's pure sources use, for user
 * space: so they run under its sanitizers as well, and without a debug kernel.
 */
#ifndef _UNIT_KUNIT_TEST_H
#define _UNIT_KUNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

struct kunit {
	void *memory[8];
	unsigned int allocations;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(function) { .run_case = (function), .name = #function }

/* Like the kernel's, both sides are evaluated once. */
#define KUNIT_EXPECT_EQ(test, left, right) \
	((void)(test), assert_int_equal((left), (right)))
#define KUNIT_EXPECT_STREQ(test, left, right) \
	((void)(test), assert_string_equal((left), (right)))
#define KUNIT_EXPECT_TRUE(test, condition) \
	((void)(test), assert_true(condition))
#define KUNIT_EXPECT_FALSE(test, condition) \
	((void)(test), assert_false(condition))
#define KUNIT_EXPECT_NOT_NULL(test, pointer) \
	((void)(test), assert_non_null(pointer))
#define KUNIT_ASSERT_EQ KUNIT_EXPECT_EQ
#define KUNIT_ASSERT_NOT_NULL KUNIT_EXPECT_NOT_NULL

#define GFP_KERNEL 0

/* Freed after the case, as in the kernel. */
static inline void *kunit_kzalloc(struct kunit *test, size_t size, int gfp)
{
	void *memory = test_calloc(1, size);

	(void)gfp;
	assert_in_range(test->allocations, 0, ARRAY_SIZE(test->memory) - 1);
	test->memory[test->allocations++] = memory;
	return memory;
}

/* There is one in each program, and main.c runs it. */
#define kunit_test_suite(suite) const struct kunit_suite *const unit_suite = &(suite)

extern const struct kunit_suite *const unit_suite;

#endif /* _UNIT_KUNIT_TEST_H */
