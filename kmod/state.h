/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_STATE_H
#define _GPUPM_STATE_H

#include <linux/types.h>

#include "uapi/linux/gpupm.h"

/**
 * struct gpupm_facts - what is known about a GPU at one moment
 * @open: a VFIO user has a function open
 * @awake: a function is active, or is just about to be
 * @cut: the root port and all functions are in D3cold
 * @lost: it did not answer after its last wake
 */
struct gpupm_facts {
	bool open;
	bool awake;
	bool cut;
	bool lost;
};

/**
 * struct gpupm_clock - the state of a GPU, and how long and how often
 * @facts: the facts that @state follows from
 * @state: the state
 * @since: when @state began, in nanoseconds
 * @time: nanoseconds spent in each state before @since
 * @opens: times a VM opened it
 * @power_cuts: times it went off
 * @failures: times it got lost
 *
 * It has no lock: its owner has one.
 */
struct gpupm_clock {
	struct gpupm_facts facts;
	enum gpupm_state state;
	u64 since;
	u64 time[GPUPM_STATE_MAX + 1];
	u64 opens;
	u64 power_cuts;
	u64 failures;
};

/**
 * struct gpupm_want - what has to be kept from sleeping
 * @functions: keep every function in D0
 * @ports: keep the ports up, so that power cannot be cut
 */
struct gpupm_want {
	bool functions;
	bool ports;
};

enum gpupm_state gpupm_state_of(const struct gpupm_facts *facts);
void gpupm_clock_start(struct gpupm_clock *clock,
		       const struct gpupm_facts *facts, u64 now);
enum gpupm_state gpupm_clock_step(struct gpupm_clock *clock,
				  const struct gpupm_facts *facts, u64 now);
u64 gpupm_clock_time(const struct gpupm_clock *clock, enum gpupm_state state,
		     u64 now);
struct gpupm_want gpupm_want_of(enum gpupm_policy policy, unsigned int holds,
				bool recovering);

extern const char *const gpupm_state_names[GPUPM_STATE_MAX + 1];
extern const char *const gpupm_policy_names[GPUPM_POLICY_MAX + 1];

#endif /* _GPUPM_STATE_H */
