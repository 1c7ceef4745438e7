// SPDX-License-Identifier: GPL-2.0-only
/* What supplies say: units, nonsense, the order of supplies, and AC or not. */
#include <kunit/test.h>

#include "../supply.c"

static struct gpupm_battery_facts nothing(void)
{
	return (struct gpupm_battery_facts){
		.present = GPUPM_ABSENT, .status = GPUPM_ABSENT,
		.capacity = GPUPM_ABSENT, .energy_now = GPUPM_ABSENT,
		.energy_full = GPUPM_ABSENT, .energy_design = GPUPM_ABSENT,
		.charge_now = GPUPM_ABSENT, .charge_full = GPUPM_ABSENT,
		.charge_design = GPUPM_ABSENT, .power = GPUPM_ABSENT,
		.current_now = GPUPM_ABSENT, .voltage = GPUPM_ABSENT,
		.voltage_min_design = GPUPM_ABSENT,
		.voltage_max_design = GPUPM_ABSENT, .cycles = GPUPM_ABSENT,
	};
}

static struct gpupm_supply battery(const struct gpupm_battery_facts *facts)
{
	struct gpupm_supply supply;

	gpupm_supply_init(&supply, "BAT0", GPUPM_SUPPLY_TYPE_BATTERY);
	gpupm_supply_battery(&supply, facts);
	return supply;
}

static void a_battery_that_tells_nothing(struct kunit *test)
{
	struct gpupm_battery_facts facts = nothing();
	struct gpupm_supply supply = battery(&facts), bare;

	gpupm_supply_init(&bare, "BAT0", GPUPM_SUPPLY_TYPE_BATTERY);
	KUNIT_EXPECT_EQ(test, memcmp(&supply, &bare, sizeof(bare)), 0);
	KUNIT_EXPECT_EQ(test, supply.status, GPUPM_SUPPLY_STATUS_UNKNOWN);
	KUNIT_EXPECT_EQ(test, supply.present, GPUPM_UNKNOWN32);
	KUNIT_EXPECT_EQ(test, supply.capacity, GPUPM_UNKNOWN32);
	KUNIT_EXPECT_EQ(test, supply.power, GPUPM_UNKNOWN);
}

static void a_battery_that_tells_energy(struct kunit *test)
{
	struct gpupm_battery_facts facts = nothing();
	struct gpupm_supply supply;

	facts.present = 1;
	facts.status = GPUPM_SUPPLY_STATUS_DISCHARGING;
	facts.capacity = 63;
	facts.energy_now = 39900000;
	facts.energy_full = 63400000;
	facts.energy_design = 70000000;
	facts.power = 18400000;
	facts.voltage = 12100000;
	facts.voltage_min_design = 11400000;
	facts.cycles = 214;
	/* What is told in energy is not told in charge. */
	facts.charge_now = 1;
	facts.current_now = 1;
	supply = battery(&facts);
	KUNIT_EXPECT_EQ(test, supply.present, 1);
	KUNIT_EXPECT_EQ(test, supply.status, GPUPM_SUPPLY_STATUS_DISCHARGING);
	KUNIT_EXPECT_EQ(test, supply.capacity, 63);
	KUNIT_EXPECT_EQ(test, supply.energy_now, 39900000);
	KUNIT_EXPECT_EQ(test, supply.energy_full, 63400000);
	KUNIT_EXPECT_EQ(test, supply.energy_design, 70000000);
	KUNIT_EXPECT_EQ(test, supply.power, 18400000);
	KUNIT_EXPECT_EQ(test, supply.voltage, 12100000);
	KUNIT_EXPECT_EQ(test, supply.voltage_design, 11400000);
	KUNIT_EXPECT_EQ(test, supply.cycles, 214);
	KUNIT_EXPECT_EQ(test, supply.online, GPUPM_UNKNOWN32);
}

static void a_battery_that_tells_charge(struct kunit *test)
{
	struct gpupm_battery_facts facts = nothing();
	struct gpupm_supply supply;

	facts.charge_now = 3000000;
	facts.charge_full = 4000000;
	facts.charge_design = 5000000;
	facts.current_now = -1500000;
	supply = battery(&facts);
	KUNIT_EXPECT_EQ(test, supply.energy_now, GPUPM_UNKNOWN);
	KUNIT_EXPECT_EQ(test, supply.power, GPUPM_UNKNOWN);
	facts.voltage = 12000000;
	supply = battery(&facts);
	KUNIT_EXPECT_EQ(test, supply.energy_now, 36000000);
	KUNIT_EXPECT_EQ(test, supply.power, 18000000);
	facts.voltage_max_design = 13000000;
	supply = battery(&facts);
	KUNIT_EXPECT_EQ(test, supply.energy_full, 52000000);
	facts.voltage_min_design = 11400000;
	supply = battery(&facts);
	KUNIT_EXPECT_EQ(test, supply.energy_now, 34200000);
	KUNIT_EXPECT_EQ(test, supply.energy_full, 45600000);
	KUNIT_EXPECT_EQ(test, supply.energy_design, 57000000);
	KUNIT_EXPECT_EQ(test, supply.power, 17100000);
	/* A design voltage of nothing is none. */
	facts.voltage_min_design = 0;
	facts.voltage_max_design = 0;
	supply = battery(&facts);
	KUNIT_EXPECT_EQ(test, supply.energy_now, 36000000);
	KUNIT_EXPECT_EQ(test, supply.voltage_design, GPUPM_UNKNOWN);
}

static void the_largest_numbers_do_not_overflow(struct kunit *test)
{
	struct gpupm_battery_facts facts = nothing();
	struct gpupm_supply supply;

	facts.charge_now = S32_MAX;
	facts.voltage = S32_MAX;
	facts.current_now = S32_MIN;
	supply = battery(&facts);
	KUNIT_EXPECT_EQ(test, supply.energy_now, 2147483647ULL * 2147483647 / 1000000);
	KUNIT_EXPECT_EQ(test, supply.power, 2147483648ULL * 2147483647 / 1000000);
}

static void nonsense_is_not_passed_on(struct kunit *test)
{
	struct gpupm_battery_facts facts = nothing();
	struct gpupm_supply supply;

	facts.present = 7;
	facts.capacity = 104;
	facts.energy_now = -1;
	facts.cycles = -5;
	facts.power = -18400000;
	supply = battery(&facts);
	KUNIT_EXPECT_EQ(test, supply.present, 1);
	KUNIT_EXPECT_EQ(test, supply.capacity, 100);
	KUNIT_EXPECT_EQ(test, supply.energy_now, GPUPM_UNKNOWN);
	KUNIT_EXPECT_EQ(test, supply.cycles, GPUPM_UNKNOWN32);
	KUNIT_EXPECT_EQ(test, supply.power, 18400000);
	facts.capacity = -1;
	supply = battery(&facts);
	KUNIT_EXPECT_EQ(test, supply.capacity, GPUPM_UNKNOWN32);
}

static void a_battery_that_is_not_there_tells_nothing_else(struct kunit *test)
{
	struct gpupm_battery_facts facts = nothing();
	struct gpupm_supply supply;

	facts.present = 0;
	facts.status = GPUPM_SUPPLY_STATUS_DISCHARGING;
	facts.capacity = 50;
	facts.energy_now = 5;
	supply = battery(&facts);
	KUNIT_EXPECT_EQ(test, supply.present, 0);
	KUNIT_EXPECT_EQ(test, supply.status, GPUPM_SUPPLY_STATUS_UNKNOWN);
	KUNIT_EXPECT_EQ(test, supply.capacity, GPUPM_UNKNOWN32);
	KUNIT_EXPECT_EQ(test, supply.energy_now, GPUPM_UNKNOWN);
}

static void the_longest_name_fits(struct kunit *test)
{
	char name[GPUPM_SUPPLY_NAME_LEN];
	struct gpupm_supply supply;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	gpupm_supply_init(&supply, name, GPUPM_SUPPLY_TYPE_USB);
	KUNIT_EXPECT_STREQ(test, supply.name, name);
}

static struct gpupm_power *power(struct kunit *test, unsigned int n)
{
	struct gpupm_power *p;

	p = kunit_kzalloc(test, struct_size(p, supplies, n), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	return p;
}

static void supplies_are_in_the_order_of_their_names(struct kunit *test)
{
	static const char *const names[] = { "BAT1", "AC", "BAT10", "BAT0", "a" };
	static const char *const want[] = { "AC", "BAT0", "BAT1", "BAT10", "a" };
	struct gpupm_power *p = power(test, 5);
	struct gpupm_supply supply;
	unsigned int i;

	for (i = 0; i < 5; i++) {
		gpupm_supply_init(&supply, names[i], i);
		gpupm_power_insert(p, &supply);
	}
	KUNIT_EXPECT_EQ(test, p->n, 5);
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_STREQ(test, p->supplies[i].name, want[i]);
}

/* Adds a supply; of a battery, @what is the status, of others whether it is online. */
static void put(struct gpupm_power *p, u32 type, u32 what)
{
	struct gpupm_supply supply;

	gpupm_supply_init(&supply, "x", type);
	if (type == GPUPM_SUPPLY_TYPE_BATTERY)
		supply.status = what;
	else
		supply.online = what;
	gpupm_power_insert(p, &supply);
}

static void ac(struct kunit *test, struct gpupm_power *p, enum gpupm_on_ac want)
{
	KUNIT_EXPECT_EQ(test, gpupm_power_on_ac(p), want);
	p->n = 0;
}

static void on_ac_or_not(struct kunit *test)
{
	struct gpupm_power *p = power(test, 3);

	ac(test, p, GPUPM_ON_AC_UNKNOWN);
	put(p, GPUPM_SUPPLY_TYPE_MAINS, 1);
	ac(test, p, GPUPM_ON_AC_YES);
	put(p, GPUPM_SUPPLY_TYPE_MAINS, 0);
	ac(test, p, GPUPM_ON_AC_NO);
	put(p, GPUPM_SUPPLY_TYPE_MAINS, GPUPM_UNKNOWN32);
	ac(test, p, GPUPM_ON_AC_UNKNOWN);
	/* A weak charger does not keep up, yet it is AC. */
	put(p, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_DISCHARGING);
	put(p, GPUPM_SUPPLY_TYPE_USB, 1);
	ac(test, p, GPUPM_ON_AC_YES);
	/* The adapter knows before the battery does. */
	put(p, GPUPM_SUPPLY_TYPE_MAINS, 0);
	put(p, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_CHARGING);
	ac(test, p, GPUPM_ON_AC_NO);
	put(p, GPUPM_SUPPLY_TYPE_MAINS, 0);
	put(p, GPUPM_SUPPLY_TYPE_WIRELESS, 1);
	ac(test, p, GPUPM_ON_AC_YES);
	/* A desktop with an empty USB-C port. */
	put(p, GPUPM_SUPPLY_TYPE_USB, 0);
	ac(test, p, GPUPM_ON_AC_UNKNOWN);
	put(p, GPUPM_SUPPLY_TYPE_USB, 0);
	put(p, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_CHARGING);
	ac(test, p, GPUPM_ON_AC_YES);
	put(p, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_UNKNOWN);
	ac(test, p, GPUPM_ON_AC_YES);
	put(p, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_FULL);
	put(p, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_DISCHARGING);
	ac(test, p, GPUPM_ON_AC_NO);
	/* An empty bay. */
	put(p, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_UNKNOWN);
	p->supplies[0].present = 0;
	ac(test, p, GPUPM_ON_AC_UNKNOWN);
}

static void every_field_makes_a_difference(struct kunit *test)
{
	struct gpupm_power *a = power(test, 2), *b = power(test, 2);
	unsigned int i;

	put(a, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_FULL);
	put(b, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_FULL);
	a->serial = 1;
	b->serial = 2;
	KUNIT_EXPECT_TRUE(test, gpupm_power_equal(a, b));
	for (i = 0; i < sizeof(a->supplies[0]); i++) {
		((u8 *)&a->supplies[0])[i] ^= 1;
		KUNIT_EXPECT_FALSE(test, gpupm_power_equal(a, b));
		((u8 *)&a->supplies[0])[i] ^= 1;
	}
	a->on_ac = GPUPM_ON_AC_YES;
	KUNIT_EXPECT_FALSE(test, gpupm_power_equal(a, b));
	a->on_ac = b->on_ac;
	put(b, GPUPM_SUPPLY_TYPE_MAINS, 1);
	KUNIT_EXPECT_FALSE(test, gpupm_power_equal(a, b));
}

static struct kunit_case supply_cases[] = {
	KUNIT_CASE(a_battery_that_tells_nothing),
	KUNIT_CASE(a_battery_that_tells_energy),
	KUNIT_CASE(a_battery_that_tells_charge),
	KUNIT_CASE(the_largest_numbers_do_not_overflow),
	KUNIT_CASE(nonsense_is_not_passed_on),
	KUNIT_CASE(a_battery_that_is_not_there_tells_nothing_else),
	KUNIT_CASE(the_longest_name_fits),
	KUNIT_CASE(supplies_are_in_the_order_of_their_names),
	KUNIT_CASE(on_ac_or_not),
	KUNIT_CASE(every_field_makes_a_difference),
	{}
};

static struct kunit_suite supply_suite = {
	.name = "gpupm-supply",
	.test_cases = supply_cases,
};

kunit_test_suite(supply_suite);
