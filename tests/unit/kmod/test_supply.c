// SPDX-License-Identifier: GPL-2.0-only
/* What supplies say: units, nonsense, the order of supplies, and AC or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "supply.h"

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

static void a_battery_that_tells_nothing(void **unused)
{
	struct gpupm_battery_facts facts = nothing();
	struct gpupm_supply supply = battery(&facts), bare;

	(void)unused;
	gpupm_supply_init(&bare, "BAT0", GPUPM_SUPPLY_TYPE_BATTERY);
	assert_memory_equal(&supply, &bare, sizeof(bare));
	assert_int_equal(supply.status, GPUPM_SUPPLY_STATUS_UNKNOWN);
	assert_true(supply.present == GPUPM_UNKNOWN32);
	assert_true(supply.capacity == GPUPM_UNKNOWN32);
	assert_true(supply.power == GPUPM_UNKNOWN);
}

static void a_battery_that_tells_energy(void **unused)
{
	struct gpupm_battery_facts facts = nothing();
	struct gpupm_supply supply;

	(void)unused;
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
	assert_int_equal(supply.present, 1);
	assert_int_equal(supply.status, GPUPM_SUPPLY_STATUS_DISCHARGING);
	assert_int_equal(supply.capacity, 63);
	assert_int_equal(supply.energy_now, 39900000);
	assert_int_equal(supply.energy_full, 63400000);
	assert_int_equal(supply.energy_design, 70000000);
	assert_int_equal(supply.power, 18400000);
	assert_int_equal(supply.voltage, 12100000);
	assert_int_equal(supply.voltage_design, 11400000);
	assert_int_equal(supply.cycles, 214);
	assert_true(supply.online == GPUPM_UNKNOWN32);
}

static void a_battery_that_tells_charge(void **unused)
{
	struct gpupm_battery_facts facts = nothing();
	struct gpupm_supply supply;

	(void)unused;
	facts.charge_now = 3000000;
	facts.charge_full = 4000000;
	facts.charge_design = 5000000;
	facts.current_now = -1500000;
	supply = battery(&facts);
	assert_true(supply.energy_now == GPUPM_UNKNOWN);
	assert_true(supply.power == GPUPM_UNKNOWN);
	facts.voltage = 12000000;
	supply = battery(&facts);
	assert_int_equal(supply.energy_now, 36000000);
	assert_int_equal(supply.power, 18000000);
	facts.voltage_max_design = 13000000;
	supply = battery(&facts);
	assert_int_equal(supply.energy_full, 52000000);
	facts.voltage_min_design = 11400000;
	supply = battery(&facts);
	assert_int_equal(supply.energy_now, 34200000);
	assert_int_equal(supply.energy_full, 45600000);
	assert_int_equal(supply.energy_design, 57000000);
	assert_int_equal(supply.power, 17100000);
	/* A design voltage of nothing is none. */
	facts.voltage_min_design = 0;
	facts.voltage_max_design = 0;
	supply = battery(&facts);
	assert_int_equal(supply.energy_now, 36000000);
	assert_true(supply.voltage_design == GPUPM_UNKNOWN);
}

static void the_largest_numbers_do_not_overflow(void **unused)
{
	struct gpupm_battery_facts facts = nothing();
	struct gpupm_supply supply;

	(void)unused;
	facts.charge_now = INT32_MAX;
	facts.voltage = INT32_MAX;
	facts.current_now = INT32_MIN;
	supply = battery(&facts);
	assert_true(supply.energy_now == 2147483647ULL * 2147483647 / 1000000);
	assert_true(supply.power == 2147483648ULL * 2147483647 / 1000000);
}

static void nonsense_is_not_passed_on(void **unused)
{
	struct gpupm_battery_facts facts = nothing();
	struct gpupm_supply supply;

	(void)unused;
	facts.present = 7;
	facts.capacity = 104;
	facts.energy_now = -1;
	facts.cycles = -5;
	facts.power = -18400000;
	supply = battery(&facts);
	assert_int_equal(supply.present, 1);
	assert_int_equal(supply.capacity, 100);
	assert_true(supply.energy_now == GPUPM_UNKNOWN);
	assert_true(supply.cycles == GPUPM_UNKNOWN32);
	assert_int_equal(supply.power, 18400000);
	facts.capacity = -1;
	supply = battery(&facts);
	assert_true(supply.capacity == GPUPM_UNKNOWN32);
}

static void a_battery_that_is_not_there_tells_nothing_else(void **unused)
{
	struct gpupm_battery_facts facts = nothing();
	struct gpupm_supply supply;

	(void)unused;
	facts.present = 0;
	facts.status = GPUPM_SUPPLY_STATUS_DISCHARGING;
	facts.capacity = 50;
	facts.energy_now = 5;
	supply = battery(&facts);
	assert_int_equal(supply.present, 0);
	assert_int_equal(supply.status, GPUPM_SUPPLY_STATUS_UNKNOWN);
	assert_true(supply.capacity == GPUPM_UNKNOWN32);
	assert_true(supply.energy_now == GPUPM_UNKNOWN);
}

static void the_longest_name_fits(void **unused)
{
	char name[GPUPM_SUPPLY_NAME_LEN];
	struct gpupm_supply supply;

	(void)unused;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	gpupm_supply_init(&supply, name, GPUPM_SUPPLY_TYPE_USB);
	assert_string_equal(supply.name, name);
}

static struct gpupm_power *power(unsigned int n)
{
	return test_calloc(1, sizeof(struct gpupm_power) +
			      n * sizeof(struct gpupm_supply));
}

static void supplies_are_in_the_order_of_their_names(void **unused)
{
	static const char *const names[] = { "BAT1", "AC", "BAT10", "BAT0", "a" };
	static const char *const want[] = { "AC", "BAT0", "BAT1", "BAT10", "a" };
	struct gpupm_power *p = power(5);
	struct gpupm_supply supply;
	unsigned int i;

	(void)unused;
	for (i = 0; i < 5; i++) {
		gpupm_supply_init(&supply, names[i], i);
		gpupm_power_insert(p, &supply);
	}
	assert_int_equal(p->n, 5);
	for (i = 0; i < 5; i++)
		assert_string_equal(p->supplies[i].name, want[i]);
	test_free(p);
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

static void ac(struct gpupm_power *p, enum gpupm_on_ac want)
{
	assert_int_equal(gpupm_power_on_ac(p), want);
	p->n = 0;
}

static void on_ac_or_not(void **unused)
{
	struct gpupm_power *p = power(3);

	(void)unused;
	ac(p, GPUPM_ON_AC_UNKNOWN);
	put(p, GPUPM_SUPPLY_TYPE_MAINS, 1);
	ac(p, GPUPM_ON_AC_YES);
	put(p, GPUPM_SUPPLY_TYPE_MAINS, 0);
	ac(p, GPUPM_ON_AC_NO);
	put(p, GPUPM_SUPPLY_TYPE_MAINS, GPUPM_UNKNOWN32);
	ac(p, GPUPM_ON_AC_UNKNOWN);
	/* A weak charger does not keep up, yet it is AC. */
	put(p, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_DISCHARGING);
	put(p, GPUPM_SUPPLY_TYPE_USB, 1);
	ac(p, GPUPM_ON_AC_YES);
	/* The adapter knows before the battery does. */
	put(p, GPUPM_SUPPLY_TYPE_MAINS, 0);
	put(p, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_CHARGING);
	ac(p, GPUPM_ON_AC_NO);
	put(p, GPUPM_SUPPLY_TYPE_MAINS, 0);
	put(p, GPUPM_SUPPLY_TYPE_WIRELESS, 1);
	ac(p, GPUPM_ON_AC_YES);
	/* A desktop with an empty USB-C port. */
	put(p, GPUPM_SUPPLY_TYPE_USB, 0);
	ac(p, GPUPM_ON_AC_UNKNOWN);
	put(p, GPUPM_SUPPLY_TYPE_USB, 0);
	put(p, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_CHARGING);
	ac(p, GPUPM_ON_AC_YES);
	put(p, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_UNKNOWN);
	ac(p, GPUPM_ON_AC_YES);
	put(p, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_FULL);
	put(p, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_DISCHARGING);
	ac(p, GPUPM_ON_AC_NO);
	/* An empty bay. */
	put(p, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_UNKNOWN);
	p->supplies[0].present = 0;
	ac(p, GPUPM_ON_AC_UNKNOWN);
	test_free(p);
}

static void every_field_makes_a_difference(void **unused)
{
	struct gpupm_power *a = power(2), *b = power(2);
	unsigned int i;

	(void)unused;
	put(a, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_FULL);
	put(b, GPUPM_SUPPLY_TYPE_BATTERY, GPUPM_SUPPLY_STATUS_FULL);
	a->serial = 1;
	b->serial = 2;
	assert_true(gpupm_power_equal(a, b));
	for (i = 0; i < sizeof(a->supplies[0]); i++) {
		((u8 *)&a->supplies[0])[i] ^= 1;
		assert_false(gpupm_power_equal(a, b));
		((u8 *)&a->supplies[0])[i] ^= 1;
	}
	a->on_ac = GPUPM_ON_AC_YES;
	assert_false(gpupm_power_equal(a, b));
	a->on_ac = b->on_ac;
	put(b, GPUPM_SUPPLY_TYPE_MAINS, 1);
	assert_false(gpupm_power_equal(a, b));
	test_free(a);
	test_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_battery_that_tells_nothing),
		cmocka_unit_test(a_battery_that_tells_energy),
		cmocka_unit_test(a_battery_that_tells_charge),
		cmocka_unit_test(the_largest_numbers_do_not_overflow),
		cmocka_unit_test(nonsense_is_not_passed_on),
		cmocka_unit_test(a_battery_that_is_not_there_tells_nothing_else),
		cmocka_unit_test(the_longest_name_fits),
		cmocka_unit_test(supplies_are_in_the_order_of_their_names),
		cmocka_unit_test(on_ac_or_not),
		cmocka_unit_test(every_field_makes_a_difference),
	};

	return cmocka_run_group_tests_name("supply", tests, NULL, NULL);
}
