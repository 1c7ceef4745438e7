// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"
#include "words.h"

static struct json_object *state(__u32 value)
{
	char buf[WORD_SIZE];

	return json_string(word_state(buf, value));
}

static struct json_object *policy(__u32 value)
{
	char buf[WORD_SIZE];

	return json_string(word_policy(buf, value));
}

static struct json_object *d_state(__u32 value)
{
	char buf[WORD_SIZE];

	return json_string(word_d_state(buf, value));
}

static struct json_object *hex_id(__u32 id)
{
	char buf[16];

	snprintf(buf, sizeof(buf), "0x%04x", id);
	return json_string(buf);
}

struct json_object *json_blocker(const struct gpu_blocker *blocker)
{
	struct json_object *object;
	char buf[WORD_SIZE];

	if (!blocker->reason)
		return NULL;
	object = json_must(json_object_new_object());
	json_add(object, "reason", json_string(word_blocker(buf, blocker->reason)));
	json_add(object, "device", json_string_or_null(blocker->device));
	return object;
}

struct json_object *json_user(const struct gpu_user *user)
{
	struct json_object *object;

	if (!user->pid)
		return NULL;
	object = json_must(json_object_new_object());
	json_add(object, "pid", json_u64(user->pid));
	json_add(object, "comm", json_string(user->comm));
	return object;
}

static struct json_object *function_object(const struct gpu_function *function,
					   struct names *names)
{
	struct json_object *object = json_must(json_object_new_object());
	char name[384];

	names_device(names, function->vendor, function->device, name, sizeof(name));
	json_add(object, "address", json_string(function->address));
	json_add(object, "vendor", hex_id(function->vendor));
	json_add(object, "device", hex_id(function->device));
	json_add(object, "name", json_string_or_null(name));
	json_add(object, "driver", json_string_or_null(function->driver));
	json_add(object, "d_state", d_state(function->d_state));
	return object;
}

static struct json_object *port_object(const struct gpu_port *port)
{
	struct json_object *object = json_must(json_object_new_object());

	json_add(object, "address", json_string(port->address));
	json_add(object, "d_state", d_state(port->d_state));
	return object;
}

static struct json_object *time_object(const __u64 *time_ms)
{
	struct json_object *object = json_must(json_object_new_object());

	json_add(object, "off", json_u64(time_ms[GPUPM_STATE_OFF]));
	json_add(object, "idle", json_u64(time_ms[GPUPM_STATE_IDLE]));
	json_add(object, "awake", json_u64(time_ms[GPUPM_STATE_AWAKE]));
	json_add(object, "in_use", json_u64(time_ms[GPUPM_STATE_IN_USE]));
	json_add(object, "lost", json_u64(time_ms[GPUPM_STATE_LOST]));
	return object;
}

static struct json_object *gpu_object(const struct gpu *gpu, struct names *names)
{
	struct json_object *object = json_must(json_object_new_object());
	struct json_object *functions = json_must(json_object_new_array());
	struct json_object *ports = json_must(json_object_new_array());

	for (size_t i = 0; i < gpu->n_functions; i++)
		json_append(functions, function_object(&gpu->functions[i], names));
	for (size_t i = 0; i < gpu->n_ports; i++)
		json_append(ports, port_object(&gpu->ports[i]));

	json_add(object, "address", json_string(gpu->address));
	json_add(object, "state", state(gpu->state));
	json_add(object, "since_ms", json_u64(gpu->since_ms));
	json_add(object, "policy", policy(gpu->policy));
	json_add(object, "holds", json_u64(gpu->holds));
	json_add(object, "user", json_user(&gpu->user));
	json_add(object, "blocker", json_blocker(&gpu->blocker));
	json_add(object, "functions", functions);
	json_add(object, "ports", ports);
	json_add(object, "time_ms", time_object(gpu->time_ms));
	json_add(object, "opens", json_u64(gpu->opens));
	json_add(object, "power_cuts", json_u64(gpu->power_cuts));
	json_add(object, "wakes", json_u64(gpu->wakes));
	json_add(object, "failures", json_u64(gpu->failures));
	return object;
}

struct json_object *json_status(const struct gpu_list *list, struct names *names)
{
	struct json_object *object = json_must(json_object_new_object());
	struct json_object *gpus = json_must(json_object_new_array());

	for (size_t i = 0; i < list->n; i++)
		json_append(gpus, gpu_object(&list->gpus[i], names));
	json_add(object, "gpus", gpus);
	return object;
}

struct json_object *json_policies(const struct gpu_list *list)
{
	struct json_object *object = json_must(json_object_new_object());
	struct json_object *gpus = json_must(json_object_new_array());

	for (size_t i = 0; i < list->n; i++) {
		struct json_object *gpu = json_must(json_object_new_object());

		json_add(gpu, "address", json_string(list->gpus[i].address));
		json_add(gpu, "policy", policy(list->gpus[i].policy));
		json_append(gpus, gpu);
	}
	json_add(object, "gpus", gpus);
	return object;
}

struct json_object *json_wakes(const struct wake_list *list)
{
	struct json_object *object = json_must(json_object_new_object());
	struct json_object *wakes = json_must(json_object_new_array());

	for (size_t i = 0; i < list->n; i++) {
		const struct wake *w = &list->wakes[i];
		struct json_object *wake = json_must(json_object_new_object());

		json_add(wake, "gpu", json_string(w->gpu));
		json_add(wake, "at_ms", json_u64(w->at_ms));
		json_add(wake, "from", state(w->from));
		json_add(wake, "device", json_string_or_null(w->device));
		json_add(wake, "pid", w->pid ? json_u64(w->pid) : NULL);
		json_add(wake, "comm", json_string_or_null(w->comm));
		json_append(wakes, wake);
	}
	json_add(object, "wakes", wakes);
	return object;
}

struct json_object *json_event(const struct event *event)
{
	struct json_object *object = json_must(json_object_new_object());
	char buf[WORD_SIZE];

	json_add(object, "at_ns", json_u64(event->at_ns));
	json_add(object, "gpu", json_string(event->gpu));
	json_add(object, "cause", json_string(word_cause(buf, event->cause)));
	json_add(object, "state", state(event->state));
	json_add(object, "previous", state(event->previous));
	json_add(object, "policy", policy(event->policy));
	json_add(object, "pid", event->pid ? json_u64(event->pid) : NULL);
	json_add(object, "comm", json_string_or_null(event->comm));
	json_add(object, "device", json_string_or_null(event->device));
	return object;
}

struct json_object *json_events_lost(const struct gpu *gpu, __u64 at_ns)
{
	struct json_object *object = json_must(json_object_new_object());

	json_add(object, "at_ns", json_u64(at_ns));
	json_add(object, "gpu", json_string(gpu->address));
	json_add(object, "cause", json_string("events-lost"));
	json_add(object, "state", state(gpu->state));
	json_add(object, "previous", NULL);
	json_add(object, "policy", policy(gpu->policy));
	json_add(object, "pid", NULL);
	json_add(object, "comm", NULL);
	json_add(object, "device", NULL);
	return object;
}
