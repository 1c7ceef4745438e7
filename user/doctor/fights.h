/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DOCTOR_FIGHTS_H
#define GPUPM_DOCTOR_FIGHTS_H

#include "host.h"

/**
 * check_fights - look for programs that turn off what the module turns on
 * @host: the machine
 * @checks: gets a check for each place that has them do so, or one when there is none
 */
void check_fights(const struct host *host, struct checks *checks);

/**
 * fight_found - add a check for a place that has a program turn off runtime PM
 * @host: the machine
 * @checks: the checks
 * @path: file, below the root
 * @line: in it
 * @format: what it has whom do, a sentence without a final stop
 *
 * A warning where the module puts it back, and a failure otherwise.
 */
void __attribute__((format(printf, 5, 6)))
fight_found(const struct host *host, struct checks *checks, const char *path, unsigned int line,
	    const char *format, ...);

/** check_udev - look for udev rules that do so, or that remove a function; as check_fights() */
void check_udev(const struct host *host, struct checks *checks);

#endif
