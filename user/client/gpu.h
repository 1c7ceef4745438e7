/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_GPU_H
#define GPUPM_CLIENT_GPU_H

#include "attr.h"

#include <linux/gpupm.h>

/* "0000:01:00.0", with room for the long domains of PCI host bridges behind VMD. */
#define ADDRESS_SIZE	24
/* Process and driver names. */
#define NAME_SIZE	64

#define N_STATES	(GPUPM_STATE_MAX + 1)

/**
 * struct gpu_user - the process that has a GPU open
 * @pid: its id; 0 when it is not known
 * @comm: its name
 * @vm: the name of its VM; empty when it does not say
 * @hidden: it is not known because this process may not look for it
 */
struct gpu_user {
	__u32 pid;
	char comm[NAME_SIZE];
	char vm[128];
	bool hidden;
};

/**
 * struct gpu_blocker - why a GPU is not off
 * @reason: enum gpupm_blocker; 0 when nothing keeps it from being off
 * @device: the device at fault; empty when there is none
 */
struct gpu_blocker {
	__u32 reason;
	char device[ADDRESS_SIZE];
};

/** struct gpu_function - one function of a GPU, as in enum gpupm_a_function */
struct gpu_function {
	char address[ADDRESS_SIZE];
	__u32 vendor;
	__u32 device;
	__u32 class;
	char driver[NAME_SIZE];
	__u32 d_state;
	__u32 runtime_status;
	bool open;
};

/** struct gpu_port - one port above a GPU, as in enum gpupm_a_port */
struct gpu_port {
	char address[ADDRESS_SIZE];
	char driver[NAME_SIZE];
	__u32 d_state;
};

/**
 * struct gpu - one GPU, as in enum gpupm_a_gpu
 * @functions: owned; the display function may be any of them
 * @ports: owned; the root port is the last
 * @time_ms: by enum gpupm_state
 */
struct gpu {
	char address[ADDRESS_SIZE];
	__u32 state;
	__u64 since_ms;
	__u32 policy;
	__u32 holds;
	struct gpu_user user;
	struct gpu_blocker blocker;
	struct gpu_function *functions;
	size_t n_functions;
	struct gpu_port *ports;
	size_t n_ports;
	__u64 time_ms[N_STATES];
	__u64 opens;
	__u64 power_cuts;
	__u64 wakes;
	__u64 failures;
};

/** struct gpu_list - any number of GPUs; @gpus is owned */
struct gpu_list {
	struct gpu *gpus;
	size_t n;
};

/**
 * gpu_read - read the attributes of one GPU
 * @gpu: an object of zeros; free it with gpu_free(), also after an error
 * @head: the first attribute
 * @len: bytes of attributes
 * @m: what was wrong, set with -EBADMSG
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int gpu_read(struct gpu *gpu, const struct nlattr *head, int len, struct malformed *m);

/**
 * gpu_list_add - read one more GPU into a list
 * @list: the list; free it with gpu_list_free(), also after an error
 * @head: the first attribute
 * @len: bytes of attributes
 * @m: what was wrong, set with -EBADMSG
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int gpu_list_add(struct gpu_list *list, const struct nlattr *head, int len, struct malformed *m);

/** gpu_free - free what a GPU owns and make it all zeros */
void gpu_free(struct gpu *gpu);

/** gpu_list_free - free what a list owns and make it empty */
void gpu_list_free(struct gpu_list *list);

/** gpu_function - the function of a GPU with this address, or NULL */
const struct gpu_function *gpu_function(const struct gpu *gpu, const char *address);

/** gpu_port - the port of a GPU with this address, or NULL */
const struct gpu_port *gpu_port(const struct gpu *gpu, const char *address);

/** gpu_root_port - the root port of a GPU, or NULL when there is no port above it */
const struct gpu_port *gpu_root_port(const struct gpu *gpu);

#endif
