/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_SHOW_CHECKS_H
#define GPUPM_SHOW_CHECKS_H

#include "../doctor/check.h"
#include "style.h"

#include <json-c/json.h>

/**
 * checks_show - show checks to people: a line each, and one that sums up
 * @out: where to
 * @style: what the reader can show. A line that does not fit into a terminal is
 *	wrapped, and its fix begins a new one, in one piece to be copied
 * @checks: the checks
 */
void checks_show(FILE *out, const struct style *style, const struct checks *checks);

/** json_checks - what "gpupm doctor" shows */
struct json_object *json_checks(const struct checks *checks);

#endif
