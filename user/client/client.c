// SPDX-License-Identifier: GPL-2.0-only
#include "client.h"
#include "family.h"
#include "module.h"
#include "netlink.h"
#include "power.h"

#include <netlink/genl/genl.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A dump that was interrupted this often will not get through. */
#define DUMP_TRIES 20

struct client {
	struct nl_sock *sock;
	struct family family;
	char error[512];
};

/* What an answer is read into: one of these is set. */
struct sink {
	struct gpu *gpu;
	struct gpu_list *gpus;
	struct wake_list *wakes;
	struct host_power *power;
};

static int __attribute__((format(printf, 3, 4)))
fail(struct client *client, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(client->error, sizeof(client->error), format, args);
	va_end(args);
	return err;
}

/* Turn what a request returned into a sentence. */
static int explain(struct client *client, int err, const struct reply *reply, const char *doing)
{
	switch (err) {
	case 0:
		return 0;
	case -ENOENT:
		/* The kernel's word for a message type nobody has registered. */
		if (!reply->extack[0])
			return fail(client, -EPROTONOSUPPORT,
				    "the module was unloaded: sudo modprobe gpupm");
		break;
	case -EBADMSG:
		return fail(client, err,
			    "the module's answer makes no sense (%s): module and tool do not fit, install both from the same version",
			    reply->malformed.text[0] ? reply->malformed.text : "wrong shape");
	case -EOPNOTSUPP:
		return fail(client, err,
			    "could not %s: the module is older than this gpupm, install both from the same version",
			    doing);
	case -EPERM:
	case -EACCES:
		return fail(client, -EPERM, "not permitted to %s: try sudo", doing);
	case -ENOBUFS:
	case -ENOMEM:
		return fail(client, err, "could not %s: out of memory", doing);
	}
	return fail(client, err, "could not %s: %s", doing,
		    reply->extack[0] ? reply->extack : strerror(-err));
}

static int take(void *arg, const struct nlattr *head, int len, struct malformed *m)
{
	struct sink *sink = arg;

	if (sink->gpus)
		return gpu_list_add(sink->gpus, head, len, m);
	if (sink->wakes)
		return wake_list_add(sink->wakes, head, len, m);
	if (sink->power)
		return power_read(sink->power, head, len, m);
	gpu_free(sink->gpu);
	return gpu_read(sink->gpu, head, len, m);
}

/* @attr names a GPU with @address; with @policy it is also told what to do. */
static struct nl_msg *request(const struct client *client, __u8 cmd, int flags, int attr,
			      const char *address, const __u32 *policy)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, client->family.id, 0, flags, cmd,
			       GPUPM_FAMILY_VERSION) &&
	    (!address || !nla_put_string(msg, attr, address)) &&
	    (!policy || !nla_put_u32(msg, GPUPM_A_GPU_POLICY, *policy)))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

/* Send @msg, which is used up, and read the answer into @sink. */
static int ask(struct client *client, struct nl_msg *msg, struct sink *sink, bool *interrupted,
	       const char *doing)
{
	struct reply reply = { .family = client->family.id };
	int err = -ENOMEM;

	if (sink) {
		reply.each = take;
		reply.arg = sink;
	}
	if (msg)
		err = netlink_request(client->sock, msg, &reply);
	nlmsg_free(msg);
	if (interrupted)
		*interrupted = reply.interrupted;
	return explain(client, err, &reply, doing);
}

static int dump(struct client *client, __u8 cmd, int attr, const char *address, struct sink *sink,
		const char *doing)
{
	bool interrupted = true;
	int err = 0;

	for (int i = 0; i < DUMP_TRIES && interrupted && !err; i++) {
		if (sink->gpus)
			gpu_list_free(sink->gpus);
		if (sink->wakes)
			wake_list_free(sink->wakes);
		err = ask(client, request(client, cmd, NLM_F_DUMP, attr, address, NULL), sink,
			  &interrupted, doing);
	}
	if (!err && interrupted)
		err = fail(client, -EAGAIN, "could not %s: GPUs keep coming and going", doing);
	if (err && sink->gpus)
		gpu_list_free(sink->gpus);
	if (err && sink->wakes)
		wake_list_free(sink->wakes);
	return err;
}

int client_open(struct client **client)
{
	struct client *c = calloc(1, sizeof(*c));
	struct reply reply = {};
	int err;

	*client = c;
	if (!c)
		return -ENOMEM;
	err = netlink_open(&c->sock);
	if (err)
		return fail(c, err, "could not open a netlink socket: %s", strerror(-err));

	c->family.groups[0].name = GPUPM_MCGRP_GPU;
	c->family.groups[1].name = GPUPM_MCGRP_POWER;
	err = family_lookup(c->sock, GPUPM_FAMILY_NAME, &c->family, &reply);
	if (err == -ENOENT) {
		module_missing("", c->error, sizeof(c->error));
		return -EPROTONOSUPPORT;
	}
	if (err)
		return explain(c, err, &reply, "look for the module");
	if (!module_fits(c->family.version, c->error, sizeof(c->error)))
		return -EPROTO;
	return 0;
}

void client_close(struct client *client)
{
	if (!client)
		return;
	nl_socket_free(client->sock);
	free(client);
}

const char *client_error(const struct client *client)
{
	return client ? client->error : "out of memory";
}

__u16 client_family(const struct client *client)
{
	return client->family.id;
}

__u32 client_group(const struct client *client, const char *name)
{
	for (int i = 0; i < FAMILY_GROUPS; i++)
		if (!strcmp(client->family.groups[i].name, name))
			return client->family.groups[i].id;
	return 0;
}

int client_gpus(struct client *client, struct gpu_list *list)
{
	struct sink sink = { .gpus = list };

	return dump(client, GPUPM_CMD_GPU_GET, 0, NULL, &sink, "read the GPUs");
}

int client_gpu(struct client *client, const char *address, struct gpu *gpu)
{
	struct sink sink = { .gpu = gpu };
	int err;

	err = ask(client, request(client, GPUPM_CMD_GPU_GET, 0, GPUPM_A_GPU_ADDRESS, address, NULL),
		  &sink, NULL, "read the GPU");
	if (err)
		gpu_free(gpu);
	return err;
}

int client_wakes(struct client *client, const char *address, struct wake_list *list)
{
	struct sink sink = { .wakes = list };

	return dump(client, GPUPM_CMD_WAKE_GET, GPUPM_A_WAKE_GPU, address, &sink,
		    "read the wake log");
}

int client_power(struct client *client, struct host_power *power)
{
	struct sink sink = { .power = power };

	return ask(client, request(client, GPUPM_CMD_POWER_GET, 0, 0, NULL, NULL), &sink, NULL,
		   "read host power");
}

int client_set_policy(struct client *client, const char *address, __u32 policy)
{
	return ask(client, request(client, GPUPM_CMD_GPU_SET, NLM_F_ACK, GPUPM_A_GPU_ADDRESS,
				   address, &policy), NULL, NULL, "set the policy");
}

int client_hold(struct client *client, const char *address)
{
	return ask(client, request(client, GPUPM_CMD_HOLD, NLM_F_ACK, GPUPM_A_GPU_ADDRESS, address,
				   NULL), NULL, NULL, "hold the GPU");
}

int client_release(struct client *client, const char *address)
{
	return ask(client, request(client, GPUPM_CMD_RELEASE, NLM_F_ACK, GPUPM_A_GPU_ADDRESS,
				   address, NULL), NULL, NULL, "release the GPU");
}
