// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: What supplies say
 *
 * From what drivers say to what is told: one unit for all, nothing that makes no
 * sense, and whether it all means AC. It is pure.
 */
#include <linux/string.h>

#include "supply.h"

/**
 * gpupm_supply_init - a supply that tells nothing yet
 * @supply: the supply
 * @name: its name, shorter than GPUPM_SUPPLY_NAME_LEN
 * @type: &enum gpupm_supply_type
 */
void gpupm_supply_init(struct gpupm_supply *supply, const char *name, u32 type)
{
	memset(supply, 0, sizeof(*supply));
	memcpy(supply->name, name, strlen(name) + 1);
	supply->energy_now = GPUPM_UNKNOWN;
	supply->energy_full = GPUPM_UNKNOWN;
	supply->energy_design = GPUPM_UNKNOWN;
	supply->power = GPUPM_UNKNOWN;
	supply->voltage = GPUPM_UNKNOWN;
	supply->voltage_design = GPUPM_UNKNOWN;
	supply->type = type;
	supply->online = GPUPM_UNKNOWN32;
	supply->present = GPUPM_UNKNOWN32;
	supply->status = GPUPM_SUPPLY_STATUS_UNKNOWN;
	supply->capacity = GPUPM_UNKNOWN32;
	supply->cycles = GPUPM_UNKNOWN32;
}

/* An amount; a negative one makes no sense. */
static u64 amount(s64 value)
{
	return value < 0 ? GPUPM_UNKNOWN : (u64)value;
}

static u32 amount32(s64 value)
{
	return value < 0 ? GPUPM_UNKNOWN32 : (u32)value;
}

/* A rate; the status tells the direction. */
static u64 rate(s64 value)
{
	if (value == GPUPM_ABSENT)
		return GPUPM_UNKNOWN;
	return value < 0 ? (u64)-value : (u64)value;
}

/* uAh and uV make uWh, and uA and uV make uW. Drivers' values have 32 bits. */
static u64 times(u64 charge, u64 voltage)
{
	if (charge == GPUPM_UNKNOWN || voltage == GPUPM_UNKNOWN)
		return GPUPM_UNKNOWN;
	return charge * voltage / 1000000;
}

static u64 energy(s64 energy, s64 charge, u64 voltage)
{
	u64 known = amount(energy);

	return known != GPUPM_UNKNOWN ? known : times(amount(charge), voltage);
}

/**
 * gpupm_supply_battery - what a battery tells
 * @supply: the battery, just initialised
 * @facts: what its driver says
 */
void gpupm_supply_battery(struct gpupm_supply *supply,
			  const struct gpupm_battery_facts *facts)
{
	u64 voltage;

	if (facts->present != GPUPM_ABSENT)
		supply->present = !!facts->present;
	if (!supply->present)
		return;
	if (facts->status != GPUPM_ABSENT)
		supply->status = facts->status;
	supply->capacity = amount32(facts->capacity);
	if (supply->capacity != GPUPM_UNKNOWN32 && supply->capacity > 100)
		supply->capacity = 100;
	supply->voltage = amount(facts->voltage);
	if (facts->voltage_min_design > 0)
		supply->voltage_design = facts->voltage_min_design;
	else if (facts->voltage_max_design > 0)
		supply->voltage_design = facts->voltage_max_design;

	voltage = supply->voltage_design;
	if (voltage == GPUPM_UNKNOWN)
		voltage = supply->voltage;
	supply->energy_now = energy(facts->energy_now, facts->charge_now,
				    voltage);
	supply->energy_full = energy(facts->energy_full, facts->charge_full,
				     voltage);
	supply->energy_design = energy(facts->energy_design,
				       facts->charge_design, voltage);
	supply->power = rate(facts->power);
	if (supply->power == GPUPM_UNKNOWN)
		supply->power = times(rate(facts->current_now), voltage);
	supply->cycles = amount32(facts->cycles);
}

/**
 * gpupm_power_insert - put a supply in its place
 * @power: the others; there is room for one more
 * @supply: the supply
 */
void gpupm_power_insert(struct gpupm_power *power,
			const struct gpupm_supply *supply)
{
	u32 i = power->n++;

	for (; i && strcmp(power->supplies[i - 1].name, supply->name) > 0; i--)
		power->supplies[i] = power->supplies[i - 1];
	power->supplies[i] = *supply;
}

/**
 * gpupm_power_on_ac - whether some supplies mean that the host runs on AC
 * @power: the supplies
 *
 * Return: by the rule of &enum gpupm_on_ac.
 */
enum gpupm_on_ac gpupm_power_on_ac(const struct gpupm_power *power)
{
	bool offline = false, battery = false, discharging = false;
	u32 i;

	for (i = 0; i < power->n; i++) {
		const struct gpupm_supply *supply = &power->supplies[i];

		if (supply->type == GPUPM_SUPPLY_TYPE_BATTERY) {
			battery |= supply->present;
			discharging |= supply->status ==
				       GPUPM_SUPPLY_STATUS_DISCHARGING;
		} else if (supply->online == 1) {
			return GPUPM_ON_AC_YES;
		} else if (supply->type == GPUPM_SUPPLY_TYPE_MAINS &&
			   !supply->online) {
			offline = true;
		}
	}
	if (offline || discharging)
		return GPUPM_ON_AC_NO;
	return battery ? GPUPM_ON_AC_YES : GPUPM_ON_AC_UNKNOWN;
}

/**
 * gpupm_power_equal - whether two snapshots say the same
 * @a: one
 * @b: the other
 *
 * Return: whether they do; serial numbers do not count.
 */
bool gpupm_power_equal(const struct gpupm_power *a, const struct gpupm_power *b)
{
	return a->on_ac == b->on_ac && a->n == b->n &&
	       !memcmp(a->supplies, b->supplies, a->n * sizeof(*a->supplies));
}
