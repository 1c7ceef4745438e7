/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_SHOW_PROFILE_H
#define GPUPM_SHOW_PROFILE_H

#include "style.h"

#include <json-c/json.h>

/**
 * profiles_show - print what profiles do
 * @out: where to
 * @style: what the reader can show
 * @root: directory that stands for /; "" for the real one: its CPUs are named
 * @profiles: an object with the members that json_config() makes, and "active"
 *	when there is an active one; any of them may be missing or odd
 */
void profiles_show(FILE *out, const struct style *style, const char *root,
		   struct json_object *profiles);

#endif
