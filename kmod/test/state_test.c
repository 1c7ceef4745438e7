// SPDX-License-Identifier: GPL-2.0-only
/* The state of a GPU, its clocks and counters, and what has to be kept. */
#include <kunit/test.h>

#include "../state.c"

#define SECOND 1000000000ULL

/* What each combination of facts means, written out: lost, open, awake, cut. */
static const struct {
	struct gpupm_facts facts;
	enum gpupm_state state;
} meanings[] = {
	{ { }, GPUPM_STATE_IDLE },
	{ { .cut = true }, GPUPM_STATE_OFF },
	{ { .awake = true }, GPUPM_STATE_AWAKE },
	{ { .open = true, .awake = true }, GPUPM_STATE_IN_USE },
	/* A guest has put it to sleep. */
	{ { .open = true }, GPUPM_STATE_IN_USE },
	{ { .lost = true }, GPUPM_STATE_LOST },
	{ { .lost = true, .awake = true }, GPUPM_STATE_LOST },
	{ { .lost = true, .open = true }, GPUPM_STATE_LOST },
	{ { .lost = true, .open = true, .awake = true }, GPUPM_STATE_LOST },
	/* Power is cut to get it back. */
	{ { .lost = true, .cut = true }, GPUPM_STATE_LOST },
	/*
	 * What cannot be, or only while facts come in one after the other: what
	 * is open or awake has power, whatever was last heard of the port.
	 */
	{ { .awake = true, .cut = true }, GPUPM_STATE_AWAKE },
	{ { .open = true, .cut = true }, GPUPM_STATE_IN_USE },
	{ { .open = true, .awake = true, .cut = true }, GPUPM_STATE_IN_USE },
	{ { .lost = true, .awake = true, .cut = true }, GPUPM_STATE_LOST },
	{ { .lost = true, .open = true, .cut = true }, GPUPM_STATE_LOST },
	{ { .lost = true, .open = true, .awake = true, .cut = true },
	  GPUPM_STATE_LOST },
};

static struct gpupm_facts facts(bool open, bool awake, bool cut, bool lost)
{
	return (struct gpupm_facts){
		.open = open, .awake = awake, .cut = cut, .lost = lost
	};
}

static void every_combination_of_facts_has_its_state(struct kunit *test)
{
	unsigned int i, seen = 0;

	for (i = 0; i < ARRAY_SIZE(meanings); i++) {
		const struct gpupm_facts *f = &meanings[i].facts;

		KUNIT_EXPECT_EQ(test, gpupm_state_of(f), meanings[i].state);
		seen |= 1 << (f->open | f->awake << 1 | f->cut << 2 |
			      f->lost << 3);
	}
	/* All sixteen of them. */
	KUNIT_EXPECT_EQ(test, seen, 0xffff);
}

/*
 * From each combination of facts to each, the impossible ones included: the
 * states before and after, what is counted, and where the time goes.
 */
static void every_transition_counts_right(struct kunit *test)
{
	unsigned int from, to, s;

	for (from = 0; from < ARRAY_SIZE(meanings); from++)
		for (to = 0; to < ARRAY_SIZE(meanings); to++) {
			const struct gpupm_facts *a = &meanings[from].facts;
			const struct gpupm_facts *b = &meanings[to].facts;
			enum gpupm_state was = meanings[from].state;
			enum gpupm_state is = meanings[to].state;
			struct gpupm_clock clock = {};

			gpupm_clock_start(&clock, a, 100);
			KUNIT_EXPECT_EQ(test, clock.state, was);
			KUNIT_EXPECT_EQ(test, gpupm_clock_step(&clock, b, 130),
					was);
			KUNIT_EXPECT_EQ(test, clock.state, is);
			KUNIT_EXPECT_EQ(test, clock.since, was == is ? 100 : 130);
			KUNIT_EXPECT_EQ(test, clock.opens, a->open || b->open);
			KUNIT_EXPECT_EQ(test, clock.failures,
					!a->lost && b->lost);
			KUNIT_EXPECT_EQ(test, clock.power_cuts,
					was != GPUPM_STATE_OFF &&
						is == GPUPM_STATE_OFF);
			for (s = 0; s <= GPUPM_STATE_MAX; s++)
				KUNIT_EXPECT_EQ(test,
						gpupm_clock_time(&clock, s, 137),
						(s == was ? 30 : 0) +
							(s == is ? 7 : 0));
		}
}

static void every_name_is_there(struct kunit *test)
{
	static const char *const states[] = {
		[GPUPM_STATE_OFF] = "off",	 [GPUPM_STATE_IDLE] = "idle",
		[GPUPM_STATE_AWAKE] = "awake",	 [GPUPM_STATE_IN_USE] = "in-use",
		[GPUPM_STATE_LOST] = "lost",
	};
	static const char *const policies[] = {
		[GPUPM_POLICY_AUTO] = "auto",
		[GPUPM_POLICY_WARM] = "warm",
		[GPUPM_POLICY_ON] = "on",
	};
	unsigned int i;

	KUNIT_ASSERT_EQ(test, ARRAY_SIZE(states), GPUPM_STATE_MAX + 1);
	for (i = 0; i <= GPUPM_STATE_MAX; i++)
		KUNIT_EXPECT_STREQ(test, gpupm_state_names[i], states[i]);
	KUNIT_ASSERT_EQ(test, ARRAY_SIZE(policies), GPUPM_POLICY_MAX + 1);
	for (i = 0; i <= GPUPM_POLICY_MAX; i++)
		KUNIT_EXPECT_STREQ(test, gpupm_policy_names[i], policies[i]);
}

static void step(struct kunit *test, struct gpupm_clock *clock,
		 struct gpupm_facts f, u64 now, enum gpupm_state before,
		 enum gpupm_state after)
{
	KUNIT_EXPECT_EQ(test, gpupm_clock_step(clock, &f, now), before);
	KUNIT_EXPECT_EQ(test, clock->state, after);
}

static void spent(struct kunit *test, const struct gpupm_clock *clock,
		  enum gpupm_state state, u64 now, u64 want)
{
	KUNIT_EXPECT_EQ(test, gpupm_clock_time(clock, state, now), want);
}

static void a_vm_comes_and_goes(struct kunit *test)
{
	struct gpupm_clock clock = {};
	struct gpupm_facts f = facts(false, true, false, false);

	gpupm_clock_start(&clock, &f, SECOND);
	step(test, &clock, facts(0, 0, 0, 0), 2 * SECOND, GPUPM_STATE_AWAKE,
	     GPUPM_STATE_IDLE);
	step(test, &clock, facts(0, 0, 1, 0), 3 * SECOND, GPUPM_STATE_IDLE,
	     GPUPM_STATE_OFF);
	step(test, &clock, facts(0, 0, 0, 0), 13 * SECOND, GPUPM_STATE_OFF,
	     GPUPM_STATE_IDLE);
	step(test, &clock, facts(0, 1, 0, 0), 14 * SECOND, GPUPM_STATE_IDLE,
	     GPUPM_STATE_AWAKE);
	step(test, &clock, facts(1, 1, 0, 0), 15 * SECOND, GPUPM_STATE_AWAKE,
	     GPUPM_STATE_IN_USE);
	step(test, &clock, facts(0, 0, 0, 0), 115 * SECOND, GPUPM_STATE_IN_USE,
	     GPUPM_STATE_IDLE);
	step(test, &clock, facts(0, 0, 1, 0), 116 * SECOND, GPUPM_STATE_IDLE,
	     GPUPM_STATE_OFF);
	KUNIT_EXPECT_EQ(test, clock.opens, 1);
	KUNIT_EXPECT_EQ(test, clock.power_cuts, 2);
	KUNIT_EXPECT_EQ(test, clock.failures, 0);
	spent(test, &clock, GPUPM_STATE_OFF, 120 * SECOND, 14 * SECOND);
	spent(test, &clock, GPUPM_STATE_IDLE, 120 * SECOND, 3 * SECOND);
	spent(test, &clock, GPUPM_STATE_AWAKE, 120 * SECOND, 2 * SECOND);
	spent(test, &clock, GPUPM_STATE_IN_USE, 120 * SECOND, 100 * SECOND);
	spent(test, &clock, GPUPM_STATE_LOST, 120 * SECOND, 0);
}

static void times_add_up_to_all_time(struct kunit *test)
{
	struct gpupm_clock clock = {};
	struct gpupm_facts f = {};
	u64 now = 5, sum;
	unsigned int i, s;

	gpupm_clock_start(&clock, &f, now);
	for (i = 1; i < 1000; i++) {
		now += i * i;
		f = facts(i % 2, i % 3, i % 5, !(i % 7));
		gpupm_clock_step(&clock, &f, now);
		for (s = 0, sum = 0; s <= GPUPM_STATE_MAX; s++)
			sum += gpupm_clock_time(&clock, s, now + 3);
		KUNIT_EXPECT_EQ(test, sum, now + 3 - 5);
	}
}

static void the_same_facts_change_nothing(struct kunit *test)
{
	struct gpupm_clock clock = {};
	struct gpupm_facts f = facts(1, 1, 0, 0);

	gpupm_clock_start(&clock, &f, 1);
	step(test, &clock, f, 9, GPUPM_STATE_IN_USE, GPUPM_STATE_IN_USE);
	KUNIT_EXPECT_EQ(test, clock.since, 1);
	KUNIT_EXPECT_EQ(test, clock.opens, 1);
}

static void lost_while_open_is_one_open_and_one_failure(struct kunit *test)
{
	struct gpupm_clock clock = {};
	struct gpupm_facts f = facts(0, 1, 0, 0);

	gpupm_clock_start(&clock, &f, 0);
	step(test, &clock, facts(1, 1, 0, 0), 1, GPUPM_STATE_AWAKE,
	     GPUPM_STATE_IN_USE);
	step(test, &clock, facts(1, 1, 0, 1), 2, GPUPM_STATE_IN_USE,
	     GPUPM_STATE_LOST);
	step(test, &clock, facts(1, 1, 0, 0), 3, GPUPM_STATE_LOST,
	     GPUPM_STATE_IN_USE);
	KUNIT_EXPECT_EQ(test, clock.opens, 1);
	KUNIT_EXPECT_EQ(test, clock.failures, 1);
}

static void found_off_was_not_cut_by_us(struct kunit *test)
{
	struct gpupm_clock clock = {};
	struct gpupm_facts f = facts(0, 0, 1, 0);

	gpupm_clock_start(&clock, &f, 0);
	KUNIT_EXPECT_EQ(test, clock.state, GPUPM_STATE_OFF);
	KUNIT_EXPECT_EQ(test, clock.power_cuts, 0);
}

static void years_do_not_overflow(struct kunit *test)
{
	struct gpupm_clock clock = {};
	struct gpupm_facts f = {};
	u64 century = 100ULL * 365 * 24 * 3600 * SECOND;

	gpupm_clock_start(&clock, &f, 0);
	step(test, &clock, facts(0, 0, 1, 0), century, GPUPM_STATE_IDLE,
	     GPUPM_STATE_OFF);
	spent(test, &clock, GPUPM_STATE_IDLE, century, century);
}

/* Differences stay right when the clock itself starts over. */
static void a_clock_that_wraps_around(struct kunit *test)
{
	struct gpupm_clock clock = {};
	struct gpupm_facts f = {};

	gpupm_clock_start(&clock, &f, ~0ULL - 9);
	step(test, &clock, facts(0, 1, 0, 0), 20, GPUPM_STATE_IDLE,
	     GPUPM_STATE_AWAKE);
	spent(test, &clock, GPUPM_STATE_IDLE, 25, 30);
	spent(test, &clock, GPUPM_STATE_AWAKE, 25, 5);
}

static void counters_go_on_where_they_are(struct kunit *test)
{
	struct gpupm_clock clock = {
		.opens = 0xffffffff, .power_cuts = 0xffffffff,
		.failures = 0xffffffff,
	};
	struct gpupm_facts f = {};

	gpupm_clock_start(&clock, &f, 0);
	step(test, &clock, facts(0, 0, 1, 0), 1, GPUPM_STATE_IDLE,
	     GPUPM_STATE_OFF);
	step(test, &clock, facts(1, 1, 0, 0), 2, GPUPM_STATE_OFF,
	     GPUPM_STATE_IN_USE);
	step(test, &clock, facts(1, 1, 0, 1), 3, GPUPM_STATE_IN_USE,
	     GPUPM_STATE_LOST);
	KUNIT_EXPECT_EQ(test, clock.opens, 0x100000000ULL);
	KUNIT_EXPECT_EQ(test, clock.power_cuts, 0x100000000ULL);
	KUNIT_EXPECT_EQ(test, clock.failures, 0x100000000ULL);
}

static void wants(struct kunit *test, enum gpupm_policy policy,
		  unsigned int holds, bool recovering, bool functions,
		  bool ports)
{
	struct gpupm_want want = gpupm_want_of(policy, holds, recovering);

	KUNIT_EXPECT_EQ(test, want.functions, functions);
	KUNIT_EXPECT_EQ(test, want.ports, ports);
}

static void policy_and_holds_say_what_is_kept(struct kunit *test)
{
	wants(test, GPUPM_POLICY_AUTO, 0, false, false, false);
	wants(test, GPUPM_POLICY_WARM, 0, false, false, true);
	wants(test, GPUPM_POLICY_ON, 0, false, true, true);
	wants(test, GPUPM_POLICY_AUTO, 1, false, true, true);
	wants(test, GPUPM_POLICY_WARM, 2, false, true, true);
	wants(test, GPUPM_POLICY_ON, 1, false, true, true);
	wants(test, GPUPM_POLICY_AUTO, ~0U, false, true, true);
}

static void recovery_goes_before_everything(struct kunit *test)
{
	unsigned int policy, holds;

	for (policy = 0; policy <= GPUPM_POLICY_MAX; policy++)
		for (holds = 0; holds < 3; holds++)
			wants(test, policy, holds, true, false, false);
}

static struct kunit_case state_cases[] = {
	KUNIT_CASE(every_combination_of_facts_has_its_state),
	KUNIT_CASE(every_transition_counts_right),
	KUNIT_CASE(every_name_is_there),
	KUNIT_CASE(a_vm_comes_and_goes),
	KUNIT_CASE(times_add_up_to_all_time),
	KUNIT_CASE(the_same_facts_change_nothing),
	KUNIT_CASE(lost_while_open_is_one_open_and_one_failure),
	KUNIT_CASE(found_off_was_not_cut_by_us),
	KUNIT_CASE(years_do_not_overflow),
	KUNIT_CASE(a_clock_that_wraps_around),
	KUNIT_CASE(counters_go_on_where_they_are),
	KUNIT_CASE(policy_and_holds_say_what_is_kept),
	KUNIT_CASE(recovery_goes_before_everything),
	{}
};

static struct kunit_suite state_suite = {
	.name = "gpupm-state",
	.test_cases = state_cases,
};

kunit_test_suite(state_suite);
