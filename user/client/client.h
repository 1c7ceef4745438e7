/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_CLIENT_H
#define GPUPM_CLIENT_CLIENT_H

#include "../power/power.h"
#include "gpu.h"
#include "wake.h"

/*
 * The connection to the module. Functions return 0 or a negative errno, and
 * after an error client_error() is a sentence for people. Beside the errno
 * values of <linux/gpupm.h>:
 *
 *   -EPROTONOSUPPORT  the module is not there
 *   -EPROTO           the module speaks another version of the protocol
 *   -EBADMSG          the module sent something that makes no sense
 *   -EOPNOTSUPP       the module is older than the request
 */
struct client;

/**
 * client_open - connect to the module
 * @client: set to the connection, also after an error, for client_error();
 *	close it with client_close()
 *
 * Return: 0 or negative errno.
 */
int client_open(struct client **client);

/** client_close - close the connection, which releases its holds; NULL is fine */
void client_close(struct client *client);

/** client_error - what went wrong last, without a final stop */
const char *client_error(const struct client *client);

/** client_family - the message type of the module's family */
__u16 client_family(const struct client *client);

/** client_group - the number of a multicast group of the family; 0 without it */
__u32 client_group(const struct client *client, const char *name);

/**
 * client_gpus - read every GPU
 * @client: the connection
 * @list: an empty list; free it with gpu_list_free()
 *
 * Return: 0 or negative errno, with @list empty.
 */
int client_gpus(struct client *client, struct gpu_list *list);

/**
 * client_gpu - read one GPU
 * @client: the connection
 * @address: of the GPU
 * @gpu: an object of zeros; free it with gpu_free()
 *
 * Return: 0 or negative errno, with @gpu all zeros.
 */
int client_gpu(struct client *client, const char *address, struct gpu *gpu);

/**
 * client_wakes - read the wake log
 * @client: the connection
 * @address: of a GPU, or NULL for all
 * @list: an empty list; free it with wake_list_free()
 *
 * Return: 0 or negative errno, with @list empty.
 */
int client_wakes(struct client *client, const char *address, struct wake_list *list);

/**
 * client_power - read host power as it is now
 * @client: the connection
 * @power: filled in
 *
 * Return: 0 or negative errno.
 */
int client_power(struct client *client, struct host_power *power);

/** client_set_policy - set the policy of a GPU, as GPUPM_CMD_GPU_SET does */
int client_set_policy(struct client *client, const char *address, __u32 policy);

/** client_hold - hold a GPU until client_release() or client_close() */
int client_hold(struct client *client, const char *address);

/** client_release - end this connection's hold of a GPU */
int client_release(struct client *client, const char *address);

#endif
