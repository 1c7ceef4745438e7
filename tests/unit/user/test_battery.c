// SPDX-License-Identifier: GPL-2.0-only
/* What a QEMU with battery devices is asked and told, without a QEMU. */
#include "unit.h"

#include "guest/battery.h"

#include <stdio.h>
#include <string.h>

static const struct report half = {
	.flags = REPORT_PRESENT | REPORT_DISCHARGING,
	.design = 60000, .full = 50000, .remaining = 25000, .rate = 15000,
	.voltage = 11500, .design_voltage = 11400, .cycles = 12,
};

static void assert_set(const struct report *report, __u32 capacity, const char *want)
{
	struct json_object *args = battery_set(report, capacity);

	assert_string_equal(json_object_to_json_string_ext(args, JSON_C_TO_STRING_PLAIN), want);
	json_object_put(args);
}

#define STATE(present, charging, discharging, percent, rate)				\
	"{\"state\":{\"present\":" #present ",\"charging\":" #charging			\
	",\"discharging\":" #discharging ",\"charge-percent\":" #percent		\
	",\"rate\":" #rate "}}"

static void test_set(void **state)
{
	struct report report = half;

	(void)state;
	assert_set(&report, 0, STATE(true, false, true, 50, 15000));
	/* 25 Wh at 15 W and 5 Wh at 3 W last as long. */
	assert_set(&report, 10000, STATE(true, false, true, 50, 3000));
	report.flags = REPORT_PRESENT | REPORT_CHARGING | REPORT_ON_AC;
	assert_set(&report, 0, STATE(true, true, false, 50, 15000));
	/* Full and idle: the last rate must not stay. */
	report.flags = REPORT_PRESENT | REPORT_ON_AC;
	report.remaining = 50000;
	assert_set(&report, 0, STATE(true, false, false, 100, 0));
	/* More than full happens: the gauge learns. */
	report.remaining = 50400;
	assert_set(&report, 0, STATE(true, false, false, 100, 0));
}

static void test_unknown(void **state)
{
	struct report report = half;

	(void)state;
	report.rate = REPORT_UNKNOWN;
	assert_set(&report, 10000, STATE(true, false, true, 50, 0));
	report.full = REPORT_UNKNOWN;
	report.rate = 15000;
	assert_set(&report, 0, STATE(true, false, true, 42, 15000));
	report.design = REPORT_UNKNOWN;
	assert_set(&report, 10000, STATE(true, false, true, 50, 15000));
	report.flags |= REPORT_ON_AC;
	assert_set(&report, 0, STATE(true, false, true, 100, 15000));
	report.full = 0;
	assert_set(&report, 10000, STATE(true, false, true, 100, 15000));
}

/* What the published series refuses, whatever a report says. */
static void test_impossible(void **state)
{
	static const __u32 numbers[] = { 0, 1, 50000, INT32_MAX, 0x80000000, 0xFFFFFFFE,
					 REPORT_UNKNOWN };
	const size_t n = sizeof(numbers) / sizeof(*numbers);
	struct json_object *args, *told, *value[5];
	struct report report;

	(void)state;
	for (size_t i = 0; i < 32 * n * n * n * n; i++) {
		size_t rest = i / 32;

		report = half;
		report.flags = i % 32;
		report.full = numbers[rest % n];
		report.remaining = numbers[rest / n % n];
		report.rate = numbers[rest / n / n % n];
		args = battery_set(&report, numbers[rest / n / n / n % n]);
		told = json_object_object_get(args, "state");
		value[0] = json_object_object_get(told, "present");
		value[1] = json_object_object_get(told, "charging");
		value[2] = json_object_object_get(told, "discharging");
		value[3] = json_object_object_get(told, "charge-percent");
		value[4] = json_object_object_get(told, "rate");
		for (int j = 0; j < 5; j++)
			assert_true(json_object_is_type(value[j], j < 3 ? json_type_boolean :
									  json_type_int));
		assert_false(json_object_get_boolean(value[1]) &&
			     json_object_get_boolean(value[2]));
		assert_true(json_object_get_boolean(value[0]) ||
			    !(json_object_get_boolean(value[1]) ||
			      json_object_get_boolean(value[2])));
		assert_in_range(json_object_get_int64(value[3]), 0, 100);
		assert_in_range(json_object_get_int64(value[4]), 0, INT32_MAX);
		json_object_put(args);
	}
}

/* Asserts that the next command is @want, and answers it. */
static void assert_next(struct battery *battery, const char *want, const char *answer)
{
	struct json_object *command = battery_next(battery), *result;

	if (!want) {
		assert_null(command);
		return;
	}
	assert_non_null(command);
	assert_string_equal(json_object_to_json_string_ext(command, JSON_C_TO_STRING_PLAIN), want);
	json_object_put(command);
	result = answer ? json_tokener_parse(answer) : NULL;
	battery_answer(battery, result);
	json_object_put(result);
}

static const char both[] = {
	"[{\"name\":\"stop\"},{\"name\":\"battery-set-state\"},{},5,null,{\"name\":null},{\"name\":\"ac-adapter-set-state\"}]"
};

static void assert_next_ac(struct battery *battery, bool connected, const char *answer)
{
	char want[128];

	snprintf(want, sizeof(want),
		 "{\"execute\":\"ac-adapter-set-state\",\"arguments\":{\"connected\":%s}}",
		 connected ? "true" : "false");
	assert_next(battery, want, answer);
}

static void test_dialogue(void **state)
{
	struct report report = half;
	struct battery battery;

	(void)state;
	battery_init(&battery);
	/* A report that comes before the questions are answered is not lost. */
	battery_tell(&battery, &report);
	assert_next(&battery, "{\"execute\":\"query-commands\"}", both);
	assert_false(battery.known);
	assert_next(&battery, "{\"execute\":\"query-battery\"}", "{\"design-capacity\":10000}");
	assert_next(&battery, "{\"execute\":\"query-ac-adapter\"}", "{\"connected\":true}");
	assert_true(battery.known);
	assert_int_equal(battery.devices, BATTERY_DEVICE | BATTERY_AC);
	assert_next(&battery, "{\"execute\":\"battery-set-state\",\"arguments\":"
		    STATE(true, false, true, 50, 3000) "}", "{}");
	assert_next_ac(&battery, false, "{}");
	assert_next(&battery, NULL, NULL);
	/* Each command makes the guest look: nothing is said twice. */
	battery_tell(&battery, &report);
	assert_next(&battery, NULL, NULL);
	report.voltage++;
	battery_tell(&battery, &report);
	assert_next(&battery, NULL, NULL);
	report.flags |= REPORT_ON_AC;
	battery_tell(&battery, &report);
	assert_next_ac(&battery, true, NULL);
	/* Nor what was refused. */
	assert_next(&battery, NULL, NULL);
	battery_fini(&battery);
}

static void test_devices(void **state)
{
	static const struct {
		const char *commands, *battery, *ac;
		unsigned int devices;
	} cases[] = {
		{ "[]", NULL, NULL, 0 },
		{ NULL, NULL, NULL, 0 },
		{ "{\"name\":\"battery-set-state\"}", NULL, NULL, 0 },
		{ "[{\"name\":\"battery-set-state\"}]", "{\"design-capacity\":\"many\"}", NULL,
		  BATTERY_DEVICE },
		{ "[{\"name\":\"battery-set-state\"}]", "[]", NULL, BATTERY_DEVICE },
		{ "[{\"name\":\"ac-adapter-set-state\"}]", NULL, "{}", BATTERY_AC },
		/* The commands are there, the devices are not. */
		{ both, NULL, NULL, 0 },
		{ both, NULL, "{}", BATTERY_AC },
		{ both, "{\"design-capacity\":-1}", NULL, BATTERY_DEVICE },
	};
	struct battery battery;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		battery_init(&battery);
		assert_next(&battery, "{\"execute\":\"query-commands\"}", cases[i].commands);
		if (cases[i].commands && strstr(cases[i].commands, "[{") &&
		    strstr(cases[i].commands, "battery"))
			assert_next(&battery, "{\"execute\":\"query-battery\"}", cases[i].battery);
		if (cases[i].commands && strstr(cases[i].commands, "ac-"))
			assert_next(&battery, "{\"execute\":\"query-ac-adapter\"}", cases[i].ac);
		assert_true(battery.known);
		assert_int_equal(battery.devices, cases[i].devices);
		assert_int_equal(battery.capacity, 0);
		assert_next(&battery, NULL, NULL);
		battery_fini(&battery);
	}
}

#define HAS(args) battery_in_command_line(args, sizeof(args))

static void test_command_line(void **state)
{
	(void)state;
	assert_true(HAS("qemu\0-device\0battery"));
	assert_true(HAS("qemu\0-S\0--device\0battery,ioport=0x530\0-m\0G"));
	assert_true(HAS("qemu\0-device\0acad"));
	assert_true(HAS("qemu\0-device\0driver=acad,id=a"));
	assert_true(HAS("qemu\0-device\0{\"id\":\"b\",\"driver\":\"battery\"}"));
	assert_false(HAS("qemu\0-device\0battery-pack"));
	assert_false(HAS("qemu\0-device\0{\"driver\":\"e1000\"}"));
	assert_false(HAS("qemu\0-device\0{\"driver\":[]}"));
	assert_false(HAS("qemu\0-device\0{broken"));
	assert_false(HAS("qemu\0-name\0battery"));
	assert_false(HAS("qemu\0-device"));
	assert_false(HAS(""));
	assert_false(battery_in_command_line("", 0));
	/* Cut in the middle of "battery-pack". */
	assert_false(battery_in_command_line("-device\0battery", 15));
	assert_true(battery_in_command_line("-device\0battery", 16));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_impossible),
		cmocka_unit_test(test_dialogue),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
