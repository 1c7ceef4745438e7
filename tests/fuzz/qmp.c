// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a monitor answers, in pieces of any size: the first byte says how large, the
 * rest is what came. Every object is an answer to the command that is under way.
 */
#include "fuzz.h"

#include "guest/battery.h"
#include "guest/json_stream.h"

#define OBJECT_MAX	4096

/* A command never says what the battery would refuse. */
static void check_command(struct json_object *command)
{
	struct json_object *args, *state, *percent, *rate;
	int charging, discharging;

	MUST(json_object_object_get_ex(command, "execute", NULL));
	if (!json_object_object_get_ex(command, "arguments", &args) ||
	    !json_object_object_get_ex(args, "state", &state))
		return;
	charging = json_object_get_boolean(json_object_object_get(state, "charging"));
	discharging = json_object_get_boolean(json_object_object_get(state, "discharging"));
	percent = json_object_object_get(state, "charge-percent");
	rate = json_object_object_get(state, "rate");
	MUST(!charging || !discharging);
	MUST(json_object_get_int64(percent) >= 0 && json_object_get_int64(percent) <= 100);
	MUST(json_object_get_int64(rate) >= 0 && json_object_get_int64(rate) <= INT32_MAX);
}

static void answer(struct battery *battery, struct json_object *object)
{
	struct json_object *command, *result = NULL;

	MUST(json_object_is_type(object, json_type_object));
	command = battery_next(battery);
	if (!command)
		return;
	check_command(command);
	json_object_put(command);
	json_object_object_get_ex(object, "return", &result);
	battery_answer(battery, result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report report = { .flags = REPORT_PRESENT | REPORT_DISCHARGING, .full = 50000,
				 .remaining = 30000, .rate = 15000 };
	struct json_object *object;
	struct json_stream stream;
	struct battery battery;
	int result = 0;
	size_t piece;

	if (!size)
		return 0;
	piece = 1 + data[0];
	battery_in_command_line((const char *)data, size);
	json_stream_init(&stream, OBJECT_MAX);
	battery_init(&battery);
	for (size_t at = 1; at < size && result >= 0; at += piece) {
		const char *bytes = (const char *)data + at;
		size_t n = size - at < piece ? size - at : piece;

		while ((result = json_stream_next(&stream, &bytes, &n, &object)) > 0) {
			report.rate ^= (unsigned int)at;
			report.flags ^= REPORT_ON_AC;
			battery_tell(&battery, &report);
			answer(&battery, object);
			json_object_put(object);
		}
		MUST(result < 0 || (!n && stream.used <= OBJECT_MAX));
		MUST(result >= 0 || stream.why[0]);
	}
	battery_fini(&battery);
	json_stream_fini(&stream);
	return 0;
}
