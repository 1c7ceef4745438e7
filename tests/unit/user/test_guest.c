// SPDX-License-Identifier: GPL-2.0-only
/* Who is told what and when. The clock and the timer are the test's own. */
#include "unit.h"

#include "guest/guest.h"
#include "profile/profile.h"

#include <json-c/json.h>

#include <string.h>

static __u64 now = 5000;
static uv_timer_cb repeat;
static __u64 repeat_ms;
static bool running;
static enum guest_power what;

uint64_t uv_now(const uv_loop_t *loop)
{
	(void)loop;
	return now;
}

int uv_timer_start(uv_timer_t *timer, uv_timer_cb cb, uint64_t first, uint64_t again)
{
	(void)timer;
	assert_int_equal(first, again);
	assert_false(running);
	repeat = cb;
	repeat_ms = again;
	running = true;
	return 0;
}

int uv_timer_stop(uv_timer_t *timer)
{
	(void)timer;
	running = false;
	return 0;
}

enum guest_power profile_guest_power(const char *vm)
{
	return strcmp(vm, "stubborn") ? GUEST_POWER_MIRROR : what;
}

struct fake {
	struct guest guest;
	struct report told;
	unsigned int times;
	bool leaves;
};

static void tell(struct guest *guest, const struct report *report)
{
	struct fake *fake = (struct fake *)guest;

	fake->told = *report;
	fake->times++;
	if (fake->leaves)
		guest_remove(guest);
}

static const struct guest_backend backend = { .name = "fake", .tell = tell };
static struct host_power host;
static unsigned int refreshed;
static bool drains;

static void set_host(__u64 energy_now)
{
	struct supply *battery = &host.supplies[0];

	supply_init(battery, "BAT0");
	battery->type = GPUPM_SUPPLY_TYPE_BATTERY;
	battery->present = 1;
	battery->status = GPUPM_SUPPLY_STATUS_DISCHARGING;
	battery->energy_full = 50000000;
	battery->energy_now = energy_now;
	host.n = 1;
	host.on_ac = GPUPM_ON_AC_NO;
}

static void refresh(void)
{
	refreshed++;
	if (!drains)
		return;
	set_host(host.supplies[0].energy_now - 1000000);
	guests_power(&host);
}

static void add(struct fake *fake, const char *name)
{
	memset(fake, 0, sizeof(*fake));
	fake->guest.backend = &backend;
	strcpy(fake->guest.name, name);
	guest_add(&fake->guest);
}

static int open_all(void **state)
{
	(void)state;
	refreshed = 0;
	drains = false;
	what = GUEST_POWER_MIRROR;
	guests_open(uv_default_loop(), refresh);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	guests_close();
	vms_close();
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	return 0;
}

static void test_tell(void **state)
{
	struct fake one, two;

	(void)state;
	/* Before host power is known nobody is told anything. */
	add(&one, "one");
	assert_int_equal(one.times, 0);
	set_host(40000000);
	guests_power(&host);
	assert_int_equal(one.times, 1);
	assert_int_equal(one.told.remaining, 40000);

	add(&two, "");
	assert_int_equal(two.times, 1);
	assert_int_equal(one.times, 1);

	/* The same again is not told; what a guest does not see neither. */
	guests_power(&host);
	host.supplies[0].energy_now++;
	guests_power(&host);
	assert_int_equal(one.times, 1);
	set_host(39000000);
	guests_power(&host);
	assert_int_equal(one.times, 2);
	assert_int_equal(two.times, 2);
	assert_int_equal(two.told.remaining, 39000);

	guest_tell(&two.guest);
	assert_int_equal(two.times, 3);
	assert_int_equal(one.times, 2);
	assert_int_equal(two.guest.reports, 3);
	guest_remove(&one.guest);
	set_host(38000000);
	guests_power(&host);
	assert_int_equal(one.times, 2);
	assert_int_equal(two.times, 4);
	guest_remove(&two.guest);
}

static void test_repeat(void **state)
{
	struct fake one, two;

	(void)state;
	assert_false(running);
	set_host(40000000);
	guests_power(&host);
	add(&one, "one");
	assert_true(running);
	assert_int_equal(repeat_ms, 30000);
	add(&two, "two");

	now += 30000;
	repeat(NULL);
	assert_int_equal(refreshed, 1);
	assert_int_equal(one.times, 2);
	assert_int_equal(two.times, 2);

	/* A battery that does not tell what it loses: it is read, and told once. */
	drains = true;
	now += 30000;
	repeat(NULL);
	assert_int_equal(one.times, 3);
	assert_int_equal(one.told.remaining, 39000);
	assert_int_equal(two.told.remaining, 39000);

	guest_remove(&one.guest);
	assert_true(running);
	guest_remove(&two.guest);
	assert_false(running);
}

static void test_told_otherwise(void **state)
{
	struct fake one, stubborn;

	(void)state;
	set_host(40000000);
	guests_power(&host);
	add(&one, "one");
	add(&stubborn, "stubborn");
	assert_int_equal(stubborn.told.flags, REPORT_PRESENT | REPORT_DISCHARGING);
	what = GUEST_POWER_AC;
	guests_refresh();
	assert_int_equal(stubborn.times, 2);
	assert_int_equal(stubborn.told.flags, REPORT_PRESENT | REPORT_ON_AC);
	assert_int_equal(one.times, 1);
	guest_remove(&one.guest);
	guest_remove(&stubborn.guest);
}

/* A guest that is found gone while it is told. */
static void test_leaves(void **state)
{
	struct fake fakes[3];

	(void)state;
	set_host(40000000);
	guests_power(&host);
	for (int i = 0; i < 3; i++)
		add(&fakes[i], "");
	fakes[1].leaves = true;
	set_host(30000000);
	guests_power(&host);
	assert_int_equal(fakes[2].times, 2);
	set_host(20000000);
	guests_power(&host);
	assert_int_equal(fakes[0].times, 3);
	assert_int_equal(fakes[1].times, 2);
	assert_int_equal(fakes[2].times, 3);
	/* Once more does no harm. */
	guest_remove(&fakes[1].guest);
	guest_remove(&fakes[0].guest);
	guest_remove(&fakes[2].guest);
	assert_false(running);
}

static void test_json(void **state)
{
	struct json_object *array;
	struct fake one, two;

	(void)state;
	add(&one, "");
	set_host(40000000);
	guests_power(&host);
	add(&two, "win11");
	two.guest.ways = GUEST_WAY_EVENT | GUEST_WAY_READ;
	now += 1500;
	array = guests_json();
	assert_golden(json_object_to_json_string_ext(array, JSON_C_TO_STRING_PRETTY |
						      JSON_C_TO_STRING_SPACED), "guests.json");
	json_object_put(array);
	guest_remove(&one.guest);
	guest_remove(&two.guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tell, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_repeat, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_told_otherwise, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_leaves, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_json, open_all, close_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
