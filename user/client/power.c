// SPDX-License-Identifier: GPL-2.0-only
#include "listener.h"
#include "power.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct power_watch {
	struct client *client;
	struct listener *listener;
	__u64 serial;
};

static int supply_attr(void *object, const struct nlattr *attr, struct malformed *m)
{
	struct supply *supply = object;

	(void)m;
	switch (nla_type(attr)) {
	case GPUPM_A_SUPPLY_NAME:
		return attr_string(attr, supply->name, sizeof(supply->name));
	case GPUPM_A_SUPPLY_TYPE:
		return attr_u32(attr, &supply->type);
	case GPUPM_A_SUPPLY_ONLINE:
		return attr_u32(attr, &supply->online);
	case GPUPM_A_SUPPLY_PRESENT:
		return attr_u32(attr, &supply->present);
	case GPUPM_A_SUPPLY_STATUS:
		return attr_u32(attr, &supply->status);
	case GPUPM_A_SUPPLY_CAPACITY:
		return attr_u32(attr, &supply->capacity);
	case GPUPM_A_SUPPLY_ENERGY_NOW:
		return attr_u64(attr, &supply->energy_now);
	case GPUPM_A_SUPPLY_ENERGY_FULL:
		return attr_u64(attr, &supply->energy_full);
	case GPUPM_A_SUPPLY_ENERGY_DESIGN:
		return attr_u64(attr, &supply->energy_design);
	case GPUPM_A_SUPPLY_POWER:
		return attr_u64(attr, &supply->power);
	case GPUPM_A_SUPPLY_VOLTAGE:
		return attr_u64(attr, &supply->voltage);
	case GPUPM_A_SUPPLY_VOLTAGE_DESIGN:
		return attr_u64(attr, &supply->voltage_design);
	case GPUPM_A_SUPPLY_CYCLES:
		return attr_u32(attr, &supply->cycles);
	}
	return 0;
}

static const struct attr_reader supply_reader = {
	.what = "a supply",
	.one = supply_attr,
	.required = ATTR_BIT(GPUPM_A_SUPPLY_NAME) | ATTR_BIT(GPUPM_A_SUPPLY_TYPE),
};

static int power_attr(void *object, const struct nlattr *attr, struct malformed *m)
{
	struct host_power *power = object;
	struct supply supply;
	int err;

	switch (nla_type(attr)) {
	case GPUPM_A_POWER_SERIAL:
		return attr_u64(attr, &power->serial);
	case GPUPM_A_POWER_ON_AC:
		return attr_u32(attr, &power->on_ac);
	case GPUPM_A_POWER_SUPPLY:
		supply_init(&supply, "");
		err = attrs_read_nested(&supply_reader, &supply, attr, m);
		if (!err && power->n < SUPPLIES_MAX)
			power->supplies[power->n++] = supply;
		return err;
	}
	return 0;
}

static const struct attr_reader power_reader = {
	.what = "host power",
	.one = power_attr,
	.required = ATTR_BIT(GPUPM_A_POWER_SERIAL) | ATTR_BIT(GPUPM_A_POWER_ON_AC),
};

int power_read(struct host_power *power, const struct nlattr *head, int len, struct malformed *m)
{
	memset(power, 0, sizeof(*power));
	return attrs_read(&power_reader, power, head, len, m);
}

/* Joins first and asks then: what changes in between is heard, and known by its number. */
int power_watch_open(struct client *client, struct power_watch **watch, struct host_power *power)
{
	struct power_watch *w = calloc(1, sizeof(*w));
	int err;

	*watch = NULL;
	if (!w)
		return -ENOMEM;
	w->client = client;
	err = listener_open(client, GPUPM_MCGRP_POWER, &w->listener);
	if (!err)
		err = client_power(client, power);
	if (err) {
		power_watch_close(w);
		return err;
	}
	w->serial = power->serial;
	*watch = w;
	return 0;
}

void power_watch_close(struct power_watch *watch)
{
	if (!watch)
		return;
	listener_close(watch->listener);
	free(watch);
}

int power_watch_fd(const struct power_watch *watch)
{
	return listener_fd(watch->listener);
}

static int take(void *arg, const struct nlattr *head, int len, struct malformed *m)
{
	return power_read(arg, head, len, m);
}

int power_watch_next(struct power_watch *watch, struct host_power *power)
{
	int result;

	do {
		result = listener_next(watch->listener, GPUPM_CMD_POWER_NTF, take, power);
		if (result == -ENOBUFS)
			result = client_power(watch->client, power) ?: 1;
		if (result != 1)
			return result;
	} while (power->serial <= watch->serial);
	watch->serial = power->serial;
	return 1;
}
