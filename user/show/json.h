/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_SHOW_JSON_H
#define GPUPM_SHOW_JSON_H

#include "../client/event.h"
#include "../client/gpu.h"
#include "../client/wake.h"
#include "names.h"

#include <json-c/json.h>
#include <stdio.h>

/*
 * The JSON of every command is documented in gpupm(1), and may only grow. The
 * functions return objects to be put with json_object_put() or printed.
 */

/** json_string - a string of unknown origin */
struct json_object *json_string(const char *text);

/** json_string_or_null - the same; null when it is empty */
struct json_object *json_string_or_null(const char *text);

/** json_ms - milliseconds, with three digits after the point */
struct json_object *json_ms(double ms);

/** json_add - add a member to an object; gives @value away */
void json_add(struct json_object *object, const char *key, struct json_object *value);

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

/**
 * json_print - print an object and put it
 * @out: where to
 * @object: the object
 * @line: on one line, for output of many objects
 */
void json_print(FILE *out, struct json_object *object, bool line);

#endif
