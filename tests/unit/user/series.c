// SPDX-License-Identifier: GPL-2.0-only
#include "series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct series qemu;

void qemu_reset(void)
{
	memset(&qemu, 0, sizeof(qemu));
	qemu.has_battery = true;
	qemu.has_ac = true;
	qemu.has_commands = true;
	/* As the series has it until the first command. */
	qemu.present = true;
	qemu.discharging = true;
	qemu.connected = true;
	qemu.percent = 50;
	qemu.rate = 1000;
}

static void answer(struct peer *peer, struct json_object *id, const char *what, const char *json)
{
	char text[4096];

	snprintf(text, sizeof(text), "{'%s': %s%s%s}", what, json, id ? ", 'id': " : "",
		 id ? json_object_to_json_string(id) : "");
	if (qemu.hold) {
		assert_string_equal(qemu.held, "");
		strcpy(qemu.held, text);
		return;
	}
	if (qemu.pretty)
		for (char *space = text; (space = strchr(space, ' ')); )
			*space = '\n';
	if (qemu.flood)
		for (int i = 0; i < 1000; i++)
			peer_say(peer, "{'timestamp': {'seconds': %d}, 'event': 'X'}", i);
	peer_say(peer, "%s", text);
}

static void refuse(struct peer *peer, struct json_object *id, const char *why)
{
	char error[256];

	qemu.refused++;
	snprintf(error, sizeof(error), "{'class': 'GenericError', 'desc': '%s'}", why);
	answer(peer, id, "error", error);
}

static bool get_bool(struct json_object *object, const char *key)
{
	struct json_object *value = json_object_object_get(object, key);

	assert_true(json_object_is_type(value, json_type_boolean));
	return json_object_get_boolean(value);
}

static void battery_set_state(struct peer *peer, struct json_object *id, struct json_object *args)
{
	struct json_object *state = json_object_object_get(args, "state"), *rate;
	bool present = get_bool(state, "present"), charging = get_bool(state, "charging");
	bool discharging = get_bool(state, "discharging");
	int64_t percent = json_object_get_int64(json_object_object_get(state, "charge-percent"));

	if (!qemu.has_battery) {
		refuse(peer, id, "No battery device found");
		return;
	}
	if (charging && discharging) {
		refuse(peer, id, "charging and discharging are mutually exclusive");
		return;
	}
	if (!present && (charging || discharging)) {
		refuse(peer, id, "charging and discharging require present to be true");
		return;
	}
	if (percent < 0 || percent > 100) {
		refuse(peer, id, "charge-percent must be in the range 0..100");
		return;
	}
	if (json_object_object_get_ex(state, "rate", &rate)) {
		if (json_object_get_int64(rate) < 0 || json_object_get_int64(rate) > INT32_MAX) {
			refuse(peer, id, "rate must be in the range 0..0x7FFFFFFF");
			return;
		}
		qemu.rate = json_object_get_int(rate);
	}
	json_object_object_foreach(state, key, value) {
		(void)value;
		assert_true(!strcmp(key, "present") || !strcmp(key, "charging") ||
			    !strcmp(key, "discharging") || !strcmp(key, "charge-percent") ||
			    !strcmp(key, "rate"));
	}
	qemu.present = present;
	qemu.charging = charging;
	qemu.discharging = discharging;
	qemu.percent = percent;
	qemu.sets++;
	answer(peer, id, "return", "{}");
}

static const char greeting[] =
	"{'QMP': {'version': {'qemu': {'micro': 0, 'minor': 1, 'major': 10}}, 'capabilities': []}}";

static const char commands[] = {
	"[{'name': 'stop'}, {'name': 'battery-set-state'}, {'name': 'query-battery'}, {'name': 'ac-adapter-set-state'}, {'name': 'query-ac-adapter'}]"
};

static const char stock_commands[] = "[{'name': 'stop'}, {'name': 'battery'}]";

static const char untouched[] = {
	"{'present': true, 'charging': false, 'discharging': true, 'charge-percent': 50, 'rate': 1000, 'design-capacity': 10000}"
};

static void qemu_greet(struct peer *peer)
{
	qemu.capable = false;
	peer_say(peer, "%s", greeting);
}

static void qemu_line(struct peer *peer, const char *line)
{
	struct json_object *command = json_tokener_parse(line), *id, *args;
	const char *name;

	assert_true(json_object_is_type(command, json_type_object));
	/* One at a time: nothing may come while an answer is held back. */
	assert_string_equal(qemu.held, "");
	name = json_object_get_string(json_object_object_get(command, "execute"));
	id = json_object_object_get(command, "id");
	args = json_object_object_get(command, "arguments");
	qemu.commands++;
	if (!strcmp(name, "qmp_capabilities")) {
		assert_false(qemu.capable);
		qemu.capable = true;
		answer(peer, id, "return", "{}");
	} else if (!qemu.capable) {
		fail_msg("%s before qmp_capabilities", name);
	} else if (!strcmp(name, "query-commands")) {
		answer(peer, id, "return", qemu.has_commands ? commands : stock_commands);
	} else if (!strcmp(name, "query-battery")) {
		if (qemu.has_battery)
			answer(peer, id, "return", untouched);
		else
			refuse(peer, id, "No battery device found");
	} else if (!strcmp(name, "query-ac-adapter")) {
		if (qemu.has_ac)
			answer(peer, id, "return", "{'connected': true}");
		else
			refuse(peer, id, "No AC adapter device found");
	} else if (!strcmp(name, "battery-set-state")) {
		battery_set_state(peer, id, args);
	} else if (!strcmp(name, "ac-adapter-set-state")) {
		qemu.connected = get_bool(args, "connected");
		assert_int_equal(json_object_object_length(args), 1);
		qemu.ac_sets++;
		answer(peer, id, "return", "{}");
	} else {
		fail_msg("an unknown command: %s", line);
	}
	json_object_put(command);
}

const struct peer_script series = { qemu_greet, qemu_line };

void qemu_release(struct peer *peer)
{
	char text[sizeof(qemu.held)];

	qemu.hold = false;
	strcpy(text, qemu.held);
	qemu.held[0] = '\0';
	peer_say(peer, "%s", text);
}

void unplug(int percent)
{
	fake_report = (struct report){
		.flags = REPORT_PRESENT | REPORT_DISCHARGING,
		.design = 60000, .full = 50000, .remaining = 500 * percent, .rate = 15000,
	};
}
