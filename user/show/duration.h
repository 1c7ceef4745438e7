/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_SHOW_DURATION_H
#define GPUPM_SHOW_DURATION_H

#include <linux/types.h>
#include <stddef.h>

/* Room for the longest duration. */
#define DURATION_SIZE	32

/**
 * duration_format - a duration for people, in its two largest units
 * @buf: set to the text, like "2 h 13 min"; DURATION_SIZE bytes
 * @ms: milliseconds
 *
 * Return: @buf.
 */
const char *duration_format(char *buf, __u64 ms);

/**
 * time_format - a point of time for people, in local time
 * @buf: set to the text: the time of today, or the date and the time
 * @size: bytes in @buf
 * @ms: milliseconds since the epoch
 * @now_ms: the same, for now
 *
 * Return: @buf.
 */
const char *time_format(char *buf, size_t size, __u64 ms, __u64 now_ms);

/** time_now_ms - milliseconds since the epoch */
__u64 time_now_ms(void);

/** time_boot_ns - nanoseconds of CLOCK_BOOTTIME, the clock of events */
__u64 time_boot_ns(void);

#endif
