// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The state of a GPU
 *
 * A state is not remembered and moved along arrows; it is computed anew from
 * four facts each time one of them changes. So there is no transition that
 * could be missing, and after any disorder (module loaded late, events that
 * raced) the next fact puts the state right.
 *
 * Everything here is pure: no locks, no clock, no hardware.
 */
#include "state.h"

const char *const gpupm_state_names[GPUPM_STATE_MAX + 1] = {
	[GPUPM_STATE_OFF] = "off",	 [GPUPM_STATE_IDLE] = "idle",
	[GPUPM_STATE_AWAKE] = "awake",	 [GPUPM_STATE_IN_USE] = "in-use",
	[GPUPM_STATE_LOST] = "lost",
};

const char *const gpupm_policy_names[GPUPM_POLICY_MAX + 1] = {
	[GPUPM_POLICY_AUTO] = "auto",
	[GPUPM_POLICY_WARM] = "warm",
	[GPUPM_POLICY_ON] = "on",
};

/**
 * gpupm_state_of - the state that follows from the facts
 * @facts: the facts
 *
 * A GPU that does not answer is lost whoever has it open: that is what its
 * owner has to know first. A GPU that a guest has put to sleep is still in use.
 *
 * Return: the state.
 */
enum gpupm_state gpupm_state_of(const struct gpupm_facts *facts)
{
	if (facts->lost)
		return GPUPM_STATE_LOST;
	if (facts->open)
		return GPUPM_STATE_IN_USE;
	if (facts->awake)
		return GPUPM_STATE_AWAKE;
	return facts->cut ? GPUPM_STATE_OFF : GPUPM_STATE_IDLE;
}

/**
 * gpupm_clock_start - begin to keep the time of a GPU
 * @clock: the clock, zeroed
 * @facts: what is known
 * @now: nanoseconds of a clock that never goes back
 *
 * A GPU found open counts as opened; one found off was not cut by us.
 */
void gpupm_clock_start(struct gpupm_clock *clock,
		       const struct gpupm_facts *facts, u64 now)
{
	clock->facts = *facts;
	clock->state = gpupm_state_of(facts);
	clock->since = now;
	if (facts->open)
		clock->opens++;
}

/**
 * gpupm_clock_step - take note of new facts
 * @clock: the clock
 * @facts: what is known now
 * @now: nanoseconds of the same clock as before
 *
 * Opens and failures are counted by their facts, not by the states: a GPU that
 * is lost while open, and recovers, was opened once.
 *
 * Return: the state before; @clock->state is the one after.
 */
enum gpupm_state gpupm_clock_step(struct gpupm_clock *clock,
				  const struct gpupm_facts *facts, u64 now)
{
	enum gpupm_state before = clock->state;
	enum gpupm_state after = gpupm_state_of(facts);

	if (facts->open && !clock->facts.open)
		clock->opens++;
	if (facts->lost && !clock->facts.lost)
		clock->failures++;
	if (after == GPUPM_STATE_OFF && before != GPUPM_STATE_OFF)
		clock->power_cuts++;
	clock->facts = *facts;
	if (after != before) {
		clock->time[before] += now - clock->since;
		clock->since = now;
		clock->state = after;
	}
	return before;
}

/**
 * gpupm_clock_time - how long a GPU has been in a state, all in all
 * @clock: the clock
 * @state: the state to ask for
 * @now: nanoseconds of the same clock as before
 *
 * Return: nanoseconds, the present stay included.
 */
u64 gpupm_clock_time(const struct gpupm_clock *clock, enum gpupm_state state,
		     u64 now)
{
	u64 time = clock->time[state];

	if (state == clock->state)
		time += now - clock->since;
	return time;
}

/**
 * gpupm_want_of - what has to be kept from sleeping
 * @policy: the policy in force
 * @holds: number of holds
 * @recovering: the GPU is lost and waits for its power to be cut
 *
 * A lost GPU can only come back through a power cut, and nobody has any use for
 * a dead GPU in D0: recovery goes before hold and policy.
 *
 * Return: the references to keep.
 */
struct gpupm_want gpupm_want_of(enum gpupm_policy policy, unsigned int holds,
				bool recovering)
{
	struct gpupm_want want = {};

	if (recovering)
		return want;
	want.functions = holds || policy == GPUPM_POLICY_ON;
	want.ports = want.functions || policy == GPUPM_POLICY_WARM;
	return want;
}
