// SPDX-License-Identifier: GPL-2.0-only
/* Host power as the module tells it: attributes of a netlink message. */
#include "fuzz.h"

#include "client/power.h"

#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct malformed malformed = {};
	struct host_power power;
	void *copy;
	int err;

	if (size > 4096)
		return 0;
	/* Aligned as in a message, and with nothing readable behind it. */
	copy = malloc(size);
	if (size && !copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	err = power_read(&power, copy, size, &malformed);
	MUST(!err || err == -EBADMSG || err == -ENOMEM);
	MUST(power.n <= SUPPLIES_MAX);
	for (size_t i = 0; i < power.n; i++)
		MUST(memchr(power.supplies[i].name, '\0', SUPPLY_NAME_SIZE));
	if (!err) {
		struct battery_sum sum;

		power_sum(&power, &sum);
		MUST(power_equal(&power, &power));
	}
	free(copy);
	return 0;
}
