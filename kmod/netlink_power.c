// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Host power in the netlink family
 *
 * One message has a whole snapshot, whether asked for or announced.
 */
#include <linux/err.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "netlink.h"
#include "power.h"

static int put_u32(struct sk_buff *skb, int attr, u32 value)
{
	return value == GPUPM_UNKNOWN32 ? 0 : nla_put_u32(skb, attr, value);
}

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	if (value == GPUPM_UNKNOWN)
		return 0;
	return nla_put_u64_64bit(skb, attr, value, GPUPM_A_SUPPLY_PAD);
}

static int put_supply(struct sk_buff *skb, const struct gpupm_supply *supply)
{
	struct nlattr *nest = nla_nest_start(skb, GPUPM_A_POWER_SUPPLY);

	if (!nest ||
	    nla_put_string(skb, GPUPM_A_SUPPLY_NAME, supply->name) ||
	    nla_put_u32(skb, GPUPM_A_SUPPLY_TYPE, supply->type) ||
	    put_u32(skb, GPUPM_A_SUPPLY_ONLINE, supply->online) ||
	    put_u32(skb, GPUPM_A_SUPPLY_PRESENT, supply->present) ||
	    (supply->status &&
	     nla_put_u32(skb, GPUPM_A_SUPPLY_STATUS, supply->status)) ||
	    put_u32(skb, GPUPM_A_SUPPLY_CAPACITY, supply->capacity) ||
	    put_u64(skb, GPUPM_A_SUPPLY_ENERGY_NOW, supply->energy_now) ||
	    put_u64(skb, GPUPM_A_SUPPLY_ENERGY_FULL, supply->energy_full) ||
	    put_u64(skb, GPUPM_A_SUPPLY_ENERGY_DESIGN,
		    supply->energy_design) ||
	    put_u64(skb, GPUPM_A_SUPPLY_POWER, supply->power) ||
	    put_u64(skb, GPUPM_A_SUPPLY_VOLTAGE, supply->voltage) ||
	    put_u64(skb, GPUPM_A_SUPPLY_VOLTAGE_DESIGN,
		    supply->voltage_design) ||
	    put_u32(skb, GPUPM_A_SUPPLY_CYCLES, supply->cycles))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_power(struct sk_buff *skb, const struct gpupm_power *power)
{
	u32 i;

	if (nla_put_u64_64bit(skb, GPUPM_A_POWER_SERIAL, power->serial,
			      GPUPM_A_POWER_PAD) ||
	    nla_put_u32(skb, GPUPM_A_POWER_ON_AC, power->on_ac))
		return -EMSGSIZE;
	for (i = 0; i < power->n; i++)
		if (put_supply(skb, &power->supplies[i]))
			return -EMSGSIZE;
	return 0;
}

/* A message with room for a snapshot. */
static struct sk_buff *new_message(const struct gpupm_power *power)
{
	size_t supply = nla_total_size(0) +
			nla_total_size(GPUPM_SUPPLY_NAME_LEN) +
			6 * nla_total_size(sizeof(u32)) +
			6 * nla_total_size_64bit(sizeof(u64));

	return genlmsg_new(nla_total_size_64bit(sizeof(u64)) +
			   nla_total_size(sizeof(u32)) + power->n * supply,
			   GFP_KERNEL);
}

/**
 * gpupm_power_get_doit - answer GPUPM_CMD_POWER_GET
 * @skb: the request
 * @info: what it says
 *
 * Return: 0 or a negative errno.
 */
int gpupm_power_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct gpupm_power *power = gpupm_power_now();
	struct sk_buff *msg;
	int err = -ENOMEM;
	void *hdr;

	if (IS_ERR(power)) {
		if (PTR_ERR(power) == -ENODEV)
			NL_SET_ERR_MSG(info->extack,
				       "the module is just coming or going");
		return PTR_ERR(power);
	}
	msg = new_message(power);
	if (!msg)
		goto out;
	err = -EMSGSIZE;
	hdr = genlmsg_put_reply(msg, info, &gpupm_family, 0,
				GPUPM_CMD_POWER_GET);
	if (!hdr || put_power(msg, power))
		goto out;
	genlmsg_end(msg, hdr);
	err = genlmsg_reply(msg, info);
	msg = NULL;
out:
	nlmsg_free(msg);
	kfree(power);
	return err;
}

/**
 * gpupm_power_announce - tell those who listen that host power changed
 * @power: the new snapshot, or NULL when there is none
 */
void gpupm_power_announce(const struct gpupm_power *power)
{
	struct sk_buff *msg = NULL;
	void *hdr;

	if (!genl_has_listeners(&gpupm_family, &init_net, GPUPM_GROUP_POWER))
		return;
	if (power)
		msg = new_message(power);
	if (!msg)
		goto fail;
	hdr = genlmsg_put(msg, 0, 0, &gpupm_family, 0, GPUPM_CMD_POWER_NTF);
	if (!hdr || put_power(msg, power))
		goto fail;
	genlmsg_end(msg, hdr);
	genlmsg_multicast(&gpupm_family, msg, 0, GPUPM_GROUP_POWER, GFP_KERNEL);
	return;
fail:
	/* Listeners get ENOBUFS: they know that they missed something, and ask. */
	nlmsg_free(msg);
	genl_set_err(&gpupm_family, &init_net, 0, GPUPM_GROUP_POWER, -ENOBUFS);
}
