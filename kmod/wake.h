/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_WAKE_H
#define _GPUPM_WAKE_H

#include <linux/sched.h>
#include <linux/spinlock.h>

#include "blocker.h"

#define GPUPM_WAKE_LOG_LEN 32

/**
 * struct gpupm_process - a process, by name
 * @pid: its id in the initial PID namespace, or 0 for none
 * @comm: its name
 */
struct gpupm_process {
	u32 pid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct gpupm_wake - one wake
 * @at_ms: when, in milliseconds since the epoch
 * @from: what the GPU was doing: off, idle or lost
 * @by: the process that caused it, pid 0 when it was the kernel
 * @device: address of the device it touched, or empty
 * @last_ms: when it touched it last, of a row of touches
 */
struct gpupm_wake {
	u64 at_ms;
	u64 last_ms;
	enum gpupm_state from;
	struct gpupm_process by;
	char device[GPUPM_ADDRESS_LEN];
};

/**
 * struct gpupm_wakes - who woke a GPU
 * @touch_lock: protects @touched_by to @slept_at; a leaf, and safe under the
 *	PM core's locks
 * @touched_by: the process that last asked for the GPU; pid 0 when none
 * @touched: address of what it asked for
 * @touched_at: when, in nanoseconds of CLOCK_MONOTONIC
 * @touched_asleep: and it slept then, so the next wake is due to that
 * @slept_at: when the GPU last fell asleep, likewise
 * @pending: a resume of which it is not yet known whether a VM asked for it
 * @is_pending: there is one
 * @begun_ms: when it began, in milliseconds of CLOCK_BOOTTIME
 * @log: the last wakes, a ring
 * @total: wakes ever; the newest is at (@total - 1) modulo the length
 *
 * All but the touch is under the GPU's own lock.
 */
struct gpupm_wakes {
	raw_spinlock_t touch_lock;
	struct gpupm_process touched_by;
	char touched[GPUPM_ADDRESS_LEN];
	u64 touched_at;
	bool touched_asleep;
	u64 slept_at;
	struct gpupm_wake pending;
	bool is_pending;
	u64 begun_ms;
	struct gpupm_wake log[GPUPM_WAKE_LOG_LEN];
	u64 total;
};

struct device;

void gpupm_wakes_init(struct gpupm_wakes *wakes);
void gpupm_touch(struct gpupm_wakes *wakes, struct device *dev, bool port,
		 bool asleep);
void gpupm_fell_asleep(struct gpupm_wakes *wakes);
struct gpupm_process gpupm_touched_by(struct gpupm_wakes *wakes,
				      char device[GPUPM_ADDRESS_LEN]);
struct gpupm_process gpupm_process_current(void);
void gpupm_wake_begin(struct gpupm_wakes *wakes, enum gpupm_state from);
u64 gpupm_wake_age_ms(const struct gpupm_wakes *wakes);
void gpupm_wake_lasts(struct gpupm_wakes *wakes);
void gpupm_wake_forget(struct gpupm_wakes *wakes);
const struct gpupm_wake *gpupm_wake_commit(struct gpupm_wakes *wakes);

#endif /* _GPUPM_WAKE_H */
