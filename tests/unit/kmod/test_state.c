// SPDX-License-Identifier: GPL-2.0-only
/* The state of a GPU, its clocks and counters, and what has to be kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "state.h"

#define SECOND 1000000000ULL

static struct gpupm_facts facts(bool open, bool awake, bool cut, bool lost)
{
	return (struct gpupm_facts){
		.open = open, .awake = awake, .cut = cut, .lost = lost
	};
}

static void every_combination_of_facts_has_its_state(void **unused)
{
	unsigned int i;

	(void)unused;
	for (i = 0; i < 16; i++) {
		struct gpupm_facts f = facts(i & 1, i & 2, i & 4, i & 8);
		enum gpupm_state want = f.lost	? GPUPM_STATE_LOST :
					f.open	? GPUPM_STATE_IN_USE :
					f.awake ? GPUPM_STATE_AWAKE :
					f.cut	? GPUPM_STATE_OFF :
						  GPUPM_STATE_IDLE;

		assert_int_equal(gpupm_state_of(&f), want);
	}
}

static void every_name_is_there(void **unused)
{
	unsigned int i;

	(void)unused;
	for (i = 0; i <= GPUPM_STATE_MAX; i++)
		assert_non_null(gpupm_state_names[i]);
	for (i = 0; i <= GPUPM_POLICY_MAX; i++)
		assert_non_null(gpupm_policy_names[i]);
	assert_string_equal(gpupm_state_names[GPUPM_STATE_IN_USE], "in-use");
}

static void step(struct gpupm_clock *clock, struct gpupm_facts f, u64 now,
		 enum gpupm_state before, enum gpupm_state after)
{
	assert_int_equal(gpupm_clock_step(clock, &f, now), before);
	assert_int_equal(clock->state, after);
}

static void a_vm_comes_and_goes(void **unused)
{
	struct gpupm_clock clock = {};
	struct gpupm_facts f = facts(false, true, false, false);

	(void)unused;
	gpupm_clock_start(&clock, &f, SECOND);
	step(&clock, facts(0, 0, 0, 0), 2 * SECOND, GPUPM_STATE_AWAKE,
	     GPUPM_STATE_IDLE);
	step(&clock, facts(0, 0, 1, 0), 3 * SECOND, GPUPM_STATE_IDLE,
	     GPUPM_STATE_OFF);
	step(&clock, facts(0, 0, 0, 0), 13 * SECOND, GPUPM_STATE_OFF,
	     GPUPM_STATE_IDLE);
	step(&clock, facts(0, 1, 0, 0), 14 * SECOND, GPUPM_STATE_IDLE,
	     GPUPM_STATE_AWAKE);
	step(&clock, facts(1, 1, 0, 0), 15 * SECOND, GPUPM_STATE_AWAKE,
	     GPUPM_STATE_IN_USE);
	step(&clock, facts(0, 0, 0, 0), 115 * SECOND, GPUPM_STATE_IN_USE,
	     GPUPM_STATE_IDLE);
	step(&clock, facts(0, 0, 1, 0), 116 * SECOND, GPUPM_STATE_IDLE,
	     GPUPM_STATE_OFF);
	assert_int_equal(clock.opens, 1);
	assert_int_equal(clock.power_cuts, 2);
	assert_int_equal(clock.failures, 0);
	assert_int_equal(gpupm_clock_time(&clock, GPUPM_STATE_OFF,
					  120 * SECOND), 14 * SECOND);
	assert_int_equal(gpupm_clock_time(&clock, GPUPM_STATE_IDLE,
					  120 * SECOND), 3 * SECOND);
	assert_int_equal(gpupm_clock_time(&clock, GPUPM_STATE_AWAKE,
					  120 * SECOND), 2 * SECOND);
	assert_int_equal(gpupm_clock_time(&clock, GPUPM_STATE_IN_USE,
					  120 * SECOND), 100 * SECOND);
	assert_int_equal(gpupm_clock_time(&clock, GPUPM_STATE_LOST,
					  120 * SECOND), 0);
}

static void times_add_up_to_all_time(void **unused)
{
	struct gpupm_clock clock = {};
	struct gpupm_facts f = {};
	u64 now = 5, sum;
	unsigned int i, s;

	(void)unused;
	gpupm_clock_start(&clock, &f, now);
	for (i = 1; i < 1000; i++) {
		now += i * i;
		f = facts(i % 2, i % 3, i % 5, !(i % 7));
		gpupm_clock_step(&clock, &f, now);
		for (s = 0, sum = 0; s <= GPUPM_STATE_MAX; s++)
			sum += gpupm_clock_time(&clock, s, now + 3);
		assert_int_equal(sum, now + 3 - 5);
	}
}

static void the_same_facts_change_nothing(void **unused)
{
	struct gpupm_clock clock = {};
	struct gpupm_facts f = facts(1, 1, 0, 0);

	(void)unused;
	gpupm_clock_start(&clock, &f, 1);
	step(&clock, f, 9, GPUPM_STATE_IN_USE, GPUPM_STATE_IN_USE);
	assert_int_equal(clock.since, 1);
	assert_int_equal(clock.opens, 1);
}

static void lost_while_open_is_one_open_and_one_failure(void **unused)
{
	struct gpupm_clock clock = {};
	struct gpupm_facts f = facts(0, 1, 0, 0);

	(void)unused;
	gpupm_clock_start(&clock, &f, 0);
	step(&clock, facts(1, 1, 0, 0), 1, GPUPM_STATE_AWAKE,
	     GPUPM_STATE_IN_USE);
	step(&clock, facts(1, 1, 0, 1), 2, GPUPM_STATE_IN_USE,
	     GPUPM_STATE_LOST);
	step(&clock, facts(1, 1, 0, 0), 3, GPUPM_STATE_LOST,
	     GPUPM_STATE_IN_USE);
	assert_int_equal(clock.opens, 1);
	assert_int_equal(clock.failures, 1);
}

static void found_off_was_not_cut_by_us(void **unused)
{
	struct gpupm_clock clock = {};
	struct gpupm_facts f = facts(0, 0, 1, 0);

	(void)unused;
	gpupm_clock_start(&clock, &f, 0);
	assert_int_equal(clock.state, GPUPM_STATE_OFF);
	assert_int_equal(clock.power_cuts, 0);
}

static void years_do_not_overflow(void **unused)
{
	struct gpupm_clock clock = {};
	struct gpupm_facts f = {};
	u64 century = 100ULL * 365 * 24 * 3600 * SECOND;

	(void)unused;
	gpupm_clock_start(&clock, &f, 0);
	step(&clock, facts(0, 0, 1, 0), century, GPUPM_STATE_IDLE,
	     GPUPM_STATE_OFF);
	assert_true(gpupm_clock_time(&clock, GPUPM_STATE_IDLE, century) ==
		    century);
}

static void wants(enum gpupm_policy policy, unsigned int holds,
		  bool recovering, bool functions, bool ports)
{
	struct gpupm_want want = gpupm_want_of(policy, holds, recovering);

	assert_int_equal(want.functions, functions);
	assert_int_equal(want.ports, ports);
}

static void policy_and_holds_say_what_is_kept(void **unused)
{
	(void)unused;
	wants(GPUPM_POLICY_AUTO, 0, false, false, false);
	wants(GPUPM_POLICY_WARM, 0, false, false, true);
	wants(GPUPM_POLICY_ON, 0, false, true, true);
	wants(GPUPM_POLICY_AUTO, 1, false, true, true);
	wants(GPUPM_POLICY_WARM, 2, false, true, true);
	wants(GPUPM_POLICY_ON, 1, false, true, true);
}

static void recovery_goes_before_everything(void **unused)
{
	unsigned int policy, holds;

	(void)unused;
	for (policy = 0; policy <= GPUPM_POLICY_MAX; policy++)
		for (holds = 0; holds < 3; holds++)
			wants(policy, holds, true, false, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_combination_of_facts_has_its_state),
		cmocka_unit_test(every_name_is_there),
		cmocka_unit_test(a_vm_comes_and_goes),
		cmocka_unit_test(times_add_up_to_all_time),
		cmocka_unit_test(the_same_facts_change_nothing),
		cmocka_unit_test(lost_while_open_is_one_open_and_one_failure),
		cmocka_unit_test(found_off_was_not_cut_by_us),
		cmocka_unit_test(years_do_not_overflow),
		cmocka_unit_test(policy_and_holds_say_what_is_kept),
		cmocka_unit_test(recovery_goes_before_everything),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
