// SPDX-License-Identifier: GPL-2.0-only
/* Why a GPU is not off: each reason on a fake laptop that has just that. */
#include <kunit/test.h>

#include "../blocker.c"

/* A laptop on which nothing is in the way: asleep, power about to be cut. */
struct laptop {
	struct gpupm_dev_facts functions[2];
	struct gpupm_dev_facts ports[3];
	struct gpupm_blocker_facts facts;
	char sibling[GPUPM_ADDRESS_LEN];
};

static void name(char *address, const char *is)
{
	strscpy(address, is, GPUPM_ADDRESS_LEN);
}

static void build(struct laptop *l)
{
	static const char *const names[] = { "0000:03:00.0", "0000:02:00.0",
					     "0000:00:01.1" };
	unsigned int i;

	memset(l, 0, sizeof(*l));
	for (i = 0; i < 2; i++) {
		struct gpupm_dev_facts *fn = &l->functions[i];

		name(fn->address, i ? "0000:04:00.1" : "0000:04:00.0");
		fn->has_driver = true;
		fn->vfio = true;
		fn->d3cold_ok = true;
	}
	for (i = 0; i < 3; i++) {
		struct gpupm_dev_facts *port = &l->ports[i];

		name(port->address, names[i]);
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

static void blames(struct kunit *test, struct laptop *l, u32 reason,
		   const char *device)
{
	struct gpupm_blame blame;

	memset(&blame, 0xff, sizeof(blame));
	gpupm_blame(&l->facts, &blame);
	KUNIT_EXPECT_EQ(test, blame.reason, reason);
	KUNIT_EXPECT_STREQ(test, blame.device, device);
}

static void nothing_in_the_way(struct kunit *test)
{
	struct laptop l;

	build(&l);
	blames(test, &l, 0, "");
}

static void wishes_come_first(struct kunit *test)
{
	struct laptop l;

	build(&l);
	l.functions[0].pm_off = true;
	l.facts.policy = GPUPM_POLICY_WARM;
	blames(test, &l, GPUPM_BLOCKER_POLICY, "");
	l.facts.policy = GPUPM_POLICY_ON;
	blames(test, &l, GPUPM_BLOCKER_POLICY, "");
	l.facts.holds = 1;
	blames(test, &l, GPUPM_BLOCKER_HOLD, "");
	l.facts.fallback = true;
	blames(test, &l, GPUPM_BLOCKER_FAILED_WAKE, "0000:04:00.1");
	l.facts.fallback = false;
	l.facts.lost = true;
	blames(test, &l, GPUPM_BLOCKER_FAILED_WAKE, "0000:04:00.1");
}

static void runtime_pm_off(struct kunit *test)
{
	struct laptop l;

	build(&l);
	l.ports[2].pm_off = true;
	blames(test, &l, GPUPM_BLOCKER_RUNTIME_PM_OFF, "0000:00:01.1");
	l.functions[1].pm_off = true;
	l.functions[1].active = true;
	blames(test, &l, GPUPM_BLOCKER_RUNTIME_PM_OFF, "0000:04:00.1");
}

static void active_under_another_driver(struct kunit *test)
{
	struct laptop l;

	build(&l);
	l.functions[1].vfio = false;
	blames(test, &l, 0, "");
	l.functions[1].active = true;
	blames(test, &l, GPUPM_BLOCKER_DRIVER, "0000:04:00.1");
}

static void busy_though_not_open(struct kunit *test)
{
	struct laptop l;

	build(&l);
	l.functions[0].active = true;
	blames(test, &l, 0, "");
	l.functions[0].used = true;
	blames(test, &l, GPUPM_BLOCKER_BUSY, "0000:04:00.0");
	l.functions[0].has_driver = false;
	l.functions[0].vfio = false;
	blames(test, &l, GPUPM_BLOCKER_BUSY, "0000:04:00.0");
}

static void no_port_at_all(struct kunit *test)
{
	struct laptop l;

	build(&l);
	l.facts.nports = 0;
	blames(test, &l, GPUPM_BLOCKER_POWER_RESOURCE, "0000:04:00.0");
}

static void d3cold_disallowed(struct kunit *test)
{
	struct laptop l;

	build(&l);
	l.ports[1].d3cold_ok = false;
	blames(test, &l, GPUPM_BLOCKER_D3COLD, "0000:02:00.0");
	l.ports[0].bridge_d3 = false;
	l.functions[1].d3cold_ok = false;
	blames(test, &l, GPUPM_BLOCKER_D3COLD, "0000:04:00.1");
}

static void bridge_not_allowed_in_d3(struct kunit *test)
{
	struct laptop l;

	build(&l);
	l.ports[2].bridge_d3 = false;
	blames(test, &l, GPUPM_BLOCKER_BRIDGE_D3, "0000:00:01.1");
	l.ports[1].has_driver = false;
	blames(test, &l, GPUPM_BLOCKER_BRIDGE_D3, "0000:02:00.0");
}

static void no_power_resource(struct kunit *test)
{
	struct laptop l;

	build(&l);
	l.facts.power_resource = false;
	name(l.sibling, "0000:05:00.0");
	blames(test, &l, GPUPM_BLOCKER_POWER_RESOURCE, "0000:00:01.1");
}

static void port_busy(struct kunit *test)
{
	struct laptop l;

	build(&l);
	l.ports[2].used = true;
	blames(test, &l, GPUPM_BLOCKER_PORT_BUSY, "0000:00:01.1");
	name(l.sibling, "0000:05:00.0");
	blames(test, &l, GPUPM_BLOCKER_PORT_BUSY, "0000:05:00.0");
}

static void platform_kept_power(struct kunit *test)
{
	struct laptop l;
	unsigned int i;

	build(&l);
	for (i = 0; i < 3; i++)
		l.ports[i].active = false;
	blames(test, &l, GPUPM_BLOCKER_PLATFORM, "0000:00:01.1");
}

/*
 * A laptop where everything is wrong at once. What is named is mended, and up
 * comes the next, through every reason there is.
 */
static void mending_one_brings_up_the_next(struct kunit *test)
{
	struct laptop l;
	unsigned int i;

	build(&l);
	l.facts.lost = true;
	l.facts.fallback = true;
	l.facts.holds = 2;
	l.facts.policy = GPUPM_POLICY_ON;
	l.facts.power_resource = false;
	l.functions[0].pm_off = true;
	l.functions[0].active = true;
	l.functions[0].used = true;
	l.functions[0].vfio = false;
	l.functions[1].d3cold_ok = false;
	l.ports[0].d3cold_ok = false;
	l.ports[1].pm_off = true;
	l.ports[1].bridge_d3 = false;
	l.ports[2].has_driver = false;
	l.ports[2].used = true;
	name(l.sibling, "0000:05:00.0");

	blames(test, &l, GPUPM_BLOCKER_FAILED_WAKE, "0000:04:00.1");
	l.facts.lost = false;
	blames(test, &l, GPUPM_BLOCKER_FAILED_WAKE, "0000:04:00.1");
	l.facts.fallback = false;
	blames(test, &l, GPUPM_BLOCKER_HOLD, "");
	l.facts.holds = 0;
	blames(test, &l, GPUPM_BLOCKER_POLICY, "");
	l.facts.policy = GPUPM_POLICY_AUTO;
	blames(test, &l, GPUPM_BLOCKER_RUNTIME_PM_OFF, "0000:04:00.0");
	l.functions[0].pm_off = false;
	blames(test, &l, GPUPM_BLOCKER_DRIVER, "0000:04:00.0");
	l.functions[0].vfio = true;
	blames(test, &l, GPUPM_BLOCKER_BUSY, "0000:04:00.0");
	l.functions[0].used = false;
	l.functions[0].active = false;
	blames(test, &l, GPUPM_BLOCKER_D3COLD, "0000:04:00.1");
	l.functions[1].d3cold_ok = true;
	blames(test, &l, GPUPM_BLOCKER_D3COLD, "0000:03:00.0");
	l.ports[0].d3cold_ok = true;
	blames(test, &l, GPUPM_BLOCKER_RUNTIME_PM_OFF, "0000:02:00.0");
	l.ports[1].pm_off = false;
	blames(test, &l, GPUPM_BLOCKER_BRIDGE_D3, "0000:02:00.0");
	l.ports[1].bridge_d3 = true;
	blames(test, &l, GPUPM_BLOCKER_BRIDGE_D3, "0000:00:01.1");
	l.ports[2].has_driver = true;
	blames(test, &l, GPUPM_BLOCKER_POWER_RESOURCE, "0000:00:01.1");
	l.facts.power_resource = true;
	blames(test, &l, GPUPM_BLOCKER_PORT_BUSY, "0000:05:00.0");
	name(l.sibling, "");
	blames(test, &l, GPUPM_BLOCKER_PORT_BUSY, "0000:00:01.1");
	l.ports[2].used = false;
	blames(test, &l, 0, "");
	for (i = 0; i < 3; i++)
		l.ports[i].active = false;
	blames(test, &l, GPUPM_BLOCKER_PLATFORM, "0000:00:01.1");
}

static void every_reason_has_a_name(struct kunit *test)
{
	unsigned int i;

	for (i = 1; i <= GPUPM_BLOCKER_MAX; i++)
		KUNIT_EXPECT_NOT_NULL(test, gpupm_blocker_names[i]);
	KUNIT_EXPECT_STREQ(test, gpupm_blocker_names[GPUPM_BLOCKER_PORT_BUSY],
			   "port-busy");
}

static void the_longest_address_fits(struct kunit *test)
{
	struct laptop l;

	build(&l);
	name(l.functions[0].address, "ffffffff:ff:1f.7");
	l.functions[0].pm_off = true;
	blames(test, &l, GPUPM_BLOCKER_RUNTIME_PM_OFF, "ffffffff:ff:1f.7");
}

static struct kunit_case blocker_cases[] = {
	KUNIT_CASE(nothing_in_the_way),
	KUNIT_CASE(wishes_come_first),
	KUNIT_CASE(runtime_pm_off),
	KUNIT_CASE(active_under_another_driver),
	KUNIT_CASE(busy_though_not_open),
	KUNIT_CASE(no_port_at_all),
	KUNIT_CASE(d3cold_disallowed),
	KUNIT_CASE(bridge_not_allowed_in_d3),
	KUNIT_CASE(no_power_resource),
	KUNIT_CASE(port_busy),
	KUNIT_CASE(platform_kept_power),
	KUNIT_CASE(mending_one_brings_up_the_next),
	KUNIT_CASE(every_reason_has_a_name),
	KUNIT_CASE(the_longest_address_fits),
	{}
};

static struct kunit_suite blocker_suite = {
	.name = "gpupm-blocker",
	.test_cases = blocker_cases,
};

kunit_test_suite(blocker_suite);
