// SPDX-License-Identifier: GPL-2.0-only
/* How people name a GPU. */
#include "unit.h"

#include "client/match.h"

static struct gpu_function functions[][2] = {
	{ { .address = "0000:01:00.0" }, { .address = "0000:01:00.1" } },
	{ { .address = "0000:0a:00.0" }, { .address = "0000:0a:00.1" } },
	{ { .address = "10000:01:00.0" }, { .address = "10000:01:00.1" } },
};

static struct gpu gpus[] = {
	{ .address = "0000:01:00.0", .functions = functions[0], .n_functions = 2 },
	{ .address = "0000:0a:00.0", .functions = functions[1], .n_functions = 2 },
	{ .address = "10000:01:00.0", .functions = functions[2], .n_functions = 2 },
};

/* The GPU @name stands for among the first @n; -1 for none, -2 for several. */
static int named(size_t n, const char *name)
{
	struct gpu_list list = { .gpus = gpus, .n = n };
	size_t matches[3], found = gpu_match(&list, name, matches);

	return found == 1 ? (int)matches[0] : found ? -2 : -1;
}

static void test_whole(void **state)
{
	(void)state;
	assert_int_equal(named(3, "0000:01:00.0"), 0);
	assert_int_equal(named(3, "10000:01:00.0"), 2);
	assert_int_equal(named(3, "01:00.0"), 0);
	assert_int_equal(named(3, "0A:00.0"), 1);
	assert_int_equal(named(3, "0000:01:00.1"), 0);
	assert_int_equal(named(3, "01:00.1"), 0);
}

static void test_part(void **state)
{
	(void)state;
	assert_int_equal(named(2, "01:00"), 0);
	assert_int_equal(named(2, "1:"), 0);
	assert_int_equal(named(2, "01"), 0);
	assert_int_equal(named(2, "0a"), 1);
	assert_int_equal(named(2, "A:"), 1);
	assert_int_equal(named(3, "10000"), 2);
	assert_int_equal(named(1, "0"), 0);
}

static void test_ambiguous(void **state)
{
	struct gpu_list list = { .gpus = gpus, .n = 3 };
	size_t matches[3];

	(void)state;
	assert_int_equal(named(2, "00.0"), -2);
	assert_int_equal(named(2, "00.1"), -2);
	assert_int_equal(gpu_match(&list, "01:00", matches), 2);
	assert_int_equal(matches[0], 0);
	assert_int_equal(matches[1], 2);
}

static void test_none(void **state)
{
	(void)state;
	assert_int_equal(named(3, "02:00.0"), -1);
	assert_int_equal(named(3, "0000:01:00.2"), -1);
	assert_int_equal(named(3, ""), -1);
	assert_int_equal(named(3, "nvidia"), -1);
	assert_int_equal(named(3, "0000:01:00.0 "), -1);
	assert_int_equal(named(0, "01:00.0"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_ambiguous),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
