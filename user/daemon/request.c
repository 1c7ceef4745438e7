// SPDX-License-Identifier: GPL-2.0-only
#include "request.h"

#include <json-c/json.h>

#include <stdio.h>
#include <string.h>

/* What is asked has no object in an object; the tokener keeps a place for each level. */
#define DEPTH	4

static const char *read_request(struct request *request, struct json_object *object)
{
	struct json_object *command, *set;
	const char *word;

	if (!json_object_object_get_ex(object, "command", &command) ||
	    !json_object_is_type(command, json_type_string))
		return "the request has no command";
	word = json_object_get_string(command);
	if (!strcmp(word, "guests")) {
		request->command = REQUEST_GUESTS;
		return NULL;
	}
	if (strcmp(word, "profile"))
		return "there is no such command";
	request->command = REQUEST_PROFILE;
	if (!json_object_object_get_ex(object, "set", &set))
		return NULL;
	request->command = REQUEST_PROFILE_SET;
	if (!json_object_is_type(set, json_type_string) ||
	    (size_t)json_object_get_string_len(set) >= sizeof(request->word))
		return "\"set\" is not the name of a profile";
	snprintf(request->word, sizeof(request->word), "%s", json_object_get_string(set));
	return NULL;
}

const char *request_parse(struct request *request, const char *line, size_t n)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH);
	const char *error = "the request is not a JSON object";
	struct json_object *object;

	memset(request, 0, sizeof(*request));
	if (!tokener)
		return "out of memory";
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, line, n);
	if (json_object_is_type(object, json_type_object) &&
	    json_tokener_get_parse_end(tokener) == n)
		error = read_request(request, object);
	json_object_put(object);
	json_tokener_free(tokener);
	return error;
}
