// SPDX-License-Identifier: GPL-2.0-only
/* What the bytes of a guest mean, and how much of them is listened to. */
#include "unit.h"

#include "guest/channel.h"
#include "guest/guest.h"

#include <string.h>

static unsigned int say(struct channel *channel, const char *bytes, __u64 now_ms)
{
	return channel_hear(channel, (const __u8 *)bytes, strlen(bytes), now_ms);
}

static void test_bytes(void **state)
{
	struct channel channel = {};

	(void)state;
	assert_int_equal(say(&channel, "?", 0), CHANNEL_ASKED);
	assert_int_equal(channel.ways, 0);
	assert_int_equal(say(&channel, "e", 0), 0);
	assert_int_equal(channel.ways, GUEST_WAY_EVENT);
	assert_int_equal(say(&channel, "h", 0), 0);
	assert_int_equal(channel.ways, GUEST_WAY_EVENT | GUEST_WAY_HEARTBEAT);
	assert_int_equal(say(&channel, "rr", 0), 0);
	assert_int_equal(channel.ways, GUEST_WAY_EVENT | GUEST_WAY_HEARTBEAT | GUEST_WAY_READ);
	assert_int_equal(say(&channel, "e?h?", 0), CHANNEL_ASKED);
	assert_int_equal(say(&channel, "", 0), 0);
}

static void test_odd(void **state)
{
	struct channel channel = {};
	const __u8 all[3] = { 0, 0xff, 'E' };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct channel fresh = {};

		assert_int_equal(channel_hear(&fresh, &all[i], 1, 0), CHANNEL_ODD);
		assert_int_equal(fresh.ways, 0);
	}
	/* Once, and what makes sense in between is heard. */
	assert_int_equal(say(&channel, "x?e", 0), CHANNEL_ODD | CHANNEL_ASKED);
	assert_int_equal(say(&channel, "x?x", 0), CHANNEL_ASKED);
	assert_int_equal(channel.ways, GUEST_WAY_EVENT);
}

static void test_asks(void **state)
{
	struct channel channel = {};
	__u64 now = 1000000;
	unsigned int answers = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		answers += say(&channel, "?", now) == CHANNEL_ASKED;
	assert_int_equal(answers, CHANNEL_ASKS);

	/* A minute of asking all the time. */
	answers = 0;
	for (int i = 0; i < 60000; i++)
		if (i % 10 == 0)
			answers += !!(say(&channel, "?", now + i) & CHANNEL_ASKED);
	assert_in_range(answers, 119, 120);

	/* After a rest all is as at the beginning, and no more than that. */
	now += 10000000;
	answers = 0;
	for (int i = 0; i < 100; i++)
		answers += say(&channel, "?", now) == CHANNEL_ASKED;
	assert_int_equal(answers, CHANNEL_ASKS);
}

static void test_flood(void **state)
{
	struct channel channel = {};
	static __u8 zeros[2 * CHANNEL_BYTES];

	(void)state;
	assert_int_equal(channel_hear(&channel, zeros, CHANNEL_BYTES - 1, 5), CHANNEL_ODD);
	assert_int_equal(say(&channel, "e", 5), 0);
	assert_int_equal(say(&channel, "e", 5), CHANNEL_PAUSE);
	/* What it says in the pause waits; a second makes good for a second's worth. */
	assert_int_equal(channel_hear(&channel, zeros, CHANNEL_PAUSE_MS, 5 + CHANNEL_PAUSE_MS), 0);
	assert_int_equal(say(&channel, "e", 5 + CHANNEL_PAUSE_MS), CHANNEL_PAUSE);

	/* Much that makes sense is odd, too. */
	memset(&channel, 0, sizeof(channel));
	memset(zeros, 'e', sizeof(zeros));
	assert_int_equal(channel_hear(&channel, zeros, sizeof(zeros), 5),
			 CHANNEL_PAUSE | CHANNEL_ODD);
	assert_int_equal(channel_hear(&channel, zeros, sizeof(zeros), 5), CHANNEL_PAUSE);
}

static void test_bucket(void **state)
{
	struct bucket bucket = {};

	(void)state;
	assert_false(bucket_take(&bucket, 10, 11, 0));
	assert_true(bucket_take(&bucket, 10, 10, 0));
	assert_false(bucket_take(&bucket, 10, 1, 0));
	assert_true(bucket_take(&bucket, 10, 1, 1));
	assert_false(bucket_take(&bucket, 10, 1, 1));
	assert_true(bucket_take(&bucket, 10, 10, 1000));
	assert_true(bucket_take(&bucket, 10, 0, 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_asks),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_bucket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
