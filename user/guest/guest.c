// SPDX-License-Identifier: GPL-2.0-only
#include "guest.h"

#include "../client/sysfs.h"
#include "../profile/profile.h"
#include "../show/value.h"

#include <stdio.h>
#include <string.h>

#define REPEAT_MS	30000

static uv_loop_t *guest_loop;
static uv_timer_t repeat;
static void (*read_anew)(void);
static struct guest *guests;
static struct host_power host;
static bool known;

static void make_report(const struct guest *guest, struct report *report)
{
	report_from_power(report, &host, profile_guest_power(guest->name));
}

static void send_report(struct guest *guest, const struct report *report)
{
	guest->report = *report;
	guest->reported_ms = uv_now(guest_loop);
	guest->reports++;
	guest->backend->tell(guest, report);
}

void guest_tell(struct guest *guest)
{
	struct report report;

	if (!known)
		return;
	make_report(guest, &report);
	send_report(guest, &report);
}

/* Telling a guest may find that it is gone, and remove it. */
static void tell_changed(void)
{
	struct guest *next;

	for (struct guest *guest = guests; guest; guest = next) {
		struct report report;

		next = guest->next;
		make_report(guest, &report);
		if (!guest->reports || !report_equal(&report, &guest->report))
			send_report(guest, &report);
	}
}

static void on_repeat(uv_timer_t *timer)
{
	struct guest *next;

	(void)timer;
	if (read_anew)
		read_anew();
	for (struct guest *guest = guests; guest; guest = next) {
		next = guest->next;
		/* What was read anew may just have been sent. */
		if (guest->reported_ms != uv_now(guest_loop))
			guest_tell(guest);
	}
}

static void on_vm_ended(struct vm *vm)
{
	for (struct guest *guest = guests; guest; guest = guest->next)
		if (guest->vm == vm)
			guest->vm = NULL;
}

static struct vm_listener listener = {
	.ended = on_vm_ended,
};

void guests_open(uv_loop_t *loop, void (*refresh)(void))
{
	guest_loop = loop;
	read_anew = refresh;
	known = false;
	uv_timer_init(loop, &repeat);
	vms_listen(&listener);
}

void guests_close(void)
{
	uv_close((uv_handle_t *)&repeat, NULL);
}

void guest_add(struct guest *guest)
{
	struct guest **link = &guests;

	if (guest->vm && !guest->name[0])
		snprintf(guest->name, sizeof(guest->name), "%s", guest->vm->name);
	if (!guests)
		uv_timer_start(&repeat, on_repeat, REPEAT_MS, REPEAT_MS);
	while (*link)
		link = &(*link)->next;
	guest->next = NULL;
	*link = guest;
	guest_tell(guest);
}

void guest_remove(struct guest *guest)
{
	struct guest **link = &guests;

	while (*link && *link != guest)
		link = &(*link)->next;
	if (*link)
		*link = guest->next;
	if (!guests)
		uv_timer_stop(&repeat);
}

void guests_power(const struct host_power *power)
{
	host = *power;
	known = true;
	tell_changed();
}

void guests_refresh(void)
{
	if (known)
		tell_changed();
}

static struct json_object *json_number(__u32 value)
{
	return value == REPORT_UNKNOWN ? NULL : json_u64(value);
}

static struct json_object *json_report(const struct report *r)
{
	struct json_object *object = json_object_new_object();

	json_add(object, "on_ac", json_object_new_boolean(r->flags & REPORT_ON_AC));
	json_add(object, "charging", json_object_new_boolean(r->flags & REPORT_CHARGING));
	json_add(object, "discharging", json_object_new_boolean(r->flags & REPORT_DISCHARGING));
	json_add(object, "critical", json_object_new_boolean(r->flags & REPORT_CRITICAL));
	json_add(object, "design_mwh", json_number(r->design));
	json_add(object, "full_mwh", json_number(r->full));
	json_add(object, "remaining_mwh", json_number(r->remaining));
	json_add(object, "rate_mw", json_number(r->rate));
	json_add(object, "voltage_mv", json_number(r->voltage));
	json_add(object, "design_voltage_mv", json_number(r->design_voltage));
	json_add(object, "cycles", json_number(r->cycles));
	return object;
}

static struct json_object *json_ways(unsigned int ways)
{
	struct json_object *array = json_object_new_array();

	if (ways & GUEST_WAY_EVENT)
		json_object_array_add(array, json_object_new_string("event"));
	if (ways & GUEST_WAY_HEARTBEAT)
		json_object_array_add(array, json_object_new_string("heartbeat"));
	if (ways & GUEST_WAY_READ)
		json_object_array_add(array, json_object_new_string("read"));
	return array;
}

static struct json_object *json_guest(const struct guest *guest)
{
	struct json_object *object = json_object_new_object();
	char comm[32] = "";

	if (guest->vm)
		sysfs_read(comm, sizeof(comm), "", "/proc/%d/comm", guest->vm->pid);
	json_add(object, "vm", json_string_or_null(guest->name));
	json_add(object, "pid", guest->vm ? json_object_new_int(guest->vm->pid) : NULL);
	json_add(object, "comm", json_string_or_null(comm));
	json_add(object, "backend", json_object_new_string(guest->backend->name));
	json_add(object, "ways", json_ways(guest->ways));
	json_add(object, "reports", json_u64(guest->reports));
	json_add(object, "age_ms", guest->reports ?
		 json_u64(uv_now(guest_loop) - guest->reported_ms) : NULL);
	json_add(object, "report", guest->reports ? json_report(&guest->report) : NULL);
	return object;
}

struct json_object *guests_json(void)
{
	struct json_object *array = json_object_new_array();

	for (struct guest *guest = guests; guest; guest = guest->next)
		json_object_array_add(array, json_guest(guest));
	return array;
}
