/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_CONFIG_JSON_H
#define GPUPM_PROFILE_CONFIG_JSON_H

#include "config.h"

#include <json-c/json.h>

/**
 * json_config - add what profiles and VMs are set to
 * @object: gets the members "profiles" and "vms", as documented in gpupm(1)
 * @config: the configuration
 */
void json_config(struct json_object *object, const struct config *config);

#endif
