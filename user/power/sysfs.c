// SPDX-License-Identifier: GPL-2.0-only
#include "../client/sysfs.h"
#include "power.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASS	"/class/power_supply"

/* What was wanting, of the machine and not of a supply: half a reading is worse than none. */
static int want;

static bool read_word(char *word, size_t size, const char *root, const char *supply,
		      const char *file)
{
	errno = 0;
	if (sysfs_read(word, size, root, CLASS "/%s/%s", supply, file))
		return true;
	if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
		want = -errno;
	return false;
}

/* The kernel's own values are ints; anything else is nothing that it said. */
static bool read_number(const char *root, const char *supply, const char *file, long *value)
{
	char word[32], *end;

	if (!read_word(word, sizeof(word), root, supply, file))
		return false;
	errno = 0;
	*value = strtol(word, &end, 10);
	return end != word && !*end && !errno && *value >= INT_MIN && *value <= INT_MAX;
}

/* An amount; a negative one makes no sense. */
static __u64 read_u64(const char *root, const char *supply, const char *file)
{
	long value;

	return read_number(root, supply, file, &value) && value >= 0 ? (__u64)value : POWER_UNKNOWN;
}

static __u32 read_u32(const char *root, const char *supply, const char *file)
{
	__u64 value = read_u64(root, supply, file);

	return value == POWER_UNKNOWN ? POWER_UNKNOWN32 : value;
}

/* A rate, of which some drivers give a sign to tell the direction. */
static __u64 read_rate(const char *root, const char *supply, const char *file)
{
	long value;

	if (!read_number(root, supply, file, &value))
		return POWER_UNKNOWN;
	return value < 0 ? -value : value;
}

static __u32 find_word(const char *word, const char * const *words, __u32 n)
{
	for (__u32 i = 0; i < n; i++)
		if (words[i] && !strcmp(word, words[i]))
			return i;
	return 0;
}

/* Return: false when the supply has just gone away. */
static bool read_type(const char *root, const char *supply, __u32 *type)
{
	static const char * const types[] = {
		[GPUPM_SUPPLY_TYPE_BATTERY] = "Battery",
		[GPUPM_SUPPLY_TYPE_MAINS] = "Mains",
		[GPUPM_SUPPLY_TYPE_USB] = "USB",
		[GPUPM_SUPPLY_TYPE_UPS] = "UPS",
		[GPUPM_SUPPLY_TYPE_WIRELESS] = "Wireless",
	};
	char word[32];

	if (!read_word(word, sizeof(word), root, supply, "type"))
		return false;
	/* USB_C, USB_PD and their like; a BrickID is Apple's way to say the same. */
	if (!strncmp(word, "USB", 3) || !strcmp(word, "BrickID"))
		*type = GPUPM_SUPPLY_TYPE_USB;
	else
		*type = find_word(word, types, sizeof(types) / sizeof(*types));
	return true;
}

static __u32 read_status(const char *root, const char *supply)
{
	static const char * const statuses[] = {
		[GPUPM_SUPPLY_STATUS_CHARGING] = "Charging",
		[GPUPM_SUPPLY_STATUS_DISCHARGING] = "Discharging",
		[GPUPM_SUPPLY_STATUS_NOT_CHARGING] = "Not charging",
		[GPUPM_SUPPLY_STATUS_FULL] = "Full",
	};
	char word[32];

	read_word(word, sizeof(word), root, supply, "status");
	return find_word(word, statuses, sizeof(statuses) / sizeof(*statuses));
}

/* uAh and uV make uWh, and uA and uV make uW. */
static __u64 times(__u64 charge, __u64 voltage)
{
	if (charge == POWER_UNKNOWN || voltage == POWER_UNKNOWN)
		return POWER_UNKNOWN;
	return charge * voltage / 1000000;
}

static __u64 read_energy(const char *root, const char *supply, const char *which, __u64 voltage)
{
	char file[32];
	__u64 energy;

	snprintf(file, sizeof(file), "energy_%s", which);
	energy = read_u64(root, supply, file);
	if (energy != POWER_UNKNOWN)
		return energy;
	snprintf(file, sizeof(file), "charge_%s", which);
	return times(read_u64(root, supply, file), voltage);
}

static void read_battery(const char *root, struct supply *supply)
{
	const char *name = supply->name;
	__u64 voltage;

	supply->present = read_u32(root, name, "present");
	if (!supply->present)
		return;
	if (supply->present != POWER_UNKNOWN32)
		supply->present = 1;
	supply->status = read_status(root, name);
	supply->capacity = read_u32(root, name, "capacity");
	if (supply->capacity != POWER_UNKNOWN32 && supply->capacity > 100)
		supply->capacity = 100;
	supply->voltage = read_u64(root, name, "voltage_now");
	supply->voltage_design = read_u64(root, name, "voltage_min_design");
	if (supply->voltage_design == POWER_UNKNOWN || !supply->voltage_design)
		supply->voltage_design = read_u64(root, name, "voltage_max_design");
	if (!supply->voltage_design)
		supply->voltage_design = POWER_UNKNOWN;

	voltage = supply->voltage_design == POWER_UNKNOWN ? supply->voltage :
							    supply->voltage_design;
	supply->energy_now = read_energy(root, name, "now", voltage);
	supply->energy_full = read_energy(root, name, "full", voltage);
	supply->energy_design = read_energy(root, name, "full_design", voltage);
	supply->power = read_rate(root, name, "power_now");
	if (supply->power == POWER_UNKNOWN)
		supply->power = times(read_rate(root, name, "current_now"), voltage);
	supply->cycles = read_u32(root, name, "cycle_count");
}

/* Return: whether it is one of the host's. */
static bool read_supply(const char *root, const char *name, struct supply *supply)
{
	char word[32];

	if (strlen(name) >= sizeof(supply->name))
		return false;
	supply_init(supply, name);
	if (read_word(word, sizeof(word), root, name, "scope") && !strcmp(word, "Device"))
		return false;
	if (!read_type(root, name, &supply->type))
		return false;
	if (supply->type == GPUPM_SUPPLY_TYPE_BATTERY) {
		read_battery(root, supply);
	} else {
		supply->online = read_u32(root, name, "online");
		if (supply->online && supply->online != POWER_UNKNOWN32)
			supply->online = 1;
	}
	return true;
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* By bytes, whatever the locale: as the module does. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int power_read_sysfs(const char *root, struct host_power *power)
{
	struct dirent **entries;
	char path[PATH_MAX];
	int n;

	memset(power, 0, sizeof(*power));
	want = 0;
	if (snprintf(path, sizeof(path), "%s" CLASS, root) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	n = scandir(path, &entries, visible, by_name);
	if (n < 0)
		return errno == ENOENT ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		if (power->n < SUPPLIES_MAX &&
		    read_supply(root, entries[i]->d_name, &power->supplies[power->n]))
			power->n++;
		free(entries[i]);
	}
	free(entries);
	power->on_ac = power_on_ac(power);
	return want;
}
