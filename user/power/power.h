/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_POWER_POWER_H
#define GPUPM_POWER_POWER_H

#include <linux/gpupm.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#define SUPPLY_NAME_SIZE	64
#define SUPPLIES_MAX		16

/* What a supply does not tell. */
#define POWER_UNKNOWN32		((__u32)-1)
#define POWER_UNKNOWN		((__u64)-1)

/**
 * struct supply - one power supply of the host, as in enum gpupm_a_supply
 * @name: as in /sys/class/power_supply
 * @type: enum gpupm_supply_type
 * @online: 0, 1, or unknown; unknown for batteries
 * @present: 0, 1, or unknown; unknown for what is no battery
 * @status: enum gpupm_supply_status
 * @capacity: %, or unknown
 * @energy_now: uWh, or unknown; so are those that follow
 * @energy_full: uWh
 * @energy_design: uWh
 * @power: uW
 * @voltage: uV
 * @voltage_design: uV
 * @cycles: charge cycles, or unknown
 */
struct supply {
	char name[SUPPLY_NAME_SIZE];
	__u32 type;
	__u32 online;
	__u32 present;
	__u32 status;
	__u32 capacity;
	__u64 energy_now;
	__u64 energy_full;
	__u64 energy_design;
	__u64 power;
	__u64 voltage;
	__u64 voltage_design;
	__u32 cycles;
};

/**
 * struct host_power - every supply of the host at one time
 * @serial: number of the module's snapshot; 0 when it is not from the module
 * @on_ac: enum gpupm_on_ac
 * @n: number of supplies
 * @supplies: by name
 */
struct host_power {
	__u64 serial;
	__u32 on_ac;
	size_t n;
	struct supply supplies[SUPPLIES_MAX];
};

/** supply_init - a supply that tells nothing yet but its name */
void supply_init(struct supply *supply, const char *name);

/**
 * power_on_ac - whether some supplies mean that the host runs on AC
 * @power: the supplies; its @on_ac is not looked at
 *
 * Return: enum gpupm_on_ac, by the rule given there.
 */
__u32 power_on_ac(const struct host_power *power);

/** power_equal - whether two snapshots say the same; serial numbers do not count */
bool power_equal(const struct host_power *a, const struct host_power *b);

/**
 * struct battery_sum - all batteries of the host that are present, as one
 * @present: there is one
 * @status: charging when any charges, else discharging when any discharges,
 *	else full when all are full, else not charging; unknown when none tells
 * @capacity: %; that of a lone battery; of several, from their energies, or the
 *	mean where one does not tell these; or unknown
 * @energy_now: uWh, or unknown when no battery tells; so are those that follow
 * @energy_full: uWh
 * @energy_design: uWh
 * @power: uW, what flows in when charging, out when discharging, of the batteries
 *	that do the same as the sum
 * @voltage: uV, highest of them
 * @voltage_design: uV, highest of them
 * @cycles: highest of them
 * @seconds_left: until empty when discharging, until full when charging, at this
 *	rate; or unknown, also when that would be more than ten days
 */
struct battery_sum {
	bool present;
	__u32 status;
	__u32 capacity;
	__u64 energy_now;
	__u64 energy_full;
	__u64 energy_design;
	__u64 power;
	__u64 voltage;
	__u64 voltage_design;
	__u32 cycles;
	__u64 seconds_left;
};

/** power_sum - all batteries as one */
void power_sum(const struct host_power *power, struct battery_sum *sum);

/**
 * power_read_sysfs - read host power without the module
 * @root: directory that stands for /sys
 * @power: filled in, with serial number 0
 *
 * The same rules as in the module: see enum gpupm_a_supply. Of more than
 * SUPPLIES_MAX supplies the last by name are left out.
 *
 * Return: 0, also when there are no supplies; or a negative errno.
 */
int power_read_sysfs(const char *root, struct host_power *power);

#endif
