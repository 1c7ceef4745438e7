// SPDX-License-Identifier: GPL-2.0-only
#include "ask.h"
#include "../daemon/control.h"
#include "../show/value.h"

#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>

#define AGENT_SECONDS	5

enum answer ask_agent(virDomainPtr domain)
{
	char *said;
	int code;

	if (virDomainIsActive(domain) != 1)
		return ANSWER_NOT_ASKED;
	said = virDomainQemuAgentCommand(domain, "{\"execute\":\"guest-ping\"}", AGENT_SECONDS, 0);
	if (said) {
		free(said);
		return ANSWER_YES;
	}
	code = virGetLastErrorCode();
	return code == VIR_ERR_AGENT_UNRESPONSIVE || code == VIR_ERR_AGENT_UNSYNCED ||
	       code == VIR_ERR_OPERATION_TIMEOUT ? ANSWER_NO : ANSWER_NONE;
}

static bool has_guest(struct json_object *guests, const char *name)
{
	struct json_object *vm;

	for (size_t i = 0; i < json_object_array_length(guests); i++)
		if (json_object_object_get_ex(json_object_array_get_idx(guests, i), "vm", &vm) &&
		    json_object_is_type(vm, json_type_string) &&
		    !strcmp(json_object_get_string(vm), name))
			return true;
	return false;
}

enum answer ask_channel(virDomainPtr domain, const char *name)
{
	struct json_object *request, *answer, *guests;
	enum answer result = ANSWER_NONE;
	int err;

	if (virDomainIsActive(domain) != 1)
		return ANSWER_NOT_ASKED;
	request = json_must(json_object_new_object());
	json_add(request, "command", json_string("guests"));
	err = control_ask(NULL, request, &answer);
	json_object_put(request);
	if (err)
		return ANSWER_NONE;
	if (json_object_object_get_ex(answer, "guests", &guests) &&
	    json_object_is_type(guests, json_type_array))
		result = has_guest(guests, name) ? ANSWER_YES : ANSWER_NO;
	json_object_put(answer);
	return result;
}
