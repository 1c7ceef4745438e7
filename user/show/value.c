// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"
#include "value.h"

#include <stdlib.h>
#include <string.h>

struct json_object *json_must(struct json_object *object)
{
	if (!object) {
		fputs("gpupm: out of memory\n", stderr);
		exit(1);
	}
	return object;
}

struct json_object *json_u64(__u64 value)
{
	return json_must(json_object_new_uint64(value));
}

struct json_object *json_string(const char *text)
{
	/* What is not UTF-8 takes three bytes for one. */
	size_t size = 3 * strlen(text) + 1;
	struct json_object *string;
	char *valid = malloc(size);

	if (valid)
		text_utf8(valid, size, text);
	string = json_must(valid ? json_object_new_string(valid) : NULL);
	free(valid);
	return string;
}

struct json_object *json_string_or_null(const char *text)
{
	return *text ? json_string(text) : NULL;
}

struct json_object *json_ms(double ms)
{
	char text[32];

	/* Without the digits that say nothing. */
	snprintf(text, sizeof(text), "%.3f", ms);
	return json_must(json_object_new_double_s(ms, text));
}

void json_add(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add(object, key, value))
		json_must(NULL);
}

void json_append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value))
		json_must(NULL);
}

void json_print(FILE *out, struct json_object *object, bool line)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text;

	flags |= line ? JSON_C_TO_STRING_PLAIN : JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	text = json_object_to_json_string_ext(object, flags);
	if (text)
		fprintf(out, "%s\n", text);
	else
		json_must(NULL);
	json_object_put(object);
}
