// SPDX-License-Identifier: GPL-2.0-only
#include "power.h"

#include <string.h>

/* A rate at which this takes longer tells nothing. */
#define SECONDS_MAX	(240ULL * 3600)

void supply_init(struct supply *supply, const char *name)
{
	memset(supply, 0, sizeof(*supply));
	strncpy(supply->name, name, sizeof(supply->name) - 1);
	supply->online = POWER_UNKNOWN32;
	supply->present = POWER_UNKNOWN32;
	supply->capacity = POWER_UNKNOWN32;
	supply->energy_now = POWER_UNKNOWN;
	supply->energy_full = POWER_UNKNOWN;
	supply->energy_design = POWER_UNKNOWN;
	supply->power = POWER_UNKNOWN;
	supply->voltage = POWER_UNKNOWN;
	supply->voltage_design = POWER_UNKNOWN;
	supply->cycles = POWER_UNKNOWN32;
}

static bool is_battery(const struct supply *supply)
{
	return supply->type == GPUPM_SUPPLY_TYPE_BATTERY && supply->present;
}

__u32 power_on_ac(const struct host_power *power)
{
	bool offline = false, battery = false, discharging = false;

	for (size_t i = 0; i < power->n; i++) {
		const struct supply *supply = &power->supplies[i];

		if (supply->type == GPUPM_SUPPLY_TYPE_BATTERY) {
			battery |= is_battery(supply);
			discharging |= supply->status == GPUPM_SUPPLY_STATUS_DISCHARGING;
		} else if (supply->online == 1) {
			return GPUPM_ON_AC_YES;
		} else if (supply->type == GPUPM_SUPPLY_TYPE_MAINS && !supply->online) {
			offline = true;
		}
	}
	if (offline || discharging)
		return GPUPM_ON_AC_NO;
	return battery ? GPUPM_ON_AC_YES : GPUPM_ON_AC_UNKNOWN;
}

static bool supply_equal(const struct supply *a, const struct supply *b)
{
	return !strcmp(a->name, b->name) && a->type == b->type && a->online == b->online &&
	       a->present == b->present && a->status == b->status && a->capacity == b->capacity &&
	       a->energy_now == b->energy_now && a->energy_full == b->energy_full &&
	       a->energy_design == b->energy_design && a->power == b->power &&
	       a->voltage == b->voltage && a->voltage_design == b->voltage_design &&
	       a->cycles == b->cycles;
}

bool power_equal(const struct host_power *a, const struct host_power *b)
{
	if (a->on_ac != b->on_ac || a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!supply_equal(&a->supplies[i], &b->supplies[i]))
			return false;
	return true;
}

static void add(__u64 *sum, __u64 value)
{
	if (value != POWER_UNKNOWN)
		*sum = *sum == POWER_UNKNOWN ? value : *sum + value;
}

static void raise(__u64 *highest, __u64 value)
{
	if (value != POWER_UNKNOWN && (*highest == POWER_UNKNOWN || value > *highest))
		*highest = value;
}

static __u32 sum_status(const struct host_power *power)
{
	unsigned int n[GPUPM_SUPPLY_STATUS_FULL + 1] = {}, batteries = 0;

	for (size_t i = 0; i < power->n; i++) {
		const struct supply *supply = &power->supplies[i];

		if (!is_battery(supply))
			continue;
		batteries++;
		n[supply->status <= GPUPM_SUPPLY_STATUS_FULL ? supply->status : 0]++;
	}
	if (n[GPUPM_SUPPLY_STATUS_CHARGING])
		return GPUPM_SUPPLY_STATUS_CHARGING;
	if (n[GPUPM_SUPPLY_STATUS_DISCHARGING])
		return GPUPM_SUPPLY_STATUS_DISCHARGING;
	if (n[GPUPM_SUPPLY_STATUS_FULL] == batteries)
		return GPUPM_SUPPLY_STATUS_FULL;
	return n[GPUPM_SUPPLY_STATUS_UNKNOWN] == batteries ? GPUPM_SUPPLY_STATUS_UNKNOWN :
							     GPUPM_SUPPLY_STATUS_NOT_CHARGING;
}

static bool tells_energies(const struct supply *supply)
{
	return supply->energy_now != POWER_UNKNOWN && supply->energy_full != POWER_UNKNOWN &&
	       supply->energy_full;
}

static __u32 percent(double now, double full)
{
	double value = 100 * now / full + 0.5;

	return value < 100 ? value : 100;
}

/* A lone battery is believed, so that the host and whoever is told the sum show the same. */
static __u32 sum_capacity(const struct host_power *power)
{
	unsigned int batteries = 0, with_energies = 0, with_capacity = 0;
	double now = 0, full = 0, capacities = 0;

	for (size_t i = 0; i < power->n; i++) {
		const struct supply *supply = &power->supplies[i];

		if (!is_battery(supply))
			continue;
		batteries++;
		if (tells_energies(supply)) {
			with_energies++;
			now += supply->energy_now;
			full += supply->energy_full;
		}
		if (supply->capacity != POWER_UNKNOWN32) {
			with_capacity++;
			capacities += supply->capacity;
		} else if (tells_energies(supply)) {
			with_capacity++;
			capacities += percent(supply->energy_now, supply->energy_full);
		}
	}
	if (with_energies == batteries && batteries > 1)
		return percent(now, full);
	return with_capacity ? percent(capacities / with_capacity, 100) : POWER_UNKNOWN32;
}

static __u64 seconds_left(const struct battery_sum *sum)
{
	double energy, seconds;

	if (sum->energy_now == POWER_UNKNOWN || sum->power == POWER_UNKNOWN || !sum->power)
		return POWER_UNKNOWN;
	energy = sum->energy_now;
	if (sum->status == GPUPM_SUPPLY_STATUS_CHARGING) {
		if (sum->energy_full == POWER_UNKNOWN)
			return POWER_UNKNOWN;
		energy = sum->energy_full > sum->energy_now ? sum->energy_full - energy : 0;
	} else if (sum->status != GPUPM_SUPPLY_STATUS_DISCHARGING) {
		return POWER_UNKNOWN;
	}
	seconds = energy * 3600 / sum->power;
	/* No "?:", which would make a number with a fraction of both. */
	if (seconds > SECONDS_MAX)
		return POWER_UNKNOWN;
	return seconds;
}

void power_sum(const struct host_power *power, struct battery_sum *sum)
{
	__u64 cycles = POWER_UNKNOWN;

	*sum = (struct battery_sum){
		.capacity = POWER_UNKNOWN32,
		.energy_now = POWER_UNKNOWN,
		.energy_full = POWER_UNKNOWN,
		.energy_design = POWER_UNKNOWN,
		.power = POWER_UNKNOWN,
		.voltage = POWER_UNKNOWN,
		.voltage_design = POWER_UNKNOWN,
		.cycles = POWER_UNKNOWN32,
		.seconds_left = POWER_UNKNOWN,
	};
	for (size_t i = 0; i < power->n; i++)
		sum->present |= is_battery(&power->supplies[i]);
	if (!sum->present)
		return;
	sum->status = sum_status(power);
	sum->capacity = sum_capacity(power);
	for (size_t i = 0; i < power->n; i++) {
		const struct supply *supply = &power->supplies[i];

		if (!is_battery(supply))
			continue;
		add(&sum->energy_now, supply->energy_now);
		add(&sum->energy_full, supply->energy_full);
		add(&sum->energy_design, supply->energy_design);
		/* What one battery gives to another neither comes nor goes. */
		if (supply->status == sum->status)
			add(&sum->power, supply->power);
		raise(&sum->voltage, supply->voltage);
		raise(&sum->voltage_design, supply->voltage_design);
		if (supply->cycles != POWER_UNKNOWN32)
			raise(&cycles, supply->cycles);
	}
	if (cycles != POWER_UNKNOWN)
		sum->cycles = cycles;
	sum->seconds_left = seconds_left(sum);
}
