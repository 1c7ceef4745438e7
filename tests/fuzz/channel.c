// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest says, and when: each piece of input is how much later, in units of
 * 8 ms, how many bytes, and these bytes.
 */
#include "fuzz.h"

#include "guest/channel.h"
#include "guest/guest.h"

static unsigned int ways_of(const uint8_t *bytes, size_t n)
{
	unsigned int ways = 0;

	for (size_t i = 0; i < n; i++)
		ways |= bytes[i] == 'e' ? GUEST_WAY_EVENT : bytes[i] == 'h' ? GUEST_WAY_HEARTBEAT :
			bytes[i] == 'r' ? GUEST_WAY_READ : 0;
	return ways;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	__u64 begin = 12345, now = begin, answers = 0, heard = 0;
	struct channel channel = {};
	unsigned int ways = 0, odd = 0;

	while (size >= 2) {
		size_t n = data[1] < size - 2 ? data[1] : size - 2;
		unsigned int what;

		now += 8 * data[0];
		what = channel_hear(&channel, data + 2, n, now);
		ways |= ways_of(data + 2, n);
		MUST(channel.ways == ways);
		if (what & CHANNEL_ASKED)
			MUST(memchr(data + 2, '?', n));
		answers += !!(what & CHANNEL_ASKED);
		odd += !!(what & CHANNEL_ODD);
		MUST(!(what & ~(CHANNEL_ASKED | CHANNEL_ODD | CHANNEL_PAUSE)));
		/* Never more than was promised to the others. */
		MUST(answers <= CHANNEL_ASKS + (now - begin) / CHANNEL_ASK_MS);
		if (!(what & CHANNEL_PAUSE))
			heard += n;
		MUST(heard <= CHANNEL_BYTES + (now - begin));
		MUST(odd <= 1);
		data += 2 + n;
		size -= 2 + n;
	}
	return 0;
}
