// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"
#include "text.h"
#include "words.h"

#include <stdlib.h>

static struct json_object *must(struct json_object *object)
{
	if (!object) {
		fputs("gpupm: out of memory\n", stderr);
		exit(1);
	}
	return object;
}

static struct json_object *number(__u64 value)
{
	return must(json_object_new_uint64(value));
}

struct json_object *json_string(const char *text)
{
	char valid[512];

	text_utf8(valid, sizeof(valid), text);
	return must(json_object_new_string(valid));
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
	return must(json_object_new_double_s(ms, text));
}

void json_add(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add(object, key, value))
		must(NULL);
}

static void add_to_array(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value))
		must(NULL);
}

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
	object = must(json_object_new_object());
	json_add(object, "reason", json_string(word_blocker(buf, blocker->reason)));
	json_add(object, "device", json_string_or_null(blocker->device));
	return object;
}

struct json_object *json_user(const struct gpu_user *user)
{
	struct json_object *object;

	if (!user->pid)
		return NULL;
	object = must(json_object_new_object());
	json_add(object, "pid", number(user->pid));
	json_add(object, "comm", json_string(user->comm));
	return object;
}

static struct json_object *function_object(const struct gpu_function *function,
					   struct names *names)
{
	struct json_object *object = must(json_object_new_object());
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
	struct json_object *object = must(json_object_new_object());

	json_add(object, "address", json_string(port->address));
	json_add(object, "d_state", d_state(port->d_state));
	return object;
}

static struct json_object *time_object(const __u64 *time_ms)
{
	struct json_object *object = must(json_object_new_object());

	json_add(object, "off", number(time_ms[GPUPM_STATE_OFF]));
	json_add(object, "idle", number(time_ms[GPUPM_STATE_IDLE]));
	json_add(object, "awake", number(time_ms[GPUPM_STATE_AWAKE]));
	json_add(object, "in_use", number(time_ms[GPUPM_STATE_IN_USE]));
	json_add(object, "lost", number(time_ms[GPUPM_STATE_LOST]));
	return object;
}

static struct json_object *gpu_object(const struct gpu *gpu, struct names *names)
{
	struct json_object *object = must(json_object_new_object());
	struct json_object *functions = must(json_object_new_array());
	struct json_object *ports = must(json_object_new_array());

	for (size_t i = 0; i < gpu->n_functions; i++)
		add_to_array(functions, function_object(&gpu->functions[i], names));
	for (size_t i = 0; i < gpu->n_ports; i++)
		add_to_array(ports, port_object(&gpu->ports[i]));

	json_add(object, "address", json_string(gpu->address));
	json_add(object, "state", state(gpu->state));
	json_add(object, "since_ms", number(gpu->since_ms));
	json_add(object, "policy", policy(gpu->policy));
	json_add(object, "holds", number(gpu->holds));
	json_add(object, "user", json_user(&gpu->user));
	json_add(object, "blocker", json_blocker(&gpu->blocker));
	json_add(object, "functions", functions);
	json_add(object, "ports", ports);
	json_add(object, "time_ms", time_object(gpu->time_ms));
	json_add(object, "opens", number(gpu->opens));
	json_add(object, "power_cuts", number(gpu->power_cuts));
	json_add(object, "wakes", number(gpu->wakes));
	json_add(object, "failures", number(gpu->failures));
	return object;
}

struct json_object *json_status(const struct gpu_list *list, struct names *names)
{
	struct json_object *object = must(json_object_new_object());
	struct json_object *gpus = must(json_object_new_array());

	for (size_t i = 0; i < list->n; i++)
		add_to_array(gpus, gpu_object(&list->gpus[i], names));
	json_add(object, "gpus", gpus);
	return object;
}

struct json_object *json_policies(const struct gpu_list *list)
{
	struct json_object *object = must(json_object_new_object());
	struct json_object *gpus = must(json_object_new_array());

	for (size_t i = 0; i < list->n; i++) {
		struct json_object *gpu = must(json_object_new_object());

		json_add(gpu, "address", json_string(list->gpus[i].address));
		json_add(gpu, "policy", policy(list->gpus[i].policy));
		add_to_array(gpus, gpu);
	}
	json_add(object, "gpus", gpus);
	return object;
}

struct json_object *json_wakes(const struct wake_list *list)
{
	struct json_object *object = must(json_object_new_object());
	struct json_object *wakes = must(json_object_new_array());

	for (size_t i = 0; i < list->n; i++) {
		const struct wake *w = &list->wakes[i];
		struct json_object *wake = must(json_object_new_object());

		json_add(wake, "gpu", json_string(w->gpu));
		json_add(wake, "at_ms", number(w->at_ms));
		json_add(wake, "from", state(w->from));
		json_add(wake, "device", json_string_or_null(w->device));
		json_add(wake, "pid", w->pid ? number(w->pid) : NULL);
		json_add(wake, "comm", json_string_or_null(w->comm));
		add_to_array(wakes, wake);
	}
	json_add(object, "wakes", wakes);
	return object;
}

struct json_object *json_event(const struct event *event)
{
	struct json_object *object = must(json_object_new_object());
	char buf[WORD_SIZE];

	json_add(object, "at_ns", number(event->at_ns));
	json_add(object, "gpu", json_string(event->gpu));
	json_add(object, "cause", json_string(word_cause(buf, event->cause)));
	json_add(object, "state", state(event->state));
	json_add(object, "previous", state(event->previous));
	json_add(object, "policy", policy(event->policy));
	json_add(object, "pid", event->pid ? number(event->pid) : NULL);
	json_add(object, "comm", json_string_or_null(event->comm));
	json_add(object, "device", json_string_or_null(event->device));
	return object;
}

struct json_object *json_events_lost(const struct gpu *gpu, __u64 at_ns)
{
	struct json_object *object = must(json_object_new_object());

	json_add(object, "at_ns", number(at_ns));
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

void json_print(FILE *out, struct json_object *object, bool line)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text;

	flags |= line ? JSON_C_TO_STRING_PLAIN : JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	text = json_object_to_json_string_ext(object, flags);
	if (text)
		fprintf(out, "%s\n", text);
	else
		must(NULL);
	json_object_put(object);
}
