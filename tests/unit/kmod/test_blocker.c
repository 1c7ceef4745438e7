// SPDX-License-Identifier: GPL-2.0-only
/* Why a GPU is not off: each reason on a fake laptop that has just that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "blocker.h"

/* A laptop on which nothing is in the way: asleep, power about to be cut. */
struct laptop {
	struct gpupm_dev_facts functions[2];
	struct gpupm_dev_facts ports[3];
	struct gpupm_blocker_facts facts;
	char sibling[GPUPM_ADDRESS_LEN];
};

static void build(struct laptop *l)
{
	static const char *const names[] = { "0000:03:00.0", "0000:02:00.0",
					     "0000:00:01.1" };
	unsigned int i;

	memset(l, 0, sizeof(*l));
	for (i = 0; i < 2; i++) {
		struct gpupm_dev_facts *fn = &l->functions[i];

		strcpy(fn->address, i ? "0000:04:00.1" : "0000:04:00.0");
		fn->has_driver = true;
		fn->vfio = true;
		fn->d3cold_ok = true;
	}
	for (i = 0; i < 3; i++) {
		struct gpupm_dev_facts *port = &l->ports[i];

		strcpy(port->address, names[i]);
		port->has_driver = true;
		port->d3cold_ok = true;
		port->bridge_d3 = true;
		port->active = true;
	}
	l->facts.functions = l->functions;
	l->facts.nfunctions = 2;
	l->facts.ports = l->ports;
	l->facts.nports = 3;
	l->facts.sibling = l->sibling;
	l->facts.failed = "0000:04:00.1";
	l->facts.power_resource = true;
}

static void blames(struct laptop *l, u32 reason, const char *device)
{
	struct gpupm_blame blame;

	memset(&blame, 0xff, sizeof(blame));
	gpupm_blame(&l->facts, &blame);
	assert_int_equal(blame.reason, reason);
	assert_string_equal(blame.device, device);
}

static void nothing_in_the_way(void **unused)
{
	struct laptop l;

	(void)unused;
	build(&l);
	blames(&l, 0, "");
}

static void wishes_come_first(void **unused)
{
	struct laptop l;

	(void)unused;
	build(&l);
	l.functions[0].pm_off = true;
	l.facts.policy = GPUPM_POLICY_WARM;
	blames(&l, GPUPM_BLOCKER_POLICY, "");
	l.facts.policy = GPUPM_POLICY_ON;
	blames(&l, GPUPM_BLOCKER_POLICY, "");
	l.facts.holds = 1;
	blames(&l, GPUPM_BLOCKER_HOLD, "");
	l.facts.fallback = true;
	blames(&l, GPUPM_BLOCKER_FAILED_WAKE, "0000:04:00.1");
	l.facts.fallback = false;
	l.facts.lost = true;
	blames(&l, GPUPM_BLOCKER_FAILED_WAKE, "0000:04:00.1");
}

static void runtime_pm_off(void **unused)
{
	struct laptop l;

	(void)unused;
	build(&l);
	l.ports[2].pm_off = true;
	blames(&l, GPUPM_BLOCKER_RUNTIME_PM_OFF, "0000:00:01.1");
	l.functions[1].pm_off = true;
	l.functions[1].active = true;
	blames(&l, GPUPM_BLOCKER_RUNTIME_PM_OFF, "0000:04:00.1");
}

static void active_under_another_driver(void **unused)
{
	struct laptop l;

	(void)unused;
	build(&l);
	l.functions[1].vfio = false;
	blames(&l, 0, "");
	l.functions[1].active = true;
	blames(&l, GPUPM_BLOCKER_DRIVER, "0000:04:00.1");
}

static void busy_though_not_open(void **unused)
{
	struct laptop l;

	(void)unused;
	build(&l);
	l.functions[0].active = true;
	blames(&l, 0, "");
	l.functions[0].used = true;
	blames(&l, GPUPM_BLOCKER_BUSY, "0000:04:00.0");
	l.functions[0].has_driver = false;
	l.functions[0].vfio = false;
	blames(&l, GPUPM_BLOCKER_BUSY, "0000:04:00.0");
}

static void no_port_at_all(void **unused)
{
	struct laptop l;

	(void)unused;
	build(&l);
	l.facts.nports = 0;
	blames(&l, GPUPM_BLOCKER_POWER_RESOURCE, "0000:04:00.0");
}

static void d3cold_disallowed(void **unused)
{
	struct laptop l;

	(void)unused;
	build(&l);
	l.ports[1].d3cold_ok = false;
	blames(&l, GPUPM_BLOCKER_D3COLD, "0000:02:00.0");
	l.ports[0].bridge_d3 = false;
	l.functions[1].d3cold_ok = false;
	blames(&l, GPUPM_BLOCKER_D3COLD, "0000:04:00.1");
}

static void bridge_not_allowed_in_d3(void **unused)
{
	struct laptop l;

	(void)unused;
	build(&l);
	l.ports[2].bridge_d3 = false;
	blames(&l, GPUPM_BLOCKER_BRIDGE_D3, "0000:00:01.1");
	l.ports[1].has_driver = false;
	blames(&l, GPUPM_BLOCKER_BRIDGE_D3, "0000:02:00.0");
}

static void no_power_resource(void **unused)
{
	struct laptop l;

	(void)unused;
	build(&l);
	l.facts.power_resource = false;
	strcpy(l.sibling, "0000:05:00.0");
	blames(&l, GPUPM_BLOCKER_POWER_RESOURCE, "0000:00:01.1");
}

static void port_busy(void **unused)
{
	struct laptop l;

	(void)unused;
	build(&l);
	l.ports[2].used = true;
	blames(&l, GPUPM_BLOCKER_PORT_BUSY, "0000:00:01.1");
	strcpy(l.sibling, "0000:05:00.0");
	blames(&l, GPUPM_BLOCKER_PORT_BUSY, "0000:05:00.0");
}

static void platform_kept_power(void **unused)
{
	struct laptop l;
	unsigned int i;

	(void)unused;
	build(&l);
	for (i = 0; i < 3; i++)
		l.ports[i].active = false;
	blames(&l, GPUPM_BLOCKER_PLATFORM, "0000:00:01.1");
}

static void every_reason_has_a_name(void **unused)
{
	unsigned int i;

	(void)unused;
	for (i = 1; i <= GPUPM_BLOCKER_MAX; i++)
		assert_non_null(gpupm_blocker_names[i]);
}

static void the_longest_address_fits(void **unused)
{
	struct laptop l;

	(void)unused;
	build(&l);
	strcpy(l.functions[0].address, "ffffffff:ff:1f.7");
	l.functions[0].pm_off = true;
	blames(&l, GPUPM_BLOCKER_RUNTIME_PM_OFF, "ffffffff:ff:1f.7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_in_the_way),
		cmocka_unit_test(wishes_come_first),
		cmocka_unit_test(runtime_pm_off),
		cmocka_unit_test(active_under_another_driver),
		cmocka_unit_test(busy_though_not_open),
		cmocka_unit_test(no_port_at_all),
		cmocka_unit_test(d3cold_disallowed),
		cmocka_unit_test(bridge_not_allowed_in_d3),
		cmocka_unit_test(no_power_resource),
		cmocka_unit_test(port_busy),
		cmocka_unit_test(platform_kept_power),
		cmocka_unit_test(every_reason_has_a_name),
		cmocka_unit_test(the_longest_address_fits),
	};

	return cmocka_run_group_tests_name("blocker", tests, NULL, NULL);
}
