// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Who woke it
 *
 * A resume is at first neither the start of a VM nor a wake: VFIO resumes a
 * function some time before it enables it, and the function may fall asleep
 * once more in between. So each resume is *pending* until the GPU is found in
 * use (then it is forgotten) or its root port suspends, or more time has passed
 * than any open takes (then it is a wake, and logged).
 *
 * The process is the one that *touched* the GPU last. It is taken in the
 * context of the process itself, when it asks the PM core for the device; what
 * follows runs in kernel threads.
 */
#include <linux/device.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "wake.h"

/* A process that comes back so soon is still at the same thing. */
#define SAME_WAKE_MS 1000
/* A function's ports are asked for right after it. */
#define SAME_TOUCH_NS (100 * NSEC_PER_MSEC)

/**
 * gpupm_wakes_init - prepare an empty log
 * @wakes: the log, zeroed
 */
void gpupm_wakes_init(struct gpupm_wakes *wakes)
{
	raw_spin_lock_init(&wakes->touch_lock);
}

/**
 * gpupm_process_current - the process that runs now
 *
 * The process, not its thread: people know QEMU, not its worker. The name is
 * read without task_lock(), which is not for interrupts off; a process that
 * renames itself this moment gives a mixed name, still terminated.
 *
 * Context: any.
 * Return: pid 0 for a kernel thread.
 */
struct gpupm_process gpupm_process_current(void)
{
	struct gpupm_process process = {};

	if (!(current->flags & PF_KTHREAD) && in_task()) {
		process.pid = task_tgid_nr(current);
		strscpy_pad(process.comm, current->group_leader->comm,
			    sizeof(process.comm));
	}
	return process;
}

/**
 * gpupm_touch - note that the running process asked for a device of the GPU
 * @wakes: the GPU's log
 * @dev: the function or port
 * @port: it is a port. The PM core asks for the ports on behalf of whoever
 *	asks for a function, so they do not replace a function just noted
 * @asleep: it is not awake at this moment, or no longer
 *
 * Kernel threads are not noted: they act for somebody who was noted before.
 *
 * Context: any, PM core's locks held and interrupts off included.
 */
void gpupm_touch(struct gpupm_wakes *wakes, struct device *dev, bool port,
		 bool asleep)
{
	struct gpupm_process by = gpupm_process_current();
	u64 now = ktime_get_mono_fast_ns();
	unsigned long flags;

	if (!by.pid)
		return;
	raw_spin_lock_irqsave(&wakes->touch_lock, flags);
	if (!port || wakes->touched_by.pid != by.pid ||
	    now - wakes->touched_at > SAME_TOUCH_NS)
		strscpy(wakes->touched, dev_name(dev), sizeof(wakes->touched));
	wakes->touched_by = by;
	wakes->touched_at = now;
	wakes->touched_asleep = asleep;
	raw_spin_unlock_irqrestore(&wakes->touch_lock, flags);
}

/**
 * gpupm_fell_asleep - who touched the GPU before has no part in what wakes it
 *	next
 * @wakes: the GPU's log
 */
void gpupm_fell_asleep(struct gpupm_wakes *wakes)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&wakes->touch_lock, flags);
	wakes->slept_at = ktime_get_mono_fast_ns();
	raw_spin_unlock_irqrestore(&wakes->touch_lock, flags);
}

/**
 * gpupm_touched_by - who touched the GPU last
 * @wakes: the GPU's log
 * @device: where to write the address of what was touched, or NULL
 *
 * A touch while it fell asleep does count: the PM core first waits until it is
 * asleep, and then wakes it for the one who touched it.
 *
 * Return: the process, pid 0 when none is known.
 */
struct gpupm_process gpupm_touched_by(struct gpupm_wakes *wakes,
				      char device[GPUPM_ADDRESS_LEN])
{
	struct gpupm_process by = {};
	unsigned long flags;

	if (device)
		device[0] = '\0';
	raw_spin_lock_irqsave(&wakes->touch_lock, flags);
	if (wakes->touched_asleep || wakes->touched_at > wakes->slept_at) {
		by = wakes->touched_by;
		if (device)
			memcpy(device, wakes->touched, GPUPM_ADDRESS_LEN);
	}
	raw_spin_unlock_irqrestore(&wakes->touch_lock, flags);
	return by;
}

/**
 * gpupm_wake_begin - a resume begins
 * @wakes: the GPU's log
 * @from: the state it leaves
 *
 * The root port resumes before the functions, and both come here: the first to
 * come knows how deep the sleep was.
 */
void gpupm_wake_begin(struct gpupm_wakes *wakes, enum gpupm_state from)
{
	unsigned long flags;

	if (wakes->is_pending)
		return;
	wakes->is_pending = true;
	wakes->begun_ms = ktime_to_ms(ktime_get_boottime());
	wakes->pending = (struct gpupm_wake){
		.at_ms = ktime_to_ms(ktime_get_real()),
		.from = from,
	};
	/* Now, before what falls asleep again in between is forgotten. */
	wakes->pending.by = gpupm_touched_by(wakes, wakes->pending.device);
	/* From now on it is awake for that touch, as if it had come just now. */
	raw_spin_lock_irqsave(&wakes->touch_lock, flags);
	if (wakes->touched_asleep) {
		wakes->touched_asleep = false;
		wakes->touched_at = ktime_get_mono_fast_ns();
	}
	raw_spin_unlock_irqrestore(&wakes->touch_lock, flags);
}

/**
 * gpupm_wake_age_ms - how long a resume has been pending
 * @wakes: the GPU's log
 *
 * Return: milliseconds, or 0 when none is pending.
 */
u64 gpupm_wake_age_ms(const struct gpupm_wakes *wakes)
{
	u64 now = ktime_to_ms(ktime_get_boottime());

	return wakes->is_pending ? now - wakes->begun_ms : 0;
}

/**
 * gpupm_wake_lasts - the resume has not come to its end yet
 * @wakes: the GPU's log
 *
 * A platform may take seconds to give power back, and a GPU to answer. The
 * resume is not pending for as long as that takes, but from then on.
 */
void gpupm_wake_lasts(struct gpupm_wakes *wakes)
{
	wakes->begun_ms = ktime_to_ms(ktime_get_boottime());
}

/**
 * gpupm_wake_forget - the pending resume was no wake
 * @wakes: the GPU's log
 */
void gpupm_wake_forget(struct gpupm_wakes *wakes)
{
	wakes->is_pending = false;
}

static bool goes_on(const struct gpupm_wake *last,
		    const struct gpupm_wake *wake)
{
	return wake->by.pid && wake->by.pid == last->by.pid &&
	       wake->from != GPUPM_STATE_OFF &&
	       wake->at_ms < last->last_ms + SAME_WAKE_MS;
}

/**
 * gpupm_wake_commit - the pending resume was a wake: log it
 * @wakes: the GPU's log
 *
 * lspci reads one word after the other, and lets the function fall asleep in
 * between. That is one wake, unless power was cut in between.
 *
 * Return: the wake, or NULL when none was pending, or the last one goes on.
 */
const struct gpupm_wake *gpupm_wake_commit(struct gpupm_wakes *wakes)
{
	struct gpupm_wake *wake = &wakes->pending, *last;

	if (!wakes->is_pending)
		return NULL;
	wakes->is_pending = false;
	if (!wake->by.pid)
		wake->by = gpupm_touched_by(wakes, wake->device);
	wake->last_ms = ktime_to_ms(ktime_get_real());
	if (wakes->total) {
		last = &wakes->log[(wakes->total - 1) % GPUPM_WAKE_LOG_LEN];
		if (goes_on(last, wake)) {
			last->last_ms = wake->last_ms;
			return NULL;
		}
	}
	last = &wakes->log[wakes->total++ % GPUPM_WAKE_LOG_LEN];
	*last = *wake;
	return last;
}
