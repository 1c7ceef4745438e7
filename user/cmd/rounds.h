/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CMD_ROUNDS_H
#define GPUPM_CMD_ROUNDS_H

#include "../client/client.h"
#include "../client/event.h"

/**
 * struct round - one wake and one power cut
 * @wake_ms: from asking for D0 until every function had answered
 * @off_ms: from releasing it until power was cut
 */
struct round {
	double wake_ms;
	double off_ms;
};

/**
 * struct rounds - rounds on one GPU
 * @client: the connection
 * @events: a listener from before the first round
 * @signals: from signals_open()
 * @address: of the GPU
 * @opens: how often a VM had opened it before the first round
 * @failures: how often it had not answered before the first round
 * @failure: why a round failed, a sentence without a final stop
 */
struct rounds {
	struct client *client;
	struct events *events;
	int signals;
	const char *address;
	__u64 opens;
	__u64 failures;
	char failure[512];
};

/**
 * rounds_wait_off - wait until the GPU is off
 * @r: the rounds
 * @at_ns: set to when that was, in nanoseconds of CLOCK_BOOTTIME
 *
 * Return: 0; -ETIMEDOUT when it did not happen within 10 s, -EBUSY when a VM
 * opened it, -EIO when it was lost, -EINTR when asked to stop, or what the
 * client returned. @r->failure is set.
 */
int rounds_wait_off(struct rounds *r, __u64 *at_ns);

/**
 * rounds_run_one - wake the GPU and have its power cut again
 * @r: the rounds
 * @round: set to what it took
 *
 * The GPU must be off. It is not held any more when this returns.
 *
 * Return: 0; as rounds_wait_off(); -EIO also when a function did not answer.
 */
int rounds_run_one(struct rounds *r, struct round *round);

#endif
