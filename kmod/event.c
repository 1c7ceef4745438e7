// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: What happened
 *
 * Everything that happens to a GPU goes through gpupm_happened(): it steps the
 * clock, and tells the tracepoint, the kernel log (debug level) and whoever
 * subscribed. It runs under the GPU's lock, so everybody hears of things in
 * the order they happened. Subscribers must not sleep, and must not call back.
 */
#include <linux/notifier.h>
#include <linux/timekeeping.h>

#include "event.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static ATOMIC_NOTIFIER_HEAD(subscribers);

/**
 * gpupm_events_subscribe - be told of everything that happens
 * @nb: called with the cause as action and a &struct gpupm_event as data,
 *	under a spinlock
 *
 * Return: 0 or a negative errno.
 */
int gpupm_events_subscribe(struct notifier_block *nb)
{
	return atomic_notifier_chain_register(&subscribers, nb);
}

/**
 * gpupm_events_unsubscribe - be told no more
 * @nb: what was subscribed; not called any more when this returns
 */
void gpupm_events_unsubscribe(struct notifier_block *nb)
{
	atomic_notifier_chain_unregister(&subscribers, nb);
}

/**
 * gpupm_happened - something happened to a GPU
 * @gpu: the GPU, with @gpu->facts up to date
 * @cause: what happened
 * @by: the process behind it, or NULL
 * @device: address of the device it is about, or NULL
 *
 * Context: @gpu->lock is held.
 */
void gpupm_happened(struct gpupm_gpu *gpu, enum gpupm_cause cause,
		    const struct gpupm_process *by, const char *device)
{
	struct gpupm_event event = {
		.gpu = gpu->address,
		.cause = cause,
		.policy = gpu->policy,
		.at = ktime_get_boottime_ns(),
		.device = device && device[0] ? device : NULL,
	};

	lockdep_assert_held(&gpu->lock);
	if (by)
		event.by = *by;
	event.previous = gpupm_clock_step(&gpu->clock, &gpu->facts, event.at);
	event.state = gpu->clock.state;
	trace_gpupm_state(&event);
	if (event.state != event.previous)
		pci_dbg(gpu->functions[0].pdev, "gpupm: %s -> %s\n",
			gpupm_state_names[event.previous],
			gpupm_state_names[event.state]);
	atomic_notifier_call_chain(&subscribers, cause, &event);
}
