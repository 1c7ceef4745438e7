// SPDX-License-Identifier: GPL-2.0-only
#include "gpu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int user_attr(void *object, const struct nlattr *attr, struct malformed *m)
{
	struct gpu_user *user = object;

	(void)m;
	switch (nla_type(attr)) {
	case GPUPM_A_USER_PID:
		return attr_u32(attr, &user->pid);
	case GPUPM_A_USER_COMM:
		return attr_string(attr, user->comm, sizeof(user->comm));
	}
	return 0;
}

static const struct attr_reader user_reader = {
	.what = "a user",
	.one = user_attr,
	.required = ATTR_BIT(GPUPM_A_USER_PID) | ATTR_BIT(GPUPM_A_USER_COMM),
};

static int blocker_attr(void *object, const struct nlattr *attr, struct malformed *m)
{
	struct gpu_blocker *blocker = object;

	(void)m;
	switch (nla_type(attr)) {
	case GPUPM_A_BLOCKER_REASON:
		return attr_u32(attr, &blocker->reason);
	case GPUPM_A_BLOCKER_DEVICE:
		return attr_string(attr, blocker->device, sizeof(blocker->device));
	}
	return 0;
}

static const struct attr_reader blocker_reader = {
	.what = "a blocker",
	.one = blocker_attr,
	.required = ATTR_BIT(GPUPM_A_BLOCKER_REASON),
};

static int function_attr(void *object, const struct nlattr *attr, struct malformed *m)
{
	struct gpu_function *function = object;

	(void)m;
	switch (nla_type(attr)) {
	case GPUPM_A_FUNCTION_ADDRESS:
		return attr_string(attr, function->address, sizeof(function->address));
	case GPUPM_A_FUNCTION_VENDOR:
		return attr_u32(attr, &function->vendor);
	case GPUPM_A_FUNCTION_DEVICE:
		return attr_u32(attr, &function->device);
	case GPUPM_A_FUNCTION_CLASS:
		return attr_u32(attr, &function->class);
	case GPUPM_A_FUNCTION_DRIVER:
		return attr_string(attr, function->driver, sizeof(function->driver));
	case GPUPM_A_FUNCTION_D_STATE:
		return attr_u32(attr, &function->d_state);
	case GPUPM_A_FUNCTION_RUNTIME_STATUS:
		return attr_u32(attr, &function->runtime_status);
	case GPUPM_A_FUNCTION_OPEN:
		return attr_flag(attr, &function->open);
	}
	return 0;
}

static const struct attr_reader function_reader = {
	.what = "a function",
	.one = function_attr,
	.required = ATTR_BIT(GPUPM_A_FUNCTION_ADDRESS) | ATTR_BIT(GPUPM_A_FUNCTION_VENDOR) |
		    ATTR_BIT(GPUPM_A_FUNCTION_DEVICE) | ATTR_BIT(GPUPM_A_FUNCTION_CLASS) |
		    ATTR_BIT(GPUPM_A_FUNCTION_D_STATE) |
		    ATTR_BIT(GPUPM_A_FUNCTION_RUNTIME_STATUS),
};

static int port_attr(void *object, const struct nlattr *attr, struct malformed *m)
{
	struct gpu_port *port = object;

	(void)m;
	switch (nla_type(attr)) {
	case GPUPM_A_PORT_ADDRESS:
		return attr_string(attr, port->address, sizeof(port->address));
	case GPUPM_A_PORT_DRIVER:
		return attr_string(attr, port->driver, sizeof(port->driver));
	case GPUPM_A_PORT_D_STATE:
		return attr_u32(attr, &port->d_state);
	}
	return 0;
}

static const struct attr_reader port_reader = {
	.what = "a port",
	.one = port_attr,
	.required = ATTR_BIT(GPUPM_A_PORT_ADDRESS) | ATTR_BIT(GPUPM_A_PORT_D_STATE),
};

static int time_attr(void *object, const struct nlattr *attr, struct malformed *m)
{
	__u64 *time_ms = object;

	(void)m;
	switch (nla_type(attr)) {
	case GPUPM_A_TIME_OFF:
		return attr_u64(attr, &time_ms[GPUPM_STATE_OFF]);
	case GPUPM_A_TIME_IDLE:
		return attr_u64(attr, &time_ms[GPUPM_STATE_IDLE]);
	case GPUPM_A_TIME_AWAKE:
		return attr_u64(attr, &time_ms[GPUPM_STATE_AWAKE]);
	case GPUPM_A_TIME_IN_USE:
		return attr_u64(attr, &time_ms[GPUPM_STATE_IN_USE]);
	case GPUPM_A_TIME_LOST:
		return attr_u64(attr, &time_ms[GPUPM_STATE_LOST]);
	}
	return 0;
}

static const struct attr_reader time_reader = {
	.what = "the time of a GPU",
	.one = time_attr,
	.required = ATTR_BIT(GPUPM_A_TIME_OFF) | ATTR_BIT(GPUPM_A_TIME_IDLE) |
		    ATTR_BIT(GPUPM_A_TIME_AWAKE) | ATTR_BIT(GPUPM_A_TIME_IN_USE) |
		    ATTR_BIT(GPUPM_A_TIME_LOST),
};

static int add_function(struct gpu *gpu, const struct nlattr *attr, struct malformed *m)
{
	struct gpu_function *functions;

	functions = reallocarray(gpu->functions, gpu->n_functions + 1, sizeof(*functions));
	if (!functions)
		return -ENOMEM;
	gpu->functions = functions;
	memset(&functions[gpu->n_functions], 0, sizeof(*functions));
	return attrs_read_nested(&function_reader, &functions[gpu->n_functions++], attr, m);
}

static int add_port(struct gpu *gpu, const struct nlattr *attr, struct malformed *m)
{
	struct gpu_port *ports;

	ports = reallocarray(gpu->ports, gpu->n_ports + 1, sizeof(*ports));
	if (!ports)
		return -ENOMEM;
	gpu->ports = ports;
	memset(&ports[gpu->n_ports], 0, sizeof(*ports));
	return attrs_read_nested(&port_reader, &ports[gpu->n_ports++], attr, m);
}

static int gpu_attr(void *object, const struct nlattr *attr, struct malformed *m)
{
	struct gpu *gpu = object;

	switch (nla_type(attr)) {
	case GPUPM_A_GPU_ADDRESS:
		return attr_string(attr, gpu->address, sizeof(gpu->address));
	case GPUPM_A_GPU_STATE:
		return attr_u32(attr, &gpu->state);
	case GPUPM_A_GPU_SINCE_MS:
		return attr_u64(attr, &gpu->since_ms);
	case GPUPM_A_GPU_POLICY:
		return attr_u32(attr, &gpu->policy);
	case GPUPM_A_GPU_HOLDS:
		return attr_u32(attr, &gpu->holds);
	case GPUPM_A_GPU_USER:
		return attrs_read_nested(&user_reader, &gpu->user, attr, m);
	case GPUPM_A_GPU_BLOCKER:
		return attrs_read_nested(&blocker_reader, &gpu->blocker, attr, m);
	case GPUPM_A_GPU_FUNCTION:
		return add_function(gpu, attr, m);
	case GPUPM_A_GPU_PORT:
		return add_port(gpu, attr, m);
	case GPUPM_A_GPU_TIME:
		return attrs_read_nested(&time_reader, gpu->time_ms, attr, m);
	case GPUPM_A_GPU_OPENS:
		return attr_u64(attr, &gpu->opens);
	case GPUPM_A_GPU_POWER_CUTS:
		return attr_u64(attr, &gpu->power_cuts);
	case GPUPM_A_GPU_WAKES:
		return attr_u64(attr, &gpu->wakes);
	case GPUPM_A_GPU_FAILURES:
		return attr_u64(attr, &gpu->failures);
	}
	return 0;
}

static const struct attr_reader gpu_reader = {
	.what = "a GPU",
	.one = gpu_attr,
	.required = ATTR_BIT(GPUPM_A_GPU_ADDRESS) | ATTR_BIT(GPUPM_A_GPU_STATE) |
		    ATTR_BIT(GPUPM_A_GPU_SINCE_MS) | ATTR_BIT(GPUPM_A_GPU_POLICY) |
		    ATTR_BIT(GPUPM_A_GPU_HOLDS) | ATTR_BIT(GPUPM_A_GPU_FUNCTION) |
		    ATTR_BIT(GPUPM_A_GPU_TIME) | ATTR_BIT(GPUPM_A_GPU_OPENS) |
		    ATTR_BIT(GPUPM_A_GPU_POWER_CUTS) | ATTR_BIT(GPUPM_A_GPU_WAKES) |
		    ATTR_BIT(GPUPM_A_GPU_FAILURES),
};

int gpu_read(struct gpu *gpu, const struct nlattr *head, int len, struct malformed *m)
{
	return attrs_read(&gpu_reader, gpu, head, len, m);
}

int gpu_list_add(struct gpu_list *list, const struct nlattr *head, int len, struct malformed *m)
{
	struct gpu *gpus;

	gpus = reallocarray(list->gpus, list->n + 1, sizeof(*gpus));
	if (!gpus)
		return -ENOMEM;
	list->gpus = gpus;
	memset(&gpus[list->n], 0, sizeof(*gpus));
	return gpu_read(&gpus[list->n++], head, len, m);
}

void gpu_free(struct gpu *gpu)
{
	free(gpu->functions);
	free(gpu->ports);
	memset(gpu, 0, sizeof(*gpu));
}

void gpu_list_free(struct gpu_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		gpu_free(&list->gpus[i]);
	free(list->gpus);
	memset(list, 0, sizeof(*list));
}

const struct gpu_function *gpu_function(const struct gpu *gpu, const char *address)
{
	for (size_t i = 0; i < gpu->n_functions; i++)
		if (!strcmp(gpu->functions[i].address, address))
			return &gpu->functions[i];
	return NULL;
}

const struct gpu_port *gpu_port(const struct gpu *gpu, const char *address)
{
	for (size_t i = 0; i < gpu->n_ports; i++)
		if (!strcmp(gpu->ports[i].address, address))
			return &gpu->ports[i];
	return NULL;
}

const struct gpu_port *gpu_root_port(const struct gpu *gpu)
{
	return gpu->n_ports ? &gpu->ports[gpu->n_ports - 1] : NULL;
}
