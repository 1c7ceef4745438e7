// SPDX-License-Identifier: GPL-2.0-only
#include "config_json.h"
#include "../show/value.h"
#include "../show/words.h"

static struct json_object *text(const char *value)
{
	return value ? json_string(value) : NULL;
}

static struct json_object *policy(const struct actions *actions)
{
	char buf[WORD_SIZE];

	return actions->has_gpu_policy ? json_string(word_policy(buf, actions->gpu_policy)) : NULL;
}

static struct json_object *guest_power(const struct actions *actions)
{
	static const char * const words[] = {
		[GUEST_POWER_MIRROR] = "mirror",
		[GUEST_POWER_AC] = "ac",
		[GUEST_POWER_BATTERY] = "battery",
	};

	return actions->has_guest_power ? json_string(words[actions->guest_power]) : NULL;
}

static struct json_object *affinity(const struct actions *actions)
{
	switch (actions->affinity) {
	case AFFINITY_KEEP:
		return NULL;
	case AFFINITY_ALL:
		return json_string("all");
	case AFFINITY_PERFORMANCE:
		return json_string("performance");
	case AFFINITY_EFFICIENCY:
		return json_string("efficiency");
	case AFFINITY_LIST:
		break;
	}
	return json_string(actions->cpus);
}

static struct json_object *words(char *const *words)
{
	struct json_object *array;

	if (!words)
		return NULL;
	array = json_must(json_object_new_array());
	while (*words)
		json_append(array, json_string(*words++));
	return array;
}

static struct json_object *forwards(const struct vm_config *vm)
{
	struct json_object *array;
	char buf[FORWARD_SIZE];

	if (!vm->n_forwards)
		return NULL;
	array = json_must(json_object_new_array());
	for (size_t i = 0; i < vm->n_forwards; i++)
		json_append(array, json_string(forward_text(buf, &vm->forwards[i])));
	return array;
}

static struct json_object *json_actions(const struct actions *actions)
{
	struct json_object *object = json_must(json_object_new_object());

	json_add(object, "gpu_policy", policy(actions));
	json_add(object, "guest_power", guest_power(actions));
	json_add(object, "vcpu_affinity", affinity(actions));
	json_add(object, "guest_command", words(actions->guest_command));
	json_add(object, "host_command", words(actions->host_command));
	json_add(object, "acpi_table", text(actions->acpi_table));
	return object;
}

void json_config(struct json_object *object, const struct config *config)
{
	struct json_object *profiles = json_must(json_object_new_object());
	struct json_object *vms = json_must(json_object_new_array());

	for (enum profile_id profile = 0; profile < N_PROFILES; profile++)
		json_add(profiles, profile_word(profile),
			 json_actions(&config->profiles[profile]));
	json_add(object, "profiles", profiles);
	for (size_t i = 0; i < config->n_vms; i++) {
		struct json_object *vm = json_must(json_object_new_object());

		json_add(vm, "name", json_string(config->vms[i].name));
		json_add(vm, "qmp", text(config->vms[i].qmp));
		json_add(vm, "agent", text(config->vms[i].agent));
		json_add(vm, "forward", forwards(&config->vms[i]));
		for (enum profile_id profile = 0; profile < N_PROFILES; profile++) {
			struct actions actions = config_vm_actions(&config->vms[i], profile);

			json_add(vm, profile_word(profile), json_actions(&actions));
		}
		json_append(vms, vm);
	}
	json_add(object, "vms", vms);
}
