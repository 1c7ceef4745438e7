// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <linux/netlink.h>
#include <netlink/genl/genl.h>

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void sample_gpu(struct gpu *gpu)
{
	*gpu = (struct gpu){
		.address = "0000:01:00.0",
		.state = GPUPM_STATE_OFF,
		.since_ms = 7980000,
		.policy = GPUPM_POLICY_AUTO,
		.n_functions = 2,
		.n_ports = 1,
		.time_ms = { 21720000, 12000, 1200, 2040000, 0 },
		.opens = 4,
		.power_cuts = 5,
		.wakes = 1,
	};
	gpu->functions = calloc(2, sizeof(*gpu->functions));
	gpu->ports = calloc(1, sizeof(*gpu->ports));
	gpu->functions[0] = (struct gpu_function){
		.address = "0000:01:00.0", .vendor = 0x10de, .device = 0x25a2, .class = 0x030000,
		.driver = "vfio-pci", .d_state = GPUPM_D_STATE_D3COLD,
		.runtime_status = GPUPM_RUNTIME_STATUS_SUSPENDED,
	};
	gpu->functions[1] = (struct gpu_function){
		.address = "0000:01:00.1", .vendor = 0x10de, .device = 0x2291, .class = 0x040300,
		.driver = "snd_hda_intel", .d_state = GPUPM_D_STATE_D3COLD,
		.runtime_status = GPUPM_RUNTIME_STATUS_SUSPENDED,
	};
	gpu->ports[0] = (struct gpu_port){
		.address = "0000:00:01.0", .driver = "pcieport", .d_state = GPUPM_D_STATE_D3COLD,
	};
}

static void put_function(struct nl_msg *msg, const struct gpu_function *function)
{
	struct nlattr *nest = nla_nest_start(msg, GPUPM_A_GPU_FUNCTION);

	nla_put_string(msg, GPUPM_A_FUNCTION_ADDRESS, function->address);
	nla_put_u32(msg, GPUPM_A_FUNCTION_VENDOR, function->vendor);
	nla_put_u32(msg, GPUPM_A_FUNCTION_DEVICE, function->device);
	nla_put_u32(msg, GPUPM_A_FUNCTION_CLASS, function->class);
	if (function->driver[0])
		nla_put_string(msg, GPUPM_A_FUNCTION_DRIVER, function->driver);
	nla_put_u32(msg, GPUPM_A_FUNCTION_D_STATE, function->d_state);
	nla_put_u32(msg, GPUPM_A_FUNCTION_RUNTIME_STATUS, function->runtime_status);
	if (function->open)
		nla_put_flag(msg, GPUPM_A_FUNCTION_OPEN);
	nla_nest_end(msg, nest);
}

static void put_port(struct nl_msg *msg, const struct gpu_port *port)
{
	struct nlattr *nest = nla_nest_start(msg, GPUPM_A_GPU_PORT);

	nla_put_string(msg, GPUPM_A_PORT_ADDRESS, port->address);
	if (port->driver[0])
		nla_put_string(msg, GPUPM_A_PORT_DRIVER, port->driver);
	nla_put_u32(msg, GPUPM_A_PORT_D_STATE, port->d_state);
	nla_nest_end(msg, nest);
}

struct nl_msg *message_gpu(const struct gpu *gpu, int seq)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *nest;

	genlmsg_put(msg, 0, seq, 40, 0, NLM_F_MULTI, GPUPM_CMD_GPU_GET, GPUPM_FAMILY_VERSION);
	nla_put_string(msg, GPUPM_A_GPU_ADDRESS, gpu->address);
	nla_put_u32(msg, GPUPM_A_GPU_STATE, gpu->state);
	nla_put_u64(msg, GPUPM_A_GPU_SINCE_MS, gpu->since_ms);
	nla_put_u32(msg, GPUPM_A_GPU_POLICY, gpu->policy);
	nla_put_u32(msg, GPUPM_A_GPU_HOLDS, gpu->holds);
	if (gpu->user.pid) {
		nest = nla_nest_start(msg, GPUPM_A_GPU_USER);
		nla_put_u32(msg, GPUPM_A_USER_PID, gpu->user.pid);
		nla_put_string(msg, GPUPM_A_USER_COMM, gpu->user.comm);
		nla_nest_end(msg, nest);
	}
	if (gpu->blocker.reason) {
		nest = nla_nest_start(msg, GPUPM_A_GPU_BLOCKER);
		nla_put_u32(msg, GPUPM_A_BLOCKER_REASON, gpu->blocker.reason);
		if (gpu->blocker.device[0])
			nla_put_string(msg, GPUPM_A_BLOCKER_DEVICE, gpu->blocker.device);
		nla_nest_end(msg, nest);
	}
	for (size_t i = 0; i < gpu->n_functions; i++)
		put_function(msg, &gpu->functions[i]);
	for (size_t i = 0; i < gpu->n_ports; i++)
		put_port(msg, &gpu->ports[i]);
	nest = nla_nest_start(msg, GPUPM_A_GPU_TIME);
	for (int i = 0; i < N_STATES; i++)
		nla_put_u64(msg, GPUPM_A_TIME_OFF + i, gpu->time_ms[i]);
	nla_nest_end(msg, nest);
	nla_put_u64(msg, GPUPM_A_GPU_OPENS, gpu->opens);
	nla_put_u64(msg, GPUPM_A_GPU_POWER_CUTS, gpu->power_cuts);
	nla_put_u64(msg, GPUPM_A_GPU_WAKES, gpu->wakes);
	nla_put_u64(msg, GPUPM_A_GPU_FAILURES, gpu->failures);
	return msg;
}

void message_ack(struct nl_msg *msg, int seq, int error, const char *extack)
{
	struct nlmsgerr payload = { .error = error };

	nlmsg_put(msg, 0, seq, NLMSG_ERROR, 0, NLM_F_CAPPED | (extack ? NLM_F_ACK_TLVS : 0));
	nlmsg_append(msg, &payload, sizeof(payload), NLMSG_ALIGNTO);
	if (extack)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, extack);
}

static char root[] = "/tmp/gpupm-unit-XXXXXX";

const char *root_make(void)
{
	strcpy(root + sizeof(root) - 7, "XXXXXX");
	assert_non_null(mkdtemp(root));
	return root;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void root_remove(void)
{
	assert_int_equal(nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static void make_path(char *path, const char *format, va_list args)
{
	int n = snprintf(path, PATH_MAX, "%s", root);

	vsnprintf(path + n, PATH_MAX - n, format, args);
	for (char *slash = strchr(path + n + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

void root_file(const char *content, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;
	FILE *file;

	va_start(args, format);
	make_path(path, format, args);
	va_end(args);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(content, file);
	fclose(file);
}

void root_link(const char *target, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;

	va_start(args, format);
	make_path(path, format, args);
	va_end(args);
	assert_int_equal(symlink(target, path), 0);
}

void assert_golden(const char *text, const char *name)
{
	char path[256], want[16384];
	size_t n;
	FILE *file;

	snprintf(path, sizeof(path), "golden/%s", name);
	if (getenv("GOLDEN_UPDATE")) {
		file = fopen(path, "we");
		assert_non_null(file);
		fputs(text, file);
		fclose(file);
		return;
	}
	file = fopen(path, "re");
	assert_non_null(file);
	n = fread(want, 1, sizeof(want) - 1, file);
	want[n] = '\0';
	fclose(file);
	assert_string_equal(text, want);
}
