/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_SHOW_VALUE_H
#define GPUPM_SHOW_VALUE_H

#include <json-c/json.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>

/* The pieces that JSON is made of. Who runs out of memory here ends. */

/** json_must - an object that has just been made; ends the program when it is NULL */
struct json_object *json_must(struct json_object *object);

/** json_u64 - a number */
struct json_object *json_u64(__u64 value);

/** json_string - a string of unknown origin */
struct json_object *json_string(const char *text);

/** json_string_or_null - the same; null when it is empty */
struct json_object *json_string_or_null(const char *text);

/** json_ms - milliseconds, with three digits after the point */
struct json_object *json_ms(double ms);

/** json_add - add a member to an object; gives @value away */
void json_add(struct json_object *object, const char *key, struct json_object *value);

/** json_append - add a member to an array; gives @value away */
void json_append(struct json_object *array, struct json_object *value);

/**
 * json_print - print an object and put it
 * @out: where to
 * @object: the object
 * @line: on one line, for output of many objects
 */
void json_print(FILE *out, struct json_object *object, bool line);

#endif
