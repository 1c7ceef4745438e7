// SPDX-License-Identifier: GPL-2.0-only
#include "../show/duration.h"
#include "../show/words.h"
#include "rounds.h"
#include "signals.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* More than any autosuspend delay and firmware take together. */
#define OFF_DEADLINE_MS	10000

static int __attribute__((format(printf, 3, 4)))
failed(struct rounds *r, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->failure, sizeof(r->failure), format, args);
	va_end(args);
	return err;
}

static int client_said(struct rounds *r, int err)
{
	return failed(r, err, "%s", client_error(r->client));
}

/* What the state of the GPU means for the test. Return: 1 when it is off. */
static int check(struct rounds *r, const struct gpu *gpu)
{
	if (gpu->state == GPUPM_STATE_IN_USE || gpu->opens != r->opens)
		return failed(r, -EBUSY, "a VM opened it, so the test ended");
	if (gpu->state == GPUPM_STATE_LOST || gpu->failures != r->failures)
		return failed(r, -EIO, "it did not answer after a wake");
	return gpu->state == GPUPM_STATE_OFF;
}

static int look(struct rounds *r)
{
	struct gpu gpu = {};
	int err = client_gpu(r->client, r->address, &gpu);

	err = err ? client_said(r, err) : check(r, &gpu);
	gpu_free(&gpu);
	return err;
}

/* Why it did not get there in time. */
static int timed_out(struct rounds *r)
{
	const struct style plain = {};
	char blocker[256], word[WORD_SIZE];
	struct gpu gpu = {};
	int err = client_gpu(r->client, r->address, &gpu);

	if (err)
		return client_said(r, err);
	word_state(word, gpu.state);
	if (gpu.blocker.reason)
		failed(r, 0, "it is %s, not off, after %d s: %s", word, OFF_DEADLINE_MS / 1000,
		       sentence_blocker(blocker, sizeof(blocker), &plain, &gpu));
	else
		failed(r, 0, "it is %s, not off, after %d s", word, OFF_DEADLINE_MS / 1000);
	gpu_free(&gpu);
	return -ETIMEDOUT;
}

/* Take all events. Return: 0, and when power was cut in @cut_ns, if it was. */
static int take_events(struct rounds *r, __u64 *cut_ns)
{
	struct event event;
	int result;

	for (;;) {
		result = events_next(r->events, &event);
		if (!result)
			return 0;
		if (result == 1 && event.state == GPUPM_STATE_OFF &&
		    event.previous != GPUPM_STATE_OFF && !strcmp(event.gpu, r->address))
			*cut_ns = event.at_ns;
		if (result == -EPROTONOSUPPORT)
			return failed(r, result, "the module was unloaded: sudo modprobe gpupm");
		if (result < 0 && result != -ENOBUFS && result != -EBADMSG)
			return failed(r, result, "could not read events: %s", strerror(-result));
	}
}

int rounds_wait_off(struct rounds *r, __u64 *at_ns)
{
	struct pollfd fds[] = {
		{ .fd = events_fd(r->events), .events = POLLIN },
		{ .fd = r->signals, .events = POLLIN },
	};
	__u64 deadline = time_boot_ns() + OFF_DEADLINE_MS * 1000000ULL;

	for (;;) {
		__u64 now, cut_ns = 0;
		int result;

		/* The state is read after the events, so none can be missed. */
		result = take_events(r, &cut_ns);
		if (!result)
			result = look(r);
		if (result < 0)
			return result;
		now = time_boot_ns();
		if (result == 1) {
			/* An event on its way at the time of the look still has the time. */
			if (!cut_ns)
				take_events(r, &cut_ns);
			*at_ns = cut_ns ? cut_ns : now;
			return 0;
		}
		if (now >= deadline)
			return timed_out(r);
		if (poll(fds, 2, (deadline - now) / 1000000 + 1) < 0 && errno != EINTR)
			return failed(r, -errno, "could not wait: %s", strerror(errno));
		if (signals_stop(r->signals))
			return failed(r, -EINTR, "stopped");
	}
}

int rounds_run_one(struct rounds *r, struct round *round)
{
	__u64 begin, at, ignored;
	int err, result;

	begin = time_boot_ns();
	err = client_hold(r->client, r->address);
	at = time_boot_ns();
	if (err)
		return client_said(r, err);
	round->wake_ms = (at - begin) / 1e6;

	err = look(r);
	if (!err && signals_stop(r->signals))
		err = failed(r, -EINTR, "stopped");
	/* What happened so far is not about the power cut to come. */
	if (err >= 0)
		err = take_events(r, &ignored);

	begin = time_boot_ns();
	result = client_release(r->client, r->address);
	if (err)
		return err;
	if (result)
		return client_said(r, result);
	err = rounds_wait_off(r, &at);
	round->off_ms = at > begin ? (at - begin) / 1e6 : 0;
	return err;
}
