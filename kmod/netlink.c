// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The netlink family
 *
 * The protocol is described in uapi/linux/gpupm.h. This file only translates:
 * every fact comes from a snapshot, every wish goes to keep.c. Host power has a
 * file of its own, netlink_power.c.
 *
 * Commands run in parallel (HOLD waits for a GPU to wake, up to a minute when it
 * fails, and must not keep all of generic netlink waiting).
 */
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "event.h"
#include "keep.h"
#include "netlink.h"
#include "snapshot.h"

static const struct nla_policy gpupm_gpu_policy[GPUPM_A_GPU_POLICY + 1] = {
	[GPUPM_A_GPU_ADDRESS] = { .type = NLA_NUL_STRING,
				  .len = GPUPM_ADDRESS_LEN - 1 },
	[GPUPM_A_GPU_POLICY] = NLA_POLICY_MAX(NLA_U32, GPUPM_POLICY_MAX),
};

static const struct nla_policy gpupm_address_policy[GPUPM_A_GPU_ADDRESS + 1] = {
	[GPUPM_A_GPU_ADDRESS] = { .type = NLA_NUL_STRING,
				  .len = GPUPM_ADDRESS_LEN - 1 },
};

static const struct nla_policy gpupm_wake_policy[GPUPM_A_WAKE_GPU + 1] = {
	[GPUPM_A_WAKE_GPU] = { .type = NLA_NUL_STRING,
			       .len = GPUPM_ADDRESS_LEN - 1 },
};

/* A reference to the GPU a request names, or an error that has been told. */
static struct gpupm_gpu *named_gpu(struct genl_info *info)
{
	struct nlattr *attr = info->attrs[GPUPM_A_GPU_ADDRESS];
	struct gpupm_gpu *gpu;

	if (GENL_REQ_ATTR_CHECK(info, GPUPM_A_GPU_ADDRESS)) {
		NL_SET_ERR_MSG(info->extack, "the address of a GPU is missing");
		return ERR_PTR(-EINVAL);
	}
	gpu = gpupm_gpu_find(nla_data(attr));
	if (!gpu) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "no such GPU: no display function with this address is bound to a VFIO driver");
		return ERR_PTR(-ENODEV);
	}
	return gpu;
}

static int refuse(struct genl_info *info, int err)
{
	switch (err) {
	case -ENODEV:
		NL_SET_ERR_MSG(info->extack, "the GPU has just gone away");
		break;
	case -EALREADY:
		NL_SET_ERR_MSG(info->extack,
			       "this socket holds that GPU already");
		break;
	case -ENOENT:
		NL_SET_ERR_MSG(info->extack,
			       "this socket does not hold that GPU");
		break;
	case -EIO:
		NL_SET_ERR_MSG(info->extack,
			       "a function did not come up, or did not answer: the blocker and the kernel log name it");
		break;
	}
	return err;
}

static int put_blame(struct sk_buff *skb, const struct gpupm_blame *blame)
{
	struct nlattr *nest;

	if (!blame->reason)
		return 0;
	nest = nla_nest_start(skb, GPUPM_A_GPU_BLOCKER);
	if (!nest || nla_put_u32(skb, GPUPM_A_BLOCKER_REASON, blame->reason) ||
	    (blame->device[0] &&
	     nla_put_string(skb, GPUPM_A_BLOCKER_DEVICE, blame->device)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_process(struct sk_buff *skb, const struct gpupm_process *user)
{
	struct nlattr *nest;

	if (!user->pid)
		return 0;
	nest = nla_nest_start(skb, GPUPM_A_GPU_USER);
	if (!nest || nla_put_u32(skb, GPUPM_A_USER_PID, user->pid) ||
	    nla_put_string(skb, GPUPM_A_USER_COMM, user->comm))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_function(struct sk_buff *skb,
			const struct gpupm_function_shot *fn)
{
	struct nlattr *nest = nla_nest_start(skb, GPUPM_A_GPU_FUNCTION);

	if (!nest ||
	    nla_put_string(skb, GPUPM_A_FUNCTION_ADDRESS, fn->address) ||
	    nla_put_u32(skb, GPUPM_A_FUNCTION_VENDOR, fn->vendor) ||
	    nla_put_u32(skb, GPUPM_A_FUNCTION_DEVICE, fn->device) ||
	    nla_put_u32(skb, GPUPM_A_FUNCTION_CLASS, fn->class) ||
	    (fn->driver[0] &&
	     nla_put_string(skb, GPUPM_A_FUNCTION_DRIVER, fn->driver)) ||
	    nla_put_u32(skb, GPUPM_A_FUNCTION_D_STATE, fn->d_state) ||
	    nla_put_u32(skb, GPUPM_A_FUNCTION_RUNTIME_STATUS,
			fn->runtime_status) ||
	    (fn->open && nla_put_flag(skb, GPUPM_A_FUNCTION_OPEN)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_port(struct sk_buff *skb, const struct gpupm_port_shot *port)
{
	struct nlattr *nest = nla_nest_start(skb, GPUPM_A_GPU_PORT);

	if (!nest ||
	    nla_put_string(skb, GPUPM_A_PORT_ADDRESS, port->address) ||
	    (port->driver[0] &&
	     nla_put_string(skb, GPUPM_A_PORT_DRIVER, port->driver)) ||
	    nla_put_u32(skb, GPUPM_A_PORT_D_STATE, port->d_state))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_time(struct sk_buff *skb, const u64 *time_ms)
{
	static const int attr[GPUPM_STATE_MAX + 1] = {
		[GPUPM_STATE_OFF] = GPUPM_A_TIME_OFF,
		[GPUPM_STATE_IDLE] = GPUPM_A_TIME_IDLE,
		[GPUPM_STATE_AWAKE] = GPUPM_A_TIME_AWAKE,
		[GPUPM_STATE_IN_USE] = GPUPM_A_TIME_IN_USE,
		[GPUPM_STATE_LOST] = GPUPM_A_TIME_LOST,
	};
	struct nlattr *nest = nla_nest_start(skb, GPUPM_A_GPU_TIME);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i <= GPUPM_STATE_MAX; i++)
		if (nla_put_u64_64bit(skb, attr[i], time_ms[i],
				      GPUPM_A_TIME_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, GPUPM_A_GPU_PAD);
}

static int put_gpu(struct sk_buff *skb, const struct gpupm_snapshot *shot)
{
	unsigned int i;

	if (nla_put_string(skb, GPUPM_A_GPU_ADDRESS, shot->address) ||
	    nla_put_u32(skb, GPUPM_A_GPU_STATE, shot->state) ||
	    put_u64(skb, GPUPM_A_GPU_SINCE_MS, shot->since_ms) ||
	    nla_put_u32(skb, GPUPM_A_GPU_POLICY, shot->policy) ||
	    nla_put_u32(skb, GPUPM_A_GPU_HOLDS, shot->holds) ||
	    put_process(skb, &shot->user) || put_blame(skb, &shot->blame) ||
	    put_time(skb, shot->time_ms) ||
	    put_u64(skb, GPUPM_A_GPU_OPENS, shot->opens) ||
	    put_u64(skb, GPUPM_A_GPU_POWER_CUTS, shot->power_cuts) ||
	    put_u64(skb, GPUPM_A_GPU_WAKES, shot->wakes) ||
	    put_u64(skb, GPUPM_A_GPU_FAILURES, shot->failures))
		return -EMSGSIZE;
	for (i = 0; i < shot->nfunctions; i++)
		if (put_function(skb, &shot->functions[i]))
			return -EMSGSIZE;
	for (i = 0; i < shot->nports; i++)
		if (put_port(skb, &shot->ports[i]))
			return -EMSGSIZE;
	return 0;
}

/* gpupm_gpus_lock is held. */
static int fill_gpu(struct sk_buff *skb, struct gpupm_gpu *gpu, void *hdr)
{
	struct gpupm_snapshot *shot = kmalloc(sizeof(*shot), GFP_KERNEL);
	int err;

	if (!shot)
		return -ENOMEM;
	err = gpupm_snapshot(gpu, shot);
	if (!err)
		err = put_gpu(skb, shot);
	kfree(shot);
	if (!err)
		genlmsg_end(skb, hdr);
	return err;
}

static int gpu_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct gpupm_gpu *gpu = named_gpu(info);
	struct sk_buff *msg = NULL;
	void *hdr;
	int err;

	if (IS_ERR(gpu))
		return PTR_ERR(gpu);
	err = -ENOMEM;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		goto out;
	err = -EMSGSIZE;
	hdr = genlmsg_put_reply(msg, info, &gpupm_family, 0,
				GPUPM_CMD_GPU_GET);
	if (!hdr)
		goto out;
	mutex_lock(&gpupm_gpus_lock);
	err = fill_gpu(msg, gpu, hdr);
	mutex_unlock(&gpupm_gpus_lock);
	if (err)
		goto out;
	err = genlmsg_reply(msg, info);
	msg = NULL;
out:
	nlmsg_free(msg);
	gpupm_gpu_put(gpu);
	return err;
}

/*
 * A dump goes by ids, which only grow: a GPU that comes or goes between two
 * parts of it makes none other be skipped or told twice.
 */
static int gpu_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	u64 *last = (u64 *)cb->ctx;
	struct gpupm_gpu *gpu;
	void *hdr;
	int err = 0;

	BUILD_BUG_ON(sizeof(*last) > sizeof(cb->ctx));
	mutex_lock(&gpupm_gpus_lock);
	cb->seq = gpupm_generation;
	list_for_each_entry(gpu, &gpupm_gpus, node) {
		if (gpu->id <= *last)
			continue;
		err = -EMSGSIZE;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &gpupm_family,
				  NLM_F_MULTI, GPUPM_CMD_GPU_GET);
		if (!hdr)
			break;
		genl_dump_check_consistent(cb, hdr);
		err = fill_gpu(skb, gpu, hdr);
		if (err) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		*last = gpu->id;
	}
	mutex_unlock(&gpupm_gpus_lock);
	/* What does not fit comes with the next part. */
	return err && (err != -EMSGSIZE || !skb->len) ? err : skb->len;
}

static int gpu_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct gpupm_gpu *gpu;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, GPUPM_A_GPU_POLICY)) {
		NL_SET_ERR_MSG(info->extack, "there is nothing to set");
		return -EINVAL;
	}
	gpu = named_gpu(info);
	if (IS_ERR(gpu))
		return PTR_ERR(gpu);
	err = gpupm_set_policy(gpu,
			       nla_get_u32(info->attrs[GPUPM_A_GPU_POLICY]));
	gpupm_gpu_put(gpu);
	return refuse(info, err);
}

static int hold_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct gpupm_gpu *gpu = named_gpu(info);
	int err;

	if (IS_ERR(gpu))
		return PTR_ERR(gpu);
	err = gpupm_hold(gpu, info->snd_portid);
	gpupm_gpu_put(gpu);
	return refuse(info, err);
}

static int release_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct gpupm_gpu *gpu = named_gpu(info);
	int err;

	if (IS_ERR(gpu))
		return PTR_ERR(gpu);
	err = gpupm_release(gpu, info->snd_portid);
	gpupm_gpu_put(gpu);
	return refuse(info, err);
}

/* Where a dump of wakes stands. */
struct wake_cursor {
	u64 gpu;
	u64 wake;
};

static int put_wake(struct sk_buff *skb, const struct gpupm_gpu *gpu,
		    const struct gpupm_wake *wake)
{
	if (nla_put_string(skb, GPUPM_A_WAKE_GPU, gpu->address) ||
	    nla_put_u64_64bit(skb, GPUPM_A_WAKE_AT_MS, wake->at_ms,
			      GPUPM_A_WAKE_PAD) ||
	    nla_put_u32(skb, GPUPM_A_WAKE_FROM, wake->from) ||
	    (wake->device[0] &&
	     nla_put_string(skb, GPUPM_A_WAKE_DEVICE, wake->device)) ||
	    (wake->by.pid &&
	     (nla_put_u32(skb, GPUPM_A_WAKE_PID, wake->by.pid) ||
	      nla_put_string(skb, GPUPM_A_WAKE_COMM, wake->by.comm))))
		return -EMSGSIZE;
	return 0;
}

/* The wake after number @*after, of those still logged; false at the end. */
static bool next_wake(struct gpupm_gpu *gpu, u64 *after,
		      struct gpupm_wake *wake)
{
	bool found = false;

	spin_lock(&gpu->lock);
	if (gpu->wakes.total > GPUPM_WAKE_LOG_LEN)
		*after = max(*after, gpu->wakes.total - GPUPM_WAKE_LOG_LEN);
	if (*after < gpu->wakes.total) {
		*wake = gpu->wakes.log[(*after)++ % GPUPM_WAKE_LOG_LEN];
		found = true;
	}
	spin_unlock(&gpu->lock);
	return found;
}

static int dump_wakes(struct sk_buff *skb, struct netlink_callback *cb,
		      struct gpupm_gpu *gpu, struct wake_cursor *cursor)
{
	struct gpupm_wake wake;
	u64 number = cursor->wake;
	void *hdr;

	while (next_wake(gpu, &number, &wake)) {
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &gpupm_family,
				  NLM_F_MULTI, GPUPM_CMD_WAKE_GET);
		if (!hdr)
			return -EMSGSIZE;
		genl_dump_check_consistent(cb, hdr);
		if (put_wake(skb, gpu, &wake)) {
			genlmsg_cancel(skb, hdr);
			return -EMSGSIZE;
		}
		genlmsg_end(skb, hdr);
		cursor->wake = number;
	}
	return 0;
}

static int wake_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	/* It has passed the policy before the dump began. */
	const struct nlattr *attr = nlmsg_find_attr(cb->nlh, GENL_HDRLEN,
						    GPUPM_A_WAKE_GPU);
	struct wake_cursor *cursor = (struct wake_cursor *)cb->ctx;
	const char *address = attr ? nla_data(attr) : NULL;
	struct gpupm_gpu *gpu;
	bool found = false;

	BUILD_BUG_ON(sizeof(*cursor) > sizeof(cb->ctx));
	mutex_lock(&gpupm_gpus_lock);
	cb->seq = gpupm_generation;
	list_for_each_entry(gpu, &gpupm_gpus, node) {
		if (address && strcmp(address, gpu->address))
			continue;
		found = true;
		if (gpu->id < cursor->gpu)
			continue;
		if (gpu->id > cursor->gpu)
			*cursor = (struct wake_cursor){ .gpu = gpu->id };
		if (dump_wakes(skb, cb, gpu, cursor))
			break;
	}
	mutex_unlock(&gpupm_gpus_lock);
	if (address && !found && !cursor->gpu) {
		NL_SET_ERR_MSG(cb->extack, "no such GPU");
		return -ENODEV;
	}
	return skb->len;
}

static const struct genl_ops gpupm_ops[] = {
	{
		.cmd = GPUPM_CMD_GPU_GET,
		.policy = gpupm_address_policy,
		.maxattr = ARRAY_SIZE(gpupm_address_policy) - 1,
		.doit = gpu_get_doit,
		.dumpit = gpu_get_dumpit,
	},
	{
		.cmd = GPUPM_CMD_GPU_SET,
		.flags = GENL_ADMIN_PERM,
		.policy = gpupm_gpu_policy,
		.maxattr = ARRAY_SIZE(gpupm_gpu_policy) - 1,
		.doit = gpu_set_doit,
	},
	{
		.cmd = GPUPM_CMD_HOLD,
		.flags = GENL_ADMIN_PERM,
		.policy = gpupm_address_policy,
		.maxattr = ARRAY_SIZE(gpupm_address_policy) - 1,
		.doit = hold_doit,
	},
	{
		.cmd = GPUPM_CMD_RELEASE,
		.flags = GENL_ADMIN_PERM,
		.policy = gpupm_address_policy,
		.maxattr = ARRAY_SIZE(gpupm_address_policy) - 1,
		.doit = release_doit,
	},
	{
		.cmd = GPUPM_CMD_WAKE_GET,
		.policy = gpupm_wake_policy,
		.maxattr = ARRAY_SIZE(gpupm_wake_policy) - 1,
		.dumpit = wake_get_dumpit,
	},
	{
		.cmd = GPUPM_CMD_POWER_GET,
		.doit = gpupm_power_get_doit,
	},
};

static const struct genl_multicast_group gpupm_groups[] = {
	[GPUPM_GROUP_GPU] = { .name = GPUPM_MCGRP_GPU },
	[GPUPM_GROUP_POWER] = { .name = GPUPM_MCGRP_POWER },
};

struct genl_family gpupm_family __ro_after_init = {
	.name = GPUPM_FAMILY_NAME,
	.version = GPUPM_FAMILY_VERSION,
	.module = THIS_MODULE,
	.parallel_ops = true,
	.ops = gpupm_ops,
	.n_ops = ARRAY_SIZE(gpupm_ops),
	.resv_start_op = GPUPM_CMD_GPU_GET,
	.mcgrps = gpupm_groups,
	.n_mcgrps = ARRAY_SIZE(gpupm_groups),
};

static int put_event(struct sk_buff *skb, const struct gpupm_event *event)
{
	if (nla_put_string(skb, GPUPM_A_EVENT_GPU, event->gpu) ||
	    nla_put_u32(skb, GPUPM_A_EVENT_CAUSE, event->cause) ||
	    nla_put_u32(skb, GPUPM_A_EVENT_STATE, event->state) ||
	    nla_put_u32(skb, GPUPM_A_EVENT_PREVIOUS, event->previous) ||
	    nla_put_u32(skb, GPUPM_A_EVENT_POLICY, event->policy) ||
	    nla_put_u64_64bit(skb, GPUPM_A_EVENT_AT_NS, event->at,
			      GPUPM_A_EVENT_PAD) ||
	    (event->by.pid &&
	     (nla_put_u32(skb, GPUPM_A_EVENT_PID, event->by.pid) ||
	      nla_put_string(skb, GPUPM_A_EVENT_COMM, event->by.comm))) ||
	    (event->device &&
	     nla_put_string(skb, GPUPM_A_EVENT_DEVICE, event->device)))
		return -EMSGSIZE;
	return 0;
}

/* Under the GPU's spinlock, so that events keep their order. */
static int on_event(struct notifier_block *nb, unsigned long action, void *data)
{
	struct sk_buff *msg;
	void *hdr;

	if (!genl_has_listeners(&gpupm_family, &init_net, GPUPM_GROUP_GPU))
		return NOTIFY_DONE;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!msg)
		goto fail;
	hdr = genlmsg_put(msg, 0, 0, &gpupm_family, 0, GPUPM_CMD_GPU_NTF);
	if (!hdr || put_event(msg, data))
		goto fail;
	genlmsg_end(msg, hdr);
	genlmsg_multicast(&gpupm_family, msg, 0, GPUPM_GROUP_GPU, GFP_ATOMIC);
	return NOTIFY_OK;
fail:
	/* Listeners get ENOBUFS: they know that they missed something. */
	nlmsg_free(msg);
	genl_set_err(&gpupm_family, &init_net, 0, GPUPM_GROUP_GPU, -ENOBUFS);
	return NOTIFY_OK;
}

static struct notifier_block event_notifier = { .notifier_call = on_event };

static int on_netlink(struct notifier_block *nb, unsigned long action,
		      void *data)
{
	struct netlink_notify *notify = data;

	if (action == NETLINK_URELEASE &&
	    notify->protocol == NETLINK_GENERIC &&
	    net_eq(notify->net, &init_net))
		gpupm_release_all(notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_notifier = { .notifier_call = on_netlink };

/**
 * gpupm_netlink_init - register the family
 *
 * Return: 0 or a negative errno.
 */
int gpupm_netlink_init(void)
{
	int err = genl_register_family(&gpupm_family);

	if (err)
		return err;
	netlink_register_notifier(&netlink_notifier);
	gpupm_events_subscribe(&event_notifier);
	return 0;
}

/**
 * gpupm_netlink_exit - unregister the family
 *
 * All GPUs are detached already, so nobody holds any and nothing happens.
 */
void gpupm_netlink_exit(void)
{
	gpupm_events_unsubscribe(&event_notifier);
	netlink_unregister_notifier(&netlink_notifier);
	genl_unregister_family(&gpupm_family);
}
