// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints how many kHz this machine's TSC has, by the kernel's clock. Exits with 1
 * where there is no TSC.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#ifdef __x86_64__
#include <x86intrin.h>

/* Of so many tries the one that was disturbed least. */
#define TRIES 50
#define SPAN_NS 100000000L

struct moment {
	uint64_t ns;
	uint64_t tsc;
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static struct moment look(void)
{
	struct moment best = { 0, 0 };
	uint64_t before, after, tsc, least = UINT64_MAX;
	int i;

	for (i = 0; i < TRIES; i++) {
		before = now();
		tsc = __rdtsc();
		after = now();
		if (after - before >= least)
			continue;
		least = after - before;
		best.ns = before + least / 2;
		best.tsc = tsc;
	}
	return best;
}

int main(void)
{
	struct timespec span = { 0, SPAN_NS };
	struct moment begin = look(), end;

	nanosleep(&span, NULL);
	end = look();
	printf("%llu\n", (unsigned long long)((end.tsc - begin.tsc) * 1000000 /
					      (end.ns - begin.ns)));
	return 0;
}
#else
int main(void)
{
	return 1;
}
#endif
