// SPDX-License-Identifier: GPL-2.0-only
/* "gpupm vm stop": each step, in a time of its own. */
#include "vm_fixture.h"

#include "vm/stop.h"

#include <libvirt/libvirt.h>
#include <string.h>

static void assert_stops(int agent, int button, const char *want)
{
	struct fake_domain *domain = &fake.domains[0];

	domain->state = VIR_DOMAIN_RUNNING;
	domain->agent = agent;
	domain->button = button;
	assert_int_equal(run(STOP, "win11", NULL, false, NULL), RESULT_DONE);
	assert_string_equal(out, want);
	assert_string_equal(err, "");
	assert_int_equal(domain->state, VIR_DOMAIN_SHUTOFF);
}

#define ASKS	"win11: asks its guest agent to shut down\n"
#define NO_AGENT	"win11: the agent does not: QEMU guest agent is not configured\n"
#define PRESSES	"win11: presses its power button\n"
#define NO_BUTTON	"win11: the button does not: there is no?[31m button\n"
#define FORCE	"win11: force: its QEMU is ended\n"
#define RUNNING	"win11: still running after 0 s\n"
#define ENDED	"win11: has ended, after 0 s\n"

static void test_stop(void **state)
{
	struct fake_domain *domain = &fake.domains[0];

	(void)state;
	stop_prepare();
	assert_stops(GUEST_ENDS, GUEST_NONE, ASKS ENDED);
	assert_stops(GUEST_NONE, GUEST_ENDS, ASKS NO_AGENT PRESSES ENDED);
	assert_stops(GUEST_NONE, GUEST_NONE,
		     ASKS NO_AGENT PRESSES NO_BUTTON FORCE ENDED);
	/* The agent has half of the time, and the button what is left. */
	assert_stops(GUEST_IGNORES, GUEST_ENDS, ASKS RUNNING RUNNING PRESSES ENDED);
	/* libvirt's call does not come back before the guest has ended. */
	assert_stops(GUEST_HANGS, GUEST_ENDS, ASKS RUNNING RUNNING PRESSES ENDED);
	assert_stops(GUEST_HANGS, GUEST_NONE, ASKS RUNNING RUNNING PRESSES NO_BUTTON FORCE ENDED);
	domain->state = VIR_DOMAIN_RUNNING;
	domain->agent = GUEST_IGNORES;
	domain->button = GUEST_IGNORES;
	assert_int_equal(run(STOP, "win11", NULL, false, NULL), RESULT_DONE);
	assert_says(out, PRESSES RUNNING);
	assert_says(out, RUNNING FORCE ENDED);

	assert_int_equal(run(STOP, "win11", NULL, false, NULL), RESULT_DONE);
	assert_string_equal(out, "win11: does not run\n");
	assert_int_equal(run(STOP, "win12", NULL, false, NULL), RESULT_FAILED);
	domain->state = VIR_DOMAIN_RUNNING;
	domain->stubborn = true;
	assert_int_equal(run(STOP, "win11", NULL, false, NULL), RESULT_FAILED);
	assert_says(err, "VM win11 cannot be stopped by force: Failed to terminate process");
	assert_int_equal(run(STOP_ALL, NULL, NULL, false, NULL), RESULT_FAILED);
	domain->stubborn = false;
	assert_int_equal(run(STOP_ALL, NULL, NULL, false, NULL), RESULT_DONE);
	fake.silent = true;
	assert_int_equal(run(STOP, "win11", NULL, false, NULL), RESULT_FAILED);
	assert_says(err, "libvirt does not tell when VM win11 ends");
	domain->state = VIR_DOMAIN_SHUTOFF;
	assert_int_equal(run(STOP_ALL, NULL, NULL, false, NULL), RESULT_DONE);
	assert_string_equal(out, "No VM runs.\n");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, vm_setup, vm_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
