// SPDX-License-Identifier: GPL-2.0-only
#include "window.h"
#include "bars.h"

#include <stdbool.h>

static __u64 power_of_two(__u64 bytes)
{
	__u64 power = 1;

	while (power < bytes && power << 1)
		power <<= 1;
	return power;
}

void window_read(const char *root, const struct gpu *gpu, struct window *window)
{
	struct bars bars;

	*window = (struct window){};
	for (size_t i = 0; i < gpu->n_functions; i++) {
		if (bars_read(root, gpu->functions[i].address, &bars))
			continue;
		window->unsure |= bars.asleep;
		for (int bar = 0; bar < BARS_MAX; bar++)
			if (bars.bar[bar].memory && bars.bar[bar].wide)
				window->bars += bars.bar[bar].largest;
	}
	/* A BAR begins at a multiple of its size; sorted by size, they leave no gaps. */
	window->needed = window->bars ? 2 * power_of_two(window->bars) : 0;
}
