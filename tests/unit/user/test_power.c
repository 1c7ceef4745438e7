// SPDX-License-Identifier: GPL-2.0-only
/* Host power: out of messages, added up, and shown. */
#include "unit.h"

#include "client/power.h"
#include "power/power.h"
#include "show/power.h"
#include "show/value.h"
#include "show/words.h"

#include <netlink/genl/genl.h>

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static const struct style plain;
static const struct style terminal = {
	.terminal = true, .colour = true, .unicode = true, .width = 80
};

static struct supply *add(struct host_power *power, const char *name, __u32 type)
{
	struct supply *supply = &power->supplies[power->n++];

	supply_init(supply, name);
	supply->type = type;
	return supply;
}

static struct supply *add_battery(struct host_power *power, const char *name, __u32 status,
				  __u64 now, __u64 full, __u64 rate)
{
	struct supply *supply = add(power, name, GPUPM_SUPPLY_TYPE_BATTERY);

	supply->present = 1;
	supply->status = status;
	supply->energy_now = now;
	supply->energy_full = full;
	supply->power = rate;
	return supply;
}

/* Whatever there can be. */
static void strange_power(struct host_power *power)
{
	struct supply *battery;

	memset(power, 0, sizeof(*power));
	power->on_ac = GPUPM_ON_AC_YES;
	battery = add_battery(power, "BAT0", GPUPM_SUPPLY_STATUS_CHARGING, 5000000, POWER_UNKNOWN,
			      0);
	battery->cycles = 1;
	add(power, "BAT1", GPUPM_SUPPLY_TYPE_BATTERY)->present = 0;
	battery = add_battery(power, "BAT2", GPUPM_SUPPLY_STATUS_NOT_CHARGING, POWER_UNKNOWN, 1, 2);
	battery->capacity = 7;
	add_battery(power, "BAT3", 77, 1, 2, POWER_UNKNOWN);
	add(power, "evil\033[2J\n\xff", 42);
	add(power, "pad", GPUPM_SUPPLY_TYPE_WIRELESS)->online = 0;
	add(power, "ucsi-source-psy-USBC000:001", GPUPM_SUPPLY_TYPE_USB)->online = 1;
	add(power, "ups", GPUPM_SUPPLY_TYPE_UPS);
}

/* ---- messages -------------------------------------------------------------- */

static struct nl_msg *message(const struct host_power *power)
{
	return message_power(power, 1, GPUPM_CMD_POWER_GET);
}

static int read_message(struct host_power *power, struct nl_msg *msg, struct malformed *m)
{
	struct genlmsghdr *header = nlmsg_data(nlmsg_hdr(msg));
	int err;

	memset(m, 0, sizeof(*m));
	err = power_read(power, genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0), m);
	nlmsg_free(msg);
	return err;
}

static void test_message(void **state)
{
	struct host_power sent, got;
	struct malformed m;

	(void)state;
	sample_power(&sent);
	assert_int_equal(read_message(&got, message(&sent), &m), 0);
	assert_int_equal(got.serial, 17);
	assert_true(power_equal(&sent, &got));
	strange_power(&sent);
	assert_int_equal(read_message(&got, message(&sent), &m), 0);
	assert_true(power_equal(&sent, &got));
	memset(&sent, 0, sizeof(sent));
	assert_int_equal(read_message(&got, message(&sent), &m), 0);
	assert_int_equal(got.n, 0);
}

static void test_message_bad(void **state)
{
	struct host_power power;
	struct malformed m;
	struct nl_msg *msg;
	struct nlattr *nest;

	(void)state;
	msg = nlmsg_alloc();
	genlmsg_put(msg, 0, 1, 40, 0, 0, GPUPM_CMD_POWER_GET, GPUPM_FAMILY_VERSION);
	nla_put_u32(msg, GPUPM_A_POWER_ON_AC, 1);
	assert_int_equal(read_message(&power, msg, &m), -EBADMSG);
	assert_string_equal(m.text, "attribute 2 of host power is missing");

	sample_power(&power);
	msg = message(&power);
	nest = nla_nest_start(msg, GPUPM_A_POWER_SUPPLY);
	nla_put_string(msg, GPUPM_A_SUPPLY_NAME, "BAT1");
	nla_nest_end(msg, nest);
	assert_int_equal(read_message(&power, msg, &m), -EBADMSG);
	assert_string_equal(m.text, "attribute 3 of a supply is missing");

	sample_power(&power);
	msg = message(&power);
	nest = nla_nest_start(msg, GPUPM_A_POWER_SUPPLY);
	nla_put_u32(msg, GPUPM_A_SUPPLY_ENERGY_NOW, 5);
	nla_nest_end(msg, nest);
	assert_int_equal(read_message(&power, msg, &m), -EBADMSG);
	assert_string_equal(m.text, "attribute 8 of a supply has the wrong size or shape");
}

/* More than fit are left out; what does not fit into a name is refused. */
static void test_message_limits(void **state)
{
	struct host_power power;
	struct malformed m;
	struct nl_msg *msg;
	struct nlattr *nest;
	char name[SUPPLY_NAME_SIZE + 1];

	(void)state;
	memset(&power, 0, sizeof(power));
	for (int i = 0; i < SUPPLIES_MAX; i++) {
		snprintf(name, sizeof(name), "psy%02d", i);
		add(&power, name, GPUPM_SUPPLY_TYPE_USB);
	}
	msg = message(&power);
	nest = nla_nest_start(msg, GPUPM_A_POWER_SUPPLY);
	nla_put_string(msg, GPUPM_A_SUPPLY_NAME, "more");
	nla_put_u32(msg, GPUPM_A_SUPPLY_TYPE, 1);
	nla_nest_end(msg, nest);
	assert_int_equal(read_message(&power, msg, &m), 0);
	assert_int_equal(power.n, SUPPLIES_MAX);

	sample_power(&power);
	msg = message(&power);
	memset(name, 'x', SUPPLY_NAME_SIZE);
	name[SUPPLY_NAME_SIZE] = '\0';
	nest = nla_nest_start(msg, GPUPM_A_POWER_SUPPLY);
	nla_put_string(msg, GPUPM_A_SUPPLY_NAME, name);
	nla_nest_end(msg, nest);
	assert_int_equal(read_message(&power, msg, &m), -EBADMSG);
}

/* ---- what it means ---------------------------------------------------------- */

static void test_on_ac(void **state)
{
	struct host_power power = {};

	(void)state;
	assert_int_equal(power_on_ac(&power), GPUPM_ON_AC_UNKNOWN);
	add(&power, "usb", GPUPM_SUPPLY_TYPE_USB)->online = 0;
	assert_int_equal(power_on_ac(&power), GPUPM_ON_AC_UNKNOWN);
	add(&power, "BAT0", GPUPM_SUPPLY_TYPE_BATTERY)->status = GPUPM_SUPPLY_STATUS_CHARGING;
	assert_int_equal(power_on_ac(&power), GPUPM_ON_AC_YES);
	power.supplies[1].status = GPUPM_SUPPLY_STATUS_DISCHARGING;
	assert_int_equal(power_on_ac(&power), GPUPM_ON_AC_NO);
	power.supplies[0].online = 1;
	assert_int_equal(power_on_ac(&power), GPUPM_ON_AC_YES);
	power.supplies[0].online = POWER_UNKNOWN32;
	power.supplies[1].status = GPUPM_SUPPLY_STATUS_FULL;
	assert_int_equal(power_on_ac(&power), GPUPM_ON_AC_YES);
	add(&power, "AC", GPUPM_SUPPLY_TYPE_MAINS)->online = 0;
	assert_int_equal(power_on_ac(&power), GPUPM_ON_AC_NO);
	power.supplies[2].online = 1;
	assert_int_equal(power_on_ac(&power), GPUPM_ON_AC_YES);
	power.n = 2;
	power.supplies[1].present = 0;
	power.supplies[1].status = GPUPM_SUPPLY_STATUS_UNKNOWN;
	assert_int_equal(power_on_ac(&power), GPUPM_ON_AC_UNKNOWN);
}

static void sum_of(struct battery_sum *sum, const struct supply *a, const struct supply *b)
{
	struct host_power power = {};

	add(&power, "AC", GPUPM_SUPPLY_TYPE_MAINS)->online = 1;
	if (a)
		power.supplies[power.n++] = *a;
	if (b)
		power.supplies[power.n++] = *b;
	power_sum(&power, sum);
}

static void test_sum(void **state)
{
	struct host_power power = {};
	struct supply *a, *b;
	struct battery_sum sum;

	(void)state;
	sum_of(&sum, NULL, NULL);
	assert_false(sum.present);

	a = add_battery(&power, "BAT0", GPUPM_SUPPLY_STATUS_DISCHARGING, 30000000, 60000000,
			10000000);
	b = add_battery(&power, "BAT1", GPUPM_SUPPLY_STATUS_FULL, 20000000, 20000000, 5);
	a->voltage = 11000000;
	a->cycles = 3;
	b->voltage = 12000000;
	b->energy_design = 22000000;
	sum_of(&sum, a, b);
	assert_true(sum.present);
	assert_int_equal(sum.status, GPUPM_SUPPLY_STATUS_DISCHARGING);
	assert_int_equal(sum.capacity, 63);
	assert_int_equal(sum.energy_now, 50000000);
	assert_int_equal(sum.energy_full, 80000000);
	assert_int_equal(sum.energy_design, 22000000);
	assert_int_equal(sum.power, 10000000);
	assert_int_equal(sum.voltage, 12000000);
	assert_true(sum.voltage_design == POWER_UNKNOWN);
	assert_int_equal(sum.cycles, 3);
	assert_int_equal(sum.seconds_left, 5 * 3600);

	a->status = GPUPM_SUPPLY_STATUS_CHARGING;
	sum_of(&sum, a, b);
	assert_int_equal(sum.status, GPUPM_SUPPLY_STATUS_CHARGING);
	assert_int_equal(sum.seconds_left, 3 * 3600);
	b->status = GPUPM_SUPPLY_STATUS_DISCHARGING;
	sum_of(&sum, a, b);
	assert_int_equal(sum.status, GPUPM_SUPPLY_STATUS_CHARGING);
	assert_int_equal(sum.power, 10000000);
	a->status = GPUPM_SUPPLY_STATUS_FULL;
	b->status = GPUPM_SUPPLY_STATUS_FULL;
	sum_of(&sum, a, b);
	assert_int_equal(sum.status, GPUPM_SUPPLY_STATUS_FULL);
	assert_true(sum.seconds_left == POWER_UNKNOWN);
	b->status = GPUPM_SUPPLY_STATUS_NOT_CHARGING;
	sum_of(&sum, a, b);
	assert_int_equal(sum.status, GPUPM_SUPPLY_STATUS_NOT_CHARGING);
	a->status = GPUPM_SUPPLY_STATUS_UNKNOWN;
	b->status = GPUPM_SUPPLY_STATUS_UNKNOWN;
	sum_of(&sum, a, b);
	assert_int_equal(sum.status, GPUPM_SUPPLY_STATUS_UNKNOWN);
	b->present = 0;
	a->status = GPUPM_SUPPLY_STATUS_DISCHARGING;
	sum_of(&sum, a, b);
	assert_int_equal(sum.energy_now, 30000000);
	a->present = 0;
	sum_of(&sum, a, b);
	assert_false(sum.present);
}

static void test_sum_unknown(void **state)
{
	struct host_power power = {};
	struct supply *a, *b;
	struct battery_sum sum;

	(void)state;
	a = add_battery(&power, "BAT0", GPUPM_SUPPLY_STATUS_DISCHARGING, POWER_UNKNOWN,
			POWER_UNKNOWN, POWER_UNKNOWN);
	a->present = POWER_UNKNOWN32;
	sum_of(&sum, a, NULL);
	assert_true(sum.present);
	assert_true(sum.capacity == POWER_UNKNOWN32);
	assert_true(sum.energy_now == POWER_UNKNOWN);
	assert_true(sum.seconds_left == POWER_UNKNOWN);
	/* A lone battery is believed; of two, the one without energies counts, too. */
	a->capacity = 40;
	sum_of(&sum, a, NULL);
	assert_int_equal(sum.capacity, 40);
	b = add_battery(&power, "BAT1", GPUPM_SUPPLY_STATUS_DISCHARGING, 8, 10, 1);
	sum_of(&sum, a, b);
	assert_int_equal(sum.capacity, 60);
	b->capacity = 79;
	sum_of(&sum, b, NULL);
	assert_int_equal(sum.capacity, 79);
	assert_int_equal(sum.seconds_left, 8 * 3600);
	/* More than ten days. */
	b->energy_now = 241;
	sum_of(&sum, b, NULL);
	assert_true(sum.seconds_left == POWER_UNKNOWN);
	b->power = 0;
	sum_of(&sum, b, NULL);
	assert_true(sum.seconds_left == POWER_UNKNOWN);
	/* Charged beyond what it holds when full. */
	b->capacity = POWER_UNKNOWN32;
	b->status = GPUPM_SUPPLY_STATUS_CHARGING;
	b->power = 1;
	sum_of(&sum, b, NULL);
	assert_int_equal(sum.capacity, 100);
	assert_int_equal(sum.seconds_left, 0);
	b->energy_full = 0;
	sum_of(&sum, b, NULL);
	assert_true(sum.capacity == POWER_UNKNOWN32);
}

static void test_equal(void **state)
{
	struct host_power a, b;
	struct supply *changed = &b.supplies[1];
	__u32 *numbers[] = {
		&changed->type, &changed->online, &changed->present, &changed->status,
		&changed->capacity, &changed->cycles,
	};
	__u64 *amounts[] = {
		&changed->energy_now, &changed->energy_full, &changed->energy_design,
		&changed->power, &changed->voltage, &changed->voltage_design,
	};

	(void)state;
	sample_power(&a);
	sample_power(&b);
	b.serial++;
	assert_true(power_equal(&a, &b));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		++*numbers[i];
		assert_false(power_equal(&a, &b));
		--*numbers[i];
	}
	for (size_t i = 0; i < sizeof(amounts) / sizeof(*amounts); i++) {
		++*amounts[i];
		assert_false(power_equal(&a, &b));
		--*amounts[i];
	}
	b.supplies[1].name[0]++;
	assert_false(power_equal(&a, &b));
	b.supplies[1].name[0]--;
	assert_true(power_equal(&a, &b));
	b.on_ac = GPUPM_ON_AC_YES;
	assert_false(power_equal(&a, &b));
	b.on_ac = a.on_ac;
	b.n--;
	assert_false(power_equal(&a, &b));
}

/* ---- what is shown ------------------------------------------------------------ */

static void check_text(const struct style *style, const struct host_power *power,
		       const char *golden)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	power_show(out, style, power);
	fclose(out);
	assert_golden(text, golden);
	free(text);
}

static void check_json(const struct host_power *power, const char *golden)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	json_print(out, json_power(power), false);
	fclose(out);
	assert_golden(text, golden);
	free(text);
}

static void test_show(void **state)
{
	struct host_power power, none = {};

	(void)state;
	setlocale(LC_ALL, "C.UTF-8");
	sample_power(&power);
	check_text(&plain, &power, "power.txt");
	check_text(&terminal, &power, "power-terminal.txt");
	check_json(&power, "power.json");
	strange_power(&power);
	check_text(&plain, &power, "power-strange.txt");
	check_json(&power, "power-strange.json");
	check_text(&plain, &none, "power-none.txt");
	check_json(&none, "power-none.json");
}

static void summary(const struct host_power *power, const char *want)
{
	char buf[POWER_SUMMARY_SIZE];

	assert_string_equal(power_summary(buf, power), want);
}

static void test_summary(void **state)
{
	struct host_power power = { .on_ac = GPUPM_ON_AC_YES };
	struct supply *battery;

	(void)state;
	summary(&power, "On AC");
	battery = add_battery(&power, "BAT0", GPUPM_SUPPLY_STATUS_FULL, 60000000, 60000000, 0);
	battery->capacity = 100;
	summary(&power, "On AC, 100 %, full");
	battery->status = GPUPM_SUPPLY_STATUS_NOT_CHARGING;
	battery->capacity = 80;
	summary(&power, "On AC, 80 %, not charging");
	battery->status = GPUPM_SUPPLY_STATUS_CHARGING;
	battery->energy_now = 30000000;
	summary(&power, "On AC, 80 %, charging");
	battery->power = 45000000;
	summary(&power, "On AC, 80 %, charging, 40 min 0 s until full at 45.0 W");
	battery->energy_full = POWER_UNKNOWN;
	summary(&power, "On AC, 80 %, charging, 45.0 W");
	battery->status = GPUPM_SUPPLY_STATUS_DISCHARGING;
	summary(&power, "On AC, 80 %, discharging, 40 min 0 s left at 45.0 W");
	power.on_ac = GPUPM_ON_AC_NO;
	summary(&power, "On battery, 80 %, 40 min 0 s left at 45.0 W");
	battery->power = POWER_UNKNOWN;
	summary(&power, "On battery, 80 %");
	battery->capacity = POWER_UNKNOWN32;
	summary(&power, "On battery");
	power.on_ac = 77;
	power.n = 0;
	summary(&power, "No supply tells whether it runs on AC");
}

static void test_words(void **state)
{
	char buf[WORD_SIZE];

	(void)state;
	assert_string_equal(word_supply_type(buf, GPUPM_SUPPLY_TYPE_WIRELESS), "wireless");
	assert_string_equal(word_supply_type(buf, 6), "unknown (6)");
	assert_string_equal(word_supply_status(buf, GPUPM_SUPPLY_STATUS_FULL), "full");
	assert_string_equal(word_supply_status(buf, 5), "unknown (5)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_message_bad),
		cmocka_unit_test(test_message_limits),
		cmocka_unit_test(test_on_ac),
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_sum_unknown),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
