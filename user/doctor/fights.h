/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DOCTOR_FIGHTS_H
#define GPUPM_DOCTOR_FIGHTS_H

#include "../machine/conf.h"
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
 * @line: that has it do so
 * @format: what it has whom do, a sentence without a final stop
 *
 * A warning where the module puts it back, and a failure otherwise.
 */
void __attribute__((format(printf, 4, 5)))
fight_found(const struct host *host, struct checks *checks, const struct conf_line *line,
	    const char *format, ...);

/** fight_lines - "4" or "4,6", for sed */
void fight_lines(const struct conf_line *line, char lines[static 32]);

/*
 * Each looks at one program, and adds a check for each place that has it do so: the
 * rules of udev, also those that remove a function; lines of systemd's units.
 */
void check_tlp(const struct host *host, struct checks *checks);
void check_laptop_mode(const struct host *host, struct checks *checks);
void check_tuned(const struct host *host, struct checks *checks);
void check_units(const struct host *host, struct checks *checks);
void check_udev(const struct host *host, struct checks *checks);

#endif
