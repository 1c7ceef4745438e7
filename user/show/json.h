/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_SHOW_JSON_H
#define GPUPM_SHOW_JSON_H

#include "../client/event.h"
#include "../client/gpu.h"
#include "../client/wake.h"
#include "names.h"
#include "value.h"

/*
 * The JSON of every command is documented in gpupm(1), and may only grow. The
 * functions return objects to be put with json_object_put() or printed.
 */

/** json_blocker - the blocker of a GPU; null when there is none */
struct json_object *json_blocker(const struct gpu_blocker *blocker);

/** json_user - the user of a GPU; null when there is none or it is not known */
struct json_object *json_user(const struct gpu_user *user);

/** json_status - what "gpupm status" shows */
struct json_object *json_status(const struct gpu_list *list, struct names *names);

/** json_policies - what "gpupm policy" shows */
struct json_object *json_policies(const struct gpu_list *list);

/** json_wakes - what "gpupm wakes" shows */
struct json_object *json_wakes(const struct wake_list *list);

/** json_event - what "gpupm monitor" shows for one event */
struct json_object *json_event(const struct event *event);

/** json_events_lost - what it shows for each GPU after events were lost */
struct json_object *json_events_lost(const struct gpu *gpu, __u64 at_ns);

#endif
