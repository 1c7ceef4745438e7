// SPDX-License-Identifier: GPL-2.0-only
/* Runs a KUnit suite in user space. */
#include <kunit/test.h>

#define MOST_CASES 32

static void run_case(void **state)
{
	const struct kunit_case *the_case = *state;
	struct kunit test = {};

	the_case->run_case(&test);
	while (test.allocations)
		test_free(test.memory[--test.allocations]);
}

int main(void)
{
	struct CMUnitTest tests[MOST_CASES] = {};
	unsigned int n = 0;

	for (; unit_suite->test_cases[n].name; n++) {
		if (n == MOST_CASES) {
			print_error("%s has too many cases\n", unit_suite->name);
			return 1;
		}
		tests[n].name = unit_suite->test_cases[n].name;
		tests[n].test_func = run_case;
		tests[n].initial_state = &unit_suite->test_cases[n];
	}
	return _cmocka_run_group_tests(unit_suite->name, tests, n, NULL, NULL);
}
