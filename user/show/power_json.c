// SPDX-License-Identifier: GPL-2.0-only
#include "power.h"
#include "value.h"
#include "words.h"

static struct json_object *number(__u64 value)
{
	return value == POWER_UNKNOWN ? NULL : json_u64(value);
}

static struct json_object *number32(__u32 value)
{
	return value == POWER_UNKNOWN32 ? NULL : json_u64(value);
}

static struct json_object *flag(__u32 value)
{
	return value == POWER_UNKNOWN32 ? NULL : json_must(json_object_new_boolean(value));
}

static struct json_object *status(__u32 value)
{
	char buf[WORD_SIZE];

	return json_string(word_supply_status(buf, value));
}

static struct json_object *supply_object(const struct supply *supply)
{
	bool battery = supply->type == GPUPM_SUPPLY_TYPE_BATTERY;
	struct json_object *object = json_must(json_object_new_object());
	char buf[WORD_SIZE];

	json_add(object, "name", json_string(supply->name));
	json_add(object, "type", json_string(word_supply_type(buf, supply->type)));
	json_add(object, "status", battery ? status(supply->status) : NULL);
	json_add(object, "online", flag(supply->online));
	json_add(object, "present", flag(supply->present));
	json_add(object, "capacity", number32(supply->capacity));
	json_add(object, "energy_now_uwh", number(supply->energy_now));
	json_add(object, "energy_full_uwh", number(supply->energy_full));
	json_add(object, "energy_design_uwh", number(supply->energy_design));
	json_add(object, "power_uw", number(supply->power));
	json_add(object, "voltage_uv", number(supply->voltage));
	json_add(object, "voltage_design_uv", number(supply->voltage_design));
	json_add(object, "cycles", number32(supply->cycles));
	return object;
}

static struct json_object *battery_object(const struct battery_sum *sum)
{
	struct json_object *object;

	if (!sum->present)
		return NULL;
	object = json_must(json_object_new_object());
	json_add(object, "status", status(sum->status));
	json_add(object, "capacity", number32(sum->capacity));
	json_add(object, "energy_now_uwh", number(sum->energy_now));
	json_add(object, "energy_full_uwh", number(sum->energy_full));
	json_add(object, "energy_design_uwh", number(sum->energy_design));
	json_add(object, "power_uw", number(sum->power));
	json_add(object, "voltage_uv", number(sum->voltage));
	json_add(object, "voltage_design_uv", number(sum->voltage_design));
	json_add(object, "cycles", number32(sum->cycles));
	json_add(object, "seconds_left", number(sum->seconds_left));
	return object;
}

struct json_object *json_power(const struct host_power *power)
{
	struct json_object *object = json_must(json_object_new_object());
	struct json_object *supplies = json_must(json_object_new_array());
	struct battery_sum sum;

	power_sum(power, &sum);
	json_add(object, "on_ac", flag(power->on_ac == GPUPM_ON_AC_YES ? 1 :
				       power->on_ac == GPUPM_ON_AC_NO ? 0 : POWER_UNKNOWN32));
	json_add(object, "serial", power->serial ? json_u64(power->serial) : NULL);
	json_add(object, "battery", battery_object(&sum));
	for (size_t i = 0; i < power->n; i++)
		json_append(supplies, supply_object(&power->supplies[i]));
	json_add(object, "supplies", supplies);
	return object;
}
