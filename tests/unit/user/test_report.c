// SPDX-License-Identifier: GPL-2.0-only
/* What guests are told of host power, and the bytes of it. */
#include "unit.h"

#include "guest/report.h"

#include <string.h>

static struct host_power host;

static struct supply *add(const char *name, __u32 type)
{
	struct supply *supply = &host.supplies[host.n++];

	supply_init(supply, name);
	supply->type = type;
	return supply;
}

/* A laptop that charges: 40 of 50 Wh, which were 57 Wh when new. */
static struct supply *laptop(void)
{
	struct supply *battery;

	memset(&host, 0, sizeof(host));
	add("AC", GPUPM_SUPPLY_TYPE_MAINS)->online = 1;
	battery = add("BAT0", GPUPM_SUPPLY_TYPE_BATTERY);
	battery->present = 1;
	battery->status = GPUPM_SUPPLY_STATUS_CHARGING;
	battery->capacity = 80;
	battery->energy_now = 40000000;
	battery->energy_full = 50000000;
	battery->energy_design = 57000000;
	battery->power = 12345678;
	battery->voltage = 11400999;
	battery->voltage_design = 11100000;
	battery->cycles = 123;
	return battery;
}

static struct report told(enum guest_power what)
{
	struct report report;

	host.on_ac = power_on_ac(&host);
	memset(&report, 0xaa, sizeof(report));
	report_from_power(&report, &host, what);
	return report;
}

static void unplug(struct supply *battery)
{
	host.supplies[0].online = 0;
	battery->status = GPUPM_SUPPLY_STATUS_DISCHARGING;
}

static void test_mirror(void **state)
{
	struct supply *battery = laptop();
	struct report r = told(GUEST_POWER_MIRROR);

	(void)state;
	assert_int_equal(r.flags, REPORT_ON_AC | REPORT_PRESENT | REPORT_CHARGING);
	assert_int_equal(r.design, 57000);
	assert_int_equal(r.full, 50000);
	assert_int_equal(r.remaining, 40000);
	assert_int_equal(r.rate, 12345);
	assert_int_equal(r.voltage, 11400);
	assert_int_equal(r.design_voltage, 11100);
	assert_int_equal(r.cycles, 123);

	unplug(battery);
	r = told(GUEST_POWER_MIRROR);
	assert_int_equal(r.flags, REPORT_PRESENT | REPORT_DISCHARGING);
	assert_int_equal(r.rate, 12345);

	/* An adapter that is too weak. */
	host.supplies[0].online = 1;
	r = told(GUEST_POWER_MIRROR);
	assert_int_equal(r.flags, REPORT_ON_AC | REPORT_PRESENT | REPORT_DISCHARGING);

	battery->status = GPUPM_SUPPLY_STATUS_FULL;
	r = told(GUEST_POWER_MIRROR);
	assert_int_equal(r.flags, REPORT_ON_AC | REPORT_PRESENT);
	assert_int_equal(r.rate, 0);
}

static void test_critical(void **state)
{
	struct supply *battery = laptop();

	(void)state;
	unplug(battery);
	battery->energy_now = 1500000;
	assert_true(told(GUEST_POWER_MIRROR).flags & REPORT_CRITICAL);
	battery->energy_now = 1501000;
	assert_false(told(GUEST_POWER_MIRROR).flags & REPORT_CRITICAL);
	battery->energy_now = 0;
	assert_true(told(GUEST_POWER_MIRROR).flags & REPORT_CRITICAL);
	assert_int_equal(told(GUEST_POWER_MIRROR).remaining, 0);
}

static void test_always_ac(void **state)
{
	struct supply *battery = laptop();
	struct report r;

	(void)state;
	unplug(battery);
	r = told(GUEST_POWER_AC);
	assert_int_equal(r.flags, REPORT_ON_AC | REPORT_PRESENT);
	assert_int_equal(r.rate, 0);
	assert_int_equal(r.remaining, 40000);
	battery->status = GPUPM_SUPPLY_STATUS_CHARGING;
	r = told(GUEST_POWER_AC);
	assert_int_equal(r.flags, REPORT_ON_AC | REPORT_PRESENT | REPORT_CHARGING);
	assert_int_equal(r.rate, 12345);
}

static void test_always_battery(void **state)
{
	struct supply *battery = laptop();
	struct report r = told(GUEST_POWER_BATTERY);

	(void)state;
	assert_int_equal(r.flags, REPORT_PRESENT | REPORT_DISCHARGING);
	/* What flows in is not what flows out. */
	assert_int_equal(r.rate, REPORT_UNKNOWN);
	unplug(battery);
	assert_int_equal(told(GUEST_POWER_BATTERY).rate, 12345);
}

static void test_no_battery(void **state)
{
	struct report r;

	(void)state;
	memset(&host, 0, sizeof(host));
	r = told(GUEST_POWER_MIRROR);
	assert_int_equal(host.on_ac, GPUPM_ON_AC_UNKNOWN);
	assert_int_equal(r.flags, REPORT_ON_AC | REPORT_PRESENT);
	assert_int_not_equal(r.full, REPORT_UNKNOWN);
	assert_int_equal(r.remaining, r.full);
	assert_int_equal(r.design, r.full);
	assert_int_not_equal(r.voltage, REPORT_UNKNOWN);

	r = told(GUEST_POWER_BATTERY);
	assert_int_equal(r.flags, REPORT_PRESENT | REPORT_DISCHARGING);
	assert_int_equal(r.remaining, r.full);

	/* An adapter that is not plugged in, and nothing else that tells. */
	add("AC", GPUPM_SUPPLY_TYPE_MAINS)->online = 0;
	r = told(GUEST_POWER_MIRROR);
	assert_int_equal(r.flags, REPORT_PRESENT | REPORT_DISCHARGING);

	/* A battery that was taken out is none. */
	laptop()->present = 0;
	r = told(GUEST_POWER_MIRROR);
	assert_int_equal(r.flags, REPORT_ON_AC | REPORT_PRESENT);
	assert_int_equal(r.remaining, r.full);
}

static void test_tells_little(void **state)
{
	struct supply *battery = laptop();
	struct report r;

	(void)state;
	/* A percentage alone. */
	battery->energy_now = POWER_UNKNOWN;
	battery->energy_full = POWER_UNKNOWN;
	battery->energy_design = POWER_UNKNOWN;
	battery->power = POWER_UNKNOWN;
	battery->voltage = POWER_UNKNOWN;
	battery->voltage_design = POWER_UNKNOWN;
	battery->cycles = POWER_UNKNOWN32;
	battery->capacity = 57;
	r = told(GUEST_POWER_MIRROR);
	assert_int_equal(r.flags, REPORT_ON_AC | REPORT_PRESENT | REPORT_CHARGING);
	assert_int_equal(r.remaining * 100 / r.full, 57);
	assert_int_equal(r.design, r.full);
	assert_int_equal(r.rate, REPORT_UNKNOWN);
	assert_int_equal(r.voltage, REPORT_UNKNOWN);
	assert_int_equal(r.design_voltage, REPORT_UNKNOWN);
	assert_int_equal(r.cycles, REPORT_UNKNOWN);

	/* Nothing at all. */
	battery->capacity = POWER_UNKNOWN32;
	r = told(GUEST_POWER_MIRROR);
	assert_int_equal(r.remaining, r.full);

	/* No capacity when full: that of the design does. */
	battery->energy_now = 20000000;
	battery->energy_design = 40000000;
	r = told(GUEST_POWER_MIRROR);
	assert_int_equal(r.full, 40000);
	assert_int_equal(r.remaining, 20000);

	/* Neither, but what there is and how many percent that is. */
	battery->energy_design = POWER_UNKNOWN;
	battery->capacity = 40;
	r = told(GUEST_POWER_MIRROR);
	assert_int_equal(r.full, 50000);
	assert_int_equal(r.remaining, 20000);
}

static void test_extremes(void **state)
{
	struct supply *battery = laptop();
	struct report r;

	(void)state;
	/* More than full, as worn batteries say. */
	battery->energy_now = 51000000;
	r = told(GUEST_POWER_MIRROR);
	assert_int_equal(r.remaining, r.full);

	/* ACPI has 31 bits for a number. */
	battery->energy_now = ~1ULL;
	battery->energy_full = ~1ULL;
	battery->energy_design = ~1ULL;
	battery->power = ~1ULL;
	r = told(GUEST_POWER_MIRROR);
	assert_int_equal(r.full, 0x7fffffff);
	assert_int_equal(r.remaining, 0x7fffffff);
	assert_int_equal(r.rate, 0x7fffffff);

	/* A battery that says it holds nothing when full cannot be measured by that. */
	battery->energy_full = 0;
	battery->energy_design = 0;
	battery->energy_now = 0;
	r = told(GUEST_POWER_MIRROR);
	assert_true(r.full > 0 && r.full != REPORT_UNKNOWN);
}

static void test_bytes(void **state)
{
	/* By hand, from the description in report.h. */
	static const __u8 want[REPORT_SIZE] = {
		0xa7, 0x50, 1, REPORT_ON_AC | REPORT_PRESENT | REPORT_CHARGING,
		0xa8, 0xde, 0, 0, 0x50, 0xc3, 0, 0, 0x40, 0x9c, 0, 0, 0x39, 0x30, 0, 0,
		0x88, 0x2c, 0, 0, 0x5c, 0x2b, 0, 0, 0x7b, 0, 0, 0,
		0x7b, 0x1e, 0xb8, 0x12,
	};
	struct report r, back;
	__u8 bytes[REPORT_SIZE];

	(void)state;
	laptop();
	r = told(GUEST_POWER_MIRROR);
	report_encode(&r, bytes);
	assert_memory_equal(bytes, want, REPORT_SIZE);
	assert_true(report_decode(&back, bytes));
	assert_true(report_equal(&r, &back));
}

static void test_not_right(void **state)
{
	__u8 bytes[REPORT_SIZE], other[4];
	struct report r, back;

	(void)state;
	laptop();
	r = told(GUEST_POWER_MIRROR);
	report_encode(&r, bytes);
	for (int i = 0; i < REPORT_SIZE; i++) {
		for (int bit = 0; bit < 8; bit++) {
			bytes[i] ^= 1 << bit;
			assert_false(report_decode(&back, bytes));
			bytes[i] ^= 1 << bit;
		}
	}
	/* Two numbers that changed places leave the first sum as it was. */
	memcpy(other, bytes + 4, 4);
	memcpy(bytes + 4, bytes + 8, 4);
	memcpy(bytes + 8, other, 4);
	assert_false(report_decode(&back, bytes));
}

static void test_equal(void **state)
{
	struct report a, b;

	(void)state;
	laptop();
	a = told(GUEST_POWER_MIRROR);
	b = a;
	assert_true(report_equal(&a, &b));
	for (size_t i = 0; i < 7; i++) {
		__u32 *value = &b.design + i;

		(*value)++;
		assert_false(report_equal(&a, &b));
		(*value)--;
	}
	b.flags ^= REPORT_CRITICAL;
	assert_false(report_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mirror),
		cmocka_unit_test(test_critical),
		cmocka_unit_test(test_always_ac),
		cmocka_unit_test(test_always_battery),
		cmocka_unit_test(test_no_battery),
		cmocka_unit_test(test_tells_little),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_not_right),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
