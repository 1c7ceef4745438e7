/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DAEMON_AGAIN_H
#define GPUPM_DAEMON_AGAIN_H

#include <uv.h>

/**
 * struct again - what failed is tried again: after a second, then each time twice as late
 *
 * For what fails for a while, and nothing tells when that is over. In the long run it
 * wakes the daemon next to never, and not at all once it went well.
 */
struct again {
	uv_timer_t timer;
	uint64_t ms;
	void (*call)(void);
};

/** again_open - begin; @call tries */
void again_open(struct again *again, uv_loop_t *loop, void (*call)(void));

/** again_later - it failed: @call is called later */
void again_later(struct again *again);

/** again_stop - there is nothing to try; the next failure is not the first */
void again_stop(struct again *again);

/** again_worked - there is nothing to try, and the next failure is the first */
void again_worked(struct again *again);

/** again_close - cease; @again must stay until the loop has turned */
void again_close(struct again *again);

#endif
