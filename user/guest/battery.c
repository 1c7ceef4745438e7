// SPDX-License-Identifier: GPL-2.0-only
#include "battery.h"

#include <string.h>

#define RATE_MAX	INT32_MAX

static const char * const commands[] = {
	[BATTERY_COMMANDS] = "query-commands",
	[BATTERY_QUERY] = "query-battery",
	[BATTERY_QUERY_AC] = "query-ac-adapter",
	[BATTERY_SET] = "battery-set-state",
	[BATTERY_SET_AC] = "ac-adapter-set-state",
};

static unsigned int devices_of(struct json_object *list)
{
	struct json_object *name;
	unsigned int devices = 0;

	if (!json_object_is_type(list, json_type_array))
		return 0;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (!json_object_object_get_ex(json_object_array_get_idx(list, i), "name", &name) ||
		    !json_object_is_type(name, json_type_string))
			continue;
		if (!strcmp(json_object_get_string(name), commands[BATTERY_SET]))
			devices |= BATTERY_DEVICE;
		if (!strcmp(json_object_get_string(name), commands[BATTERY_SET_AC]))
			devices |= BATTERY_AC;
	}
	return devices;
}

static __u32 capacity_of(struct json_object *state)
{
	struct json_object *capacity;
	int64_t value;

	if (!json_object_object_get_ex(state, "design-capacity", &capacity) ||
	    !json_object_is_type(capacity, json_type_int))
		return 0;
	value = json_object_get_int64(capacity);
	return value > 0 && value < REPORT_UNKNOWN ? value : 0;
}

static unsigned int percent(const struct report *report, __u32 full)
{
	__u64 rounded;

	if (!(report->flags & REPORT_PRESENT))
		return 0;
	/* It must say something: this is what such a battery says of itself. */
	if (!full || report->remaining == REPORT_UNKNOWN)
		return report->flags & REPORT_ON_AC ? 100 : 50;
	rounded = ((__u64)report->remaining * 100 + full / 2) / full;
	return rounded < 100 ? rounded : 100;
}

/* A rate that is not known is 0: left out, the battery would keep the last one. */
static __u32 rate(const struct report *report, __u32 full, __u32 capacity)
{
	__u64 scaled = report->rate;

	if (!(report->flags & (REPORT_CHARGING | REPORT_DISCHARGING)) ||
	    report->rate == REPORT_UNKNOWN)
		return 0;
	if (full && capacity)
		scaled = (scaled * capacity + full / 2) / full;
	return scaled < RATE_MAX ? scaled : RATE_MAX;
}

struct json_object *battery_set(const struct report *report, __u32 capacity)
{
	__u32 full = report->full == REPORT_UNKNOWN ? 0 : report->full;
	struct json_object *state = json_object_new_object();
	struct json_object *args = json_object_new_object();
	bool present = report->flags & REPORT_PRESENT;
	bool discharging = present && report->flags & REPORT_DISCHARGING;
	bool charging = present && !discharging && report->flags & REPORT_CHARGING;
	struct report told = *report;

	if (!full)
		full = report->design == REPORT_UNKNOWN ? 0 : report->design;
	told.flags &= ~(REPORT_CHARGING | REPORT_DISCHARGING);
	told.flags |= charging ? REPORT_CHARGING : discharging ? REPORT_DISCHARGING : 0;
	json_object_object_add(state, "present", json_object_new_boolean(present));
	json_object_object_add(state, "charging", json_object_new_boolean(charging));
	json_object_object_add(state, "discharging", json_object_new_boolean(discharging));
	json_object_object_add(state, "charge-percent",
			       json_object_new_int(percent(report, full)));
	json_object_object_add(state, "rate", json_object_new_int(rate(&told, full, capacity)));
	json_object_object_add(args, "state", state);
	return args;
}

struct json_object *battery_ac_set(const struct report *report)
{
	struct json_object *args = json_object_new_object();

	json_object_object_add(args, "connected",
			       json_object_new_boolean(report->flags & REPORT_ON_AC));
	return args;
}

void battery_init(struct battery *battery)
{
	*battery = (struct battery){ .command = BATTERY_NO_COMMAND };
}

void battery_fini(struct battery *battery)
{
	json_object_put(battery->args);
	json_object_put(battery->told[0]);
	json_object_put(battery->told[1]);
	battery_init(battery);
}

void battery_tell(struct battery *battery, const struct report *report)
{
	battery->report = *report;
	battery->has_report = true;
}

/* The question that follows @command, of those that make sense. */
static enum battery_command next_question(const struct battery *battery,
					  enum battery_command command)
{
	if (command < BATTERY_QUERY && battery->devices & BATTERY_DEVICE)
		return BATTERY_QUERY;
	if (command < BATTERY_QUERY_AC && battery->devices & BATTERY_AC)
		return BATTERY_QUERY_AC;
	return BATTERY_NO_COMMAND;
}

/* The arguments of a command that sets; NULL when it would change nothing. */
static struct json_object *news(const struct battery *battery, enum battery_command command)
{
	bool ac = command == BATTERY_SET_AC;
	struct json_object *args;

	if (!battery->has_report || !(battery->devices & (ac ? BATTERY_AC : BATTERY_DEVICE)))
		return NULL;
	args = ac ? battery_ac_set(&battery->report) :
		    battery_set(&battery->report, battery->capacity);
	if (!json_object_equal(args, battery->told[ac]))
		return args;
	json_object_put(args);
	return NULL;
}

struct json_object *battery_next(struct battery *battery)
{
	struct json_object *object;

	if (battery->known) {
		/* The battery first: a guest that looks when told of AC sees both right. */
		battery->command = BATTERY_SET;
		battery->args = news(battery, BATTERY_SET);
		if (!battery->args) {
			battery->command = BATTERY_SET_AC;
			battery->args = news(battery, BATTERY_SET_AC);
		}
		if (!battery->args)
			battery->command = BATTERY_NO_COMMAND;
	} else if (battery->command == BATTERY_NO_COMMAND) {
		battery->command = BATTERY_COMMANDS;
	}
	if (battery->command == BATTERY_NO_COMMAND)
		return NULL;
	object = json_object_new_object();
	json_object_object_add(object, "execute",
			       json_object_new_string(commands[battery->command]));
	if (battery->args)
		json_object_object_add(object, "arguments", json_object_get(battery->args));
	return object;
}

void battery_answer(struct battery *battery, struct json_object *result)
{
	enum battery_command command = battery->command;
	struct json_object *args = battery->args;

	battery->args = NULL;
	battery->command = BATTERY_NO_COMMAND;
	switch (command) {
	case BATTERY_COMMANDS:
		battery->devices = devices_of(result);
		break;
	case BATTERY_QUERY:
		battery->capacity = capacity_of(result);
		if (!result)
			battery->devices &= ~BATTERY_DEVICE;
		break;
	case BATTERY_QUERY_AC:
		if (!result)
			battery->devices &= ~BATTERY_AC;
		break;
	case BATTERY_SET:
	case BATTERY_SET_AC:
		/* What was refused is not said again: it would be refused again. */
		json_object_put(battery->told[command == BATTERY_SET_AC]);
		battery->told[command == BATTERY_SET_AC] = args;
		return;
	case BATTERY_NO_COMMAND:
		return;
	}
	battery->command = next_question(battery, command);
	battery->known = battery->command == BATTERY_NO_COMMAND;
}

void battery_cancel(struct battery *battery)
{
	json_object_put(battery->args);
	battery->args = NULL;
	battery->command = BATTERY_NO_COMMAND;
}

const char *battery_words(const struct battery *battery)
{
	static const char * const words[] = {
		"no battery devices", "a battery", "an AC adapter", "a battery and an AC adapter",
	};

	return words[battery->devices & (BATTERY_DEVICE | BATTERY_AC)];
}

/* "battery", "battery,ioport=0x530", "driver=battery", {"driver":"battery"} */
static bool is_battery(const char *device)
{
	static const char * const drivers[] = { "battery", "acad" };
	struct json_object *object, *driver;
	bool found = false;

	if (*device == '{') {
		object = json_tokener_parse(device);
		if (json_object_object_get_ex(object, "driver", &driver))
			found = is_battery(json_object_get_string(driver) ?: "");
		json_object_put(object);
		return found;
	}
	if (!strncmp(device, "driver=", 7))
		device += 7;
	for (size_t i = 0; i < sizeof(drivers) / sizeof(*drivers); i++) {
		size_t n = strlen(drivers[i]);

		if (!strncmp(device, drivers[i], n) && (!device[n] || device[n] == ','))
			return true;
	}
	return false;
}

bool battery_in_command_line(const char *args, size_t n)
{
	const char *end = args + n, *next;

	/* What is not ended was cut off, and no argument can be trusted to be one. */
	while (n && end[-1]) {
		end--;
		n--;
	}
	for (; args < end; args = next) {
		next = args + strlen(args) + 1;
		if (next < end && (!strcmp(args, "-device") || !strcmp(args, "--device")) &&
		    is_battery(next))
			return true;
	}
	return false;
}
