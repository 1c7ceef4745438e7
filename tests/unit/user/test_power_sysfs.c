// SPDX-License-Identifier: GPL-2.0-only
/* Host power out of sysfs. */
#include "unit.h"

#include "power/power.h"

#include <errno.h>
#include <string.h>

static void file(const char *supply, const char *name, const char *value)
{
	root_file(value, "/class/power_supply/%s/%s", supply, name);
}

static void test_sysfs(void **state)
{
	const char *root = root_make();
	struct host_power power, want;

	(void)state;
	assert_int_equal(power_read_sysfs(root, &power), 0);
	assert_int_equal(power.n, 0);
	assert_int_equal(power.on_ac, GPUPM_ON_AC_UNKNOWN);

	file("BAT0", "type", "Battery\n");
	file("BAT0", "present", "1\n");
	file("BAT0", "status", "Discharging\n");
	file("BAT0", "capacity", "63\n");
	file("BAT0", "energy_now", "39900000\n");
	file("BAT0", "energy_full", "63400000\n");
	file("BAT0", "energy_full_design", "70000000\n");
	file("BAT0", "power_now", "-18400000\n");
	file("BAT0", "voltage_now", "12100000\n");
	file("BAT0", "voltage_min_design", "11400000\n");
	file("BAT0", "cycle_count", "214\n");
	file("AC", "type", "Mains\n");
	file("AC", "online", "0\n");
	file("mouse", "type", "Battery\n");
	file("mouse", "scope", "Device\n");
	file("mouse", "status", "Discharging\n");
	/* It has just gone away. */
	file("gone", "uevent", "");
	sample_power(&want);
	assert_int_equal(power_read_sysfs(root, &power), 0);
	assert_int_equal(power.serial, 0);
	assert_true(power_equal(&power, &want));
	root_remove();
}

static void test_sysfs_charge(void **state)
{
	const char *root = root_make();
	struct host_power power;
	const struct supply *battery = &power.supplies[0];

	(void)state;
	file("BATC", "type", "Battery\n");
	file("BATC", "charge_now", "3000000\n");
	file("BATC", "charge_full", "4000000\n");
	file("BATC", "charge_full_design", "5000000\n");
	file("BATC", "current_now", "-1500000\n");
	assert_int_equal(power_read_sysfs(root, &power), 0);
	assert_true(battery->energy_now == POWER_UNKNOWN);
	assert_true(battery->power == POWER_UNKNOWN);
	file("BATC", "voltage_now", "12000000\n");
	power_read_sysfs(root, &power);
	assert_int_equal(battery->energy_now, 36000000);
	file("BATC", "voltage_max_design", "13000000\n");
	power_read_sysfs(root, &power);
	assert_int_equal(battery->energy_full, 52000000);
	file("BATC", "voltage_min_design", "11400000\n");
	power_read_sysfs(root, &power);
	assert_int_equal(battery->energy_now, 34200000);
	assert_int_equal(battery->energy_full, 45600000);
	assert_int_equal(battery->energy_design, 57000000);
	assert_int_equal(battery->power, 17100000);
	assert_int_equal(battery->voltage_design, 11400000);
	root_remove();
}

static void test_sysfs_strange(void **state)
{
	const char *root = root_make();
	struct host_power power;

	(void)state;
	file("A", "type", "Battery\n");
	file("A", "present", "0\n");
	file("A", "status", "Discharging\n");
	file("A", "capacity", "40\n");
	file("B", "type", "Battery\n");
	file("B", "status", "Pondering\n");
	file("B", "capacity", "140\n");
	file("B", "energy_now", "-1\n");
	file("B", "energy_full", "99999999999999999999\n");
	file("B", "power_now", "12 W\n");
	file("B", "voltage_now", "\n");
	file("C", "type", "USB_PD_DRP\n");
	file("C", "online", "2\n");
	file("D", "type", "BrickID\n");
	file("E", "type", "Wireless\n");
	file("F", "type", "UPS\n");
	file("G", "type", "Fusion\n");
	assert_int_equal(power_read_sysfs(root, &power), 0);
	assert_int_equal(power.n, 7);
	assert_int_equal(power.supplies[0].present, 0);
	assert_int_equal(power.supplies[0].status, GPUPM_SUPPLY_STATUS_UNKNOWN);
	assert_true(power.supplies[0].capacity == POWER_UNKNOWN32);
	assert_int_equal(power.supplies[1].status, GPUPM_SUPPLY_STATUS_UNKNOWN);
	assert_int_equal(power.supplies[1].capacity, 100);
	assert_true(power.supplies[1].energy_now == POWER_UNKNOWN);
	assert_true(power.supplies[1].energy_full == POWER_UNKNOWN);
	assert_true(power.supplies[1].power == POWER_UNKNOWN);
	assert_true(power.supplies[1].voltage == POWER_UNKNOWN);
	assert_int_equal(power.supplies[2].type, GPUPM_SUPPLY_TYPE_USB);
	assert_int_equal(power.supplies[2].online, 1);
	assert_int_equal(power.supplies[3].type, GPUPM_SUPPLY_TYPE_USB);
	assert_int_equal(power.supplies[4].type, GPUPM_SUPPLY_TYPE_WIRELESS);
	assert_int_equal(power.supplies[5].type, GPUPM_SUPPLY_TYPE_UPS);
	assert_int_equal(power.supplies[6].type, GPUPM_SUPPLY_TYPE_UNKNOWN);
	assert_int_equal(power.on_ac, GPUPM_ON_AC_YES);

	for (int i = 0; i < SUPPLIES_MAX; i++)
		root_file("USB\n", "/class/power_supply/p%02d/type", i);
	assert_int_equal(power_read_sysfs(root, &power), 0);
	assert_int_equal(power.n, SUPPLIES_MAX);
	root_remove();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sysfs),
		cmocka_unit_test(test_sysfs_charge),
		cmocka_unit_test(test_sysfs_strange),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
