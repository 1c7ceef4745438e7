// SPDX-License-Identifier: GPL-2.0-only
#include "duration.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND	1000ULL
#define MINUTE	(60 * SECOND)
#define HOUR	(60 * MINUTE)
#define DAY	(24 * HOUR)

const char *duration_format(char *buf, __u64 ms)
{
	if (ms < SECOND)
		snprintf(buf, DURATION_SIZE, "%llu ms", ms);
	else if (ms < 10 * SECOND)
		snprintf(buf, DURATION_SIZE, "%llu.%llu s", ms / SECOND, ms % SECOND / 100);
	else if (ms < MINUTE)
		snprintf(buf, DURATION_SIZE, "%llu s", ms / SECOND);
	else if (ms < HOUR)
		snprintf(buf, DURATION_SIZE, "%llu min %llu s", ms / MINUTE, ms % MINUTE / SECOND);
	else if (ms < DAY)
		snprintf(buf, DURATION_SIZE, "%llu h %llu min", ms / HOUR, ms % HOUR / MINUTE);
	else
		snprintf(buf, DURATION_SIZE, "%llu d %llu h", ms / DAY, ms % DAY / HOUR);
	return buf;
}

const char *time_format(char *buf, size_t size, __u64 ms, __u64 now_ms)
{
	time_t at = ms / 1000, now = now_ms / 1000;
	struct tm then = {}, today = {};

	localtime_r(&at, &then);
	localtime_r(&now, &today);
	if (then.tm_year == today.tm_year && then.tm_yday == today.tm_yday)
		strftime(buf, size, "%H:%M:%S", &then);
	else
		strftime(buf, size, "%Y-%m-%d %H:%M:%S", &then);
	return buf;
}

__u64 time_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

__u64 time_boot_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}
