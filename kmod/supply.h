/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_SUPPLY_H
#define _GPUPM_SUPPLY_H

#include <linux/types.h>

#include "uapi/linux/gpupm.h"

#define GPUPM_SUPPLY_NAME_LEN 64

/* What a supply does not tell. */
#define GPUPM_UNKNOWN32 ((u32)-1)
#define GPUPM_UNKNOWN ((u64)-1)

/**
 * struct gpupm_supply - one power supply of the host
 * @name: as in /sys/class/power_supply
 * @energy_now: uWh; it and every number below may be unknown
 * @energy_full: uWh
 * @energy_design: uWh
 * @power: uW
 * @voltage: uV
 * @voltage_design: uV
 * @type: &enum gpupm_supply_type
 * @online: 0 or 1; unknown for batteries
 * @present: 0 or 1; unknown for what is no battery
 * @status: &enum gpupm_supply_status
 * @capacity: %
 * @cycles: charge cycles
 *
 * Two are compared byte by byte: there is no padding, and nothing is left unset.
 */
struct gpupm_supply {
	char name[GPUPM_SUPPLY_NAME_LEN];
	u64 energy_now;
	u64 energy_full;
	u64 energy_design;
	u64 power;
	u64 voltage;
	u64 voltage_design;
	u32 type;
	u32 online;
	u32 present;
	u32 status;
	u32 capacity;
	u32 cycles;
};

/**
 * struct gpupm_power - every supply of the host at one time
 * @serial: number of the snapshot
 * @on_ac: &enum gpupm_on_ac
 * @n: number of supplies
 * @supplies: by name
 */
struct gpupm_power {
	u64 serial;
	u32 on_ac;
	u32 n;
	struct gpupm_supply supplies[];
};

/* A property that a battery does not have, or cannot tell. */
#define GPUPM_ABSENT (-0x7fffffffffffffffLL)

/**
 * struct gpupm_battery_facts - what a battery's driver says, in its own units
 * @present: whether it is there
 * @status: &enum gpupm_supply_status
 * @capacity: %
 * @energy_now: uWh
 * @energy_full: uWh
 * @energy_design: uWh
 * @charge_now: uAh
 * @charge_full: uAh
 * @charge_design: uAh
 * @power: uW; with a sign from some drivers
 * @current_now: uA; with a sign from some drivers
 * @voltage: uV
 * @voltage_min_design: uV; where there is but one design voltage, it is this
 * @voltage_max_design: uV
 * @cycles: charge cycles
 */
struct gpupm_battery_facts {
	s64 present;
	s64 status;
	s64 capacity;
	s64 energy_now;
	s64 energy_full;
	s64 energy_design;
	s64 charge_now;
	s64 charge_full;
	s64 charge_design;
	s64 power;
	s64 current_now;
	s64 voltage;
	s64 voltage_min_design;
	s64 voltage_max_design;
	s64 cycles;
};

void gpupm_supply_init(struct gpupm_supply *supply, const char *name, u32 type);
void gpupm_supply_battery(struct gpupm_supply *supply,
			  const struct gpupm_battery_facts *facts);
void gpupm_power_insert(struct gpupm_power *power,
			const struct gpupm_supply *supply);
enum gpupm_on_ac gpupm_power_on_ac(const struct gpupm_power *power);
bool gpupm_power_equal(const struct gpupm_power *a,
		       const struct gpupm_power *b);

#endif /* _GPUPM_SUPPLY_H */
