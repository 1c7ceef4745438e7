/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_BATTERY_H
#define GPUPM_GUEST_BATTERY_H

#include "report.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * DOC: QEMU's battery and AC adapter
 *
 * A series of patches for QEMU has devices "battery" and "acad" that are set over
 * QMP: L. Bloch, "Introduce a battery, AC adapter, and lid button", version 4 of
 * 2026-05-26 and versions 2 and 3 of 2025-08 on qemu-devel; some distributions
 * carry it. Its commands:
 *
 *   battery-set-state {"state": {"present": bool, "charging": bool,
 *		"discharging": bool, "charge-percent": int, "rate": int}}
 *   ac-adapter-set-state {"connected": bool}
 *   query-battery, query-ac-adapter
 *
 * "rate" may be left out, and then stays what it was; all others must be there.
 * Version 4 refuses charging together with discharging, either of them without
 * present, a charge-percent that is not 0 to 100, a rate below 0 or above
 * INT32_MAX; the others take all that and show the guest nonsense. Until the first
 * command the battery is at 50 % and discharges. Every command makes the guest
 * look at the device, also one that changes nothing.
 *
 * A QEMU that has the commands may be started without the devices; then all four
 * answer with an error.
 *
 * The guest is told that such a battery has a capacity of 10 Wh, whatever the
 * host's has; it divides that by the rate to know the time that is left. So the
 * rate is not the host's but fits the time ("design-capacity" of query-battery).
 */
enum {
	BATTERY_DEVICE = 1 << 0,
	BATTERY_AC = 1 << 1,
};

enum battery_command {
	BATTERY_COMMANDS,	/* query-commands */
	BATTERY_QUERY,
	BATTERY_QUERY_AC,
	BATTERY_SET,
	BATTERY_SET_AC,
	BATTERY_NO_COMMAND,
};

/**
 * struct battery - what is known of the devices of one QEMU
 * @devices: BATTERY_ bits, once @known
 * @known: all that is asked first was answered
 * @capacity: design capacity that the guest is told, mWh; 0 when not known
 * @command: the one that is under way; of the first ones, also the one that is next
 * @args: its arguments; NULL when it has none
 * @has_report: @report is set
 * @report: the newest one
 * @told: arguments that were taken last, of the battery and of the adapter
 *
 * Start with zeros. It says which command comes next, and does not care how it
 * gets there.
 */
struct battery {
	unsigned int devices;
	bool known;
	__u32 capacity;
	enum battery_command command;
	struct json_object *args;
	bool has_report;
	struct report report;
	struct json_object *told[2];
};

/** battery_init - of a QEMU that nothing is known of */
void battery_init(struct battery *battery);

/** battery_fini - free what it owns */
void battery_fini(struct battery *battery);

/**
 * battery_tell - there is a report
 * @battery: the devices
 * @report: the report; replaces one that did not get there yet
 */
void battery_tell(struct battery *battery, const struct report *report);

/**
 * battery_next - begin the next command
 * @battery: the devices, with no command under way
 *
 * First come the questions, then whatever a report changes.
 *
 * Return: the command, { "execute": ..., "arguments": ... }; put it. NULL when
 * there is nothing to say.
 */
struct json_object *battery_next(struct battery *battery);

/**
 * battery_answer - the command that is under way was answered
 * @battery: the devices
 * @result: what was returned, anything may be in it; NULL for an error
 */
void battery_answer(struct battery *battery, struct json_object *result);

/** battery_cancel - the command that is under way did not get there; it comes again */
void battery_cancel(struct battery *battery);

/** battery_words - which devices there are, for the log; valid once known */
const char *battery_words(const struct battery *battery);

/**
 * battery_set - the arguments of battery-set-state for a report
 * @report: the report; anything may be in it
 * @capacity: design capacity that the guest is told, mWh; 0 for the host's
 *
 * Return: the arguments; put them.
 */
struct json_object *battery_set(const struct report *report, __u32 capacity);

/** battery_ac_set - the arguments of ac-adapter-set-state for a report; put them */
struct json_object *battery_ac_set(const struct report *report);

/**
 * battery_in_command_line - whether a QEMU was started with one of the devices
 * @args: its arguments, each ends with a NUL byte
 * @n: bytes in @args
 */
bool battery_in_command_line(const char *args, size_t n);

#endif
