// SPDX-License-Identifier: GPL-2.0-only
#include "channel.h"
#include "guest.h"

bool bucket_take(struct bucket *bucket, __u64 size_ms, __u64 cost_ms, __u64 now_ms)
{
	__u64 back_ms = now_ms > bucket->at_ms ? now_ms - bucket->at_ms : 0;

	bucket->taken_ms -= back_ms < bucket->taken_ms ? back_ms : bucket->taken_ms;
	bucket->at_ms = now_ms;
	if (cost_ms > size_ms - bucket->taken_ms)
		return false;
	bucket->taken_ms += cost_ms;
	return true;
}

unsigned int channel_hear(struct channel *channel, const __u8 *bytes, size_t n, __u64 now_ms)
{
	bool asked = false, odd = false;
	unsigned int result = 0;

	for (size_t i = 0; i < n; i++) {
		switch (bytes[i]) {
		case '?':
			asked = true;
			break;
		case 'e':
			channel->ways |= GUEST_WAY_EVENT;
			break;
		case 'h':
			channel->ways |= GUEST_WAY_HEARTBEAT;
			break;
		case 'r':
			channel->ways |= GUEST_WAY_READ;
			break;
		default:
			odd = true;
		}
	}
	/* One answer does for all asks that came together. */
	if (asked && bucket_take(&channel->asks, CHANNEL_ASKS * CHANNEL_ASK_MS, CHANNEL_ASK_MS,
				 now_ms))
		result |= CHANNEL_ASKED;
	if (!bucket_take(&channel->bytes, CHANNEL_BYTES, n, now_ms)) {
		result |= CHANNEL_PAUSE;
		odd = true;
	}
	if (odd && !channel->odd) {
		channel->odd = true;
		result |= CHANNEL_ODD;
	}
	return result;
}
