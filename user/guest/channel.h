/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_CHANNEL_H
#define GPUPM_GUEST_CHANNEL_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * What the bytes of a guest mean (see report.h), and how much of them is listened
 * to. A guest is untrusted. It is answered CHANNEL_ASKS times at once and then
 * every CHANNEL_ASK_MS; who asks more often gets no answer, and the next report
 * all the same. It is heard CHANNEL_BYTES bytes at once and then one a
 * millisecond, some hundred times what the power table says at its busiest; then
 * it is not listened to for CHANNEL_PAUSE_MS, so that an hour of garbage costs an
 * hour of a look a second.
 */
#define CHANNEL_ASKS		20
#define CHANNEL_ASK_MS		500
#define CHANNEL_BYTES		4096
#define CHANNEL_PAUSE_MS	1000

/* What is to be done about some bytes. */
enum {
	/* Send a report. */
	CHANNEL_ASKED = 1 << 0,
	/* It sent what no power table sends, or too much, for the first time. */
	CHANNEL_ODD = 1 << 1,
	/* Do not listen to it for CHANNEL_PAUSE_MS. */
	CHANNEL_PAUSE = 1 << 2,
};

/**
 * struct bucket - something that may be had now and then
 * @taken_ms: how much of it was taken, in the time that it takes to come back
 * @at_ms: when that was
 */
struct bucket {
	__u64 taken_ms;
	__u64 at_ms;
};

/**
 * bucket_take - take some of it
 * @bucket: what it is of; all of it is there when it is zero
 * @size_ms: all of it
 * @cost_ms: how much to take
 * @now_ms: milliseconds of a clock that never goes back
 *
 * Return: whether there was enough; nothing is taken when there was not.
 */
bool bucket_take(struct bucket *bucket, __u64 size_ms, __u64 cost_ms, __u64 now_ms);

/**
 * struct channel - what is known of a guest from its bytes; begins as all zeros
 * @ways: GUEST_WAY_ bits
 * @odd: CHANNEL_ODD was given out
 * @asks: its asks
 * @bytes: its bytes
 */
struct channel {
	unsigned int ways;
	bool odd;
	struct bucket asks;
	struct bucket bytes;
};

/**
 * channel_hear - take bytes of a guest
 * @channel: the guest
 * @bytes: the bytes
 * @n: how many
 * @now_ms: milliseconds of a clock that never goes back
 *
 * Pure: it looks at nothing but its arguments.
 *
 * Return: CHANNEL_ bits.
 */
unsigned int channel_hear(struct channel *channel, const __u8 *bytes, size_t n, __u64 now_ms);

#endif
