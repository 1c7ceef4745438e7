/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_SHOW_POWER_H
#define GPUPM_SHOW_POWER_H

#include "../power/power.h"
#include "style.h"

#include <json-c/json.h>

/* Room for the longest summary. */
#define POWER_SUMMARY_SIZE	128

/**
 * power_summary - host power in one line
 * @buf: set to a sentence without a final stop; POWER_SUMMARY_SIZE bytes
 * @power: host power
 *
 * Return: @buf.
 */
const char *power_summary(char *buf, const struct host_power *power);

/** power_show - print the summary, and a table of the supplies */
void power_show(FILE *out, const struct style *style, const struct host_power *power);

/** json_power - what "gpupm power" shows */
struct json_object *json_power(const struct host_power *power);

#endif
