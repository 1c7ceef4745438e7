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

void sample_power(struct host_power *power)
{
	*power = (struct host_power){ .serial = 17, .on_ac = GPUPM_ON_AC_NO, .n = 2 };
	supply_init(&power->supplies[0], "AC");
	power->supplies[0].type = GPUPM_SUPPLY_TYPE_MAINS;
	power->supplies[0].online = 0;
	power->supplies[1] = (struct supply){
		.name = "BAT0", .type = GPUPM_SUPPLY_TYPE_BATTERY, .online = POWER_UNKNOWN32,
		.present = 1, .status = GPUPM_SUPPLY_STATUS_DISCHARGING, .capacity = 63,
		.energy_now = 39900000, .energy_full = 63400000, .energy_design = 70000000,
		.power = 18400000, .voltage = 12100000, .voltage_design = 11400000, .cycles = 214,
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

static void put_u32(struct nl_msg *msg, int attr, __u32 value)
{
	if (value != POWER_UNKNOWN32)
		nla_put_u32(msg, attr, value);
}

static void put_u64(struct nl_msg *msg, int attr, __u64 value)
{
	if (value != POWER_UNKNOWN)
		nla_put_u64(msg, attr, value);
}

struct nl_msg *message_power(const struct host_power *power, int seq, __u8 cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, 0, seq, 40, 0, 0, cmd, GPUPM_FAMILY_VERSION);
	nla_put_u64(msg, GPUPM_A_POWER_SERIAL, power->serial);
	nla_put_u32(msg, GPUPM_A_POWER_ON_AC, power->on_ac);
	for (size_t i = 0; i < power->n; i++) {
		const struct supply *supply = &power->supplies[i];
		struct nlattr *nest = nla_nest_start(msg, GPUPM_A_POWER_SUPPLY);

		nla_put_string(msg, GPUPM_A_SUPPLY_NAME, supply->name);
		nla_put_u32(msg, GPUPM_A_SUPPLY_TYPE, supply->type);
		put_u32(msg, GPUPM_A_SUPPLY_ONLINE, supply->online);
		put_u32(msg, GPUPM_A_SUPPLY_PRESENT, supply->present);
		put_u32(msg, GPUPM_A_SUPPLY_STATUS, supply->status);
		put_u32(msg, GPUPM_A_SUPPLY_CAPACITY, supply->capacity);
		put_u64(msg, GPUPM_A_SUPPLY_ENERGY_NOW, supply->energy_now);
		put_u64(msg, GPUPM_A_SUPPLY_ENERGY_FULL, supply->energy_full);
		put_u64(msg, GPUPM_A_SUPPLY_ENERGY_DESIGN, supply->energy_design);
		put_u64(msg, GPUPM_A_SUPPLY_POWER, supply->power);
		put_u64(msg, GPUPM_A_SUPPLY_VOLTAGE, supply->voltage);
		put_u64(msg, GPUPM_A_SUPPLY_VOLTAGE_DESIGN, supply->voltage_design);
		put_u32(msg, GPUPM_A_SUPPLY_CYCLES, supply->cycles);
		nla_nest_end(msg, nest);
	}
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

const char *test_root;

int root_setup(void **state)
{
	(void)state;
	test_root = root_make();
	return 0;
}

int root_teardown(void **state)
{
	(void)state;
	root_remove();
	return 0;
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

void root_bytes(const void *bytes, size_t n, const char *name)
{
	char path[PATH_MAX];
	FILE *file;

	root_file("", "%s", name);
	snprintf(path, sizeof(path), "%s%s", root, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
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

#define DEVICES "/sys/devices/pci0000:00"

void root_device(const char *where, const char *address, const char *class, const char *driver)
{
	char target[512];

	root_file("0x10de\n", DEVICES "%s/%s/vendor", where, address);
	root_file("0x25a2\n", DEVICES "%s/%s/device", where, address);
	root_file(class, DEVICES "%s/%s/class", where, address);
	if (driver) {
		snprintf(target, sizeof(target), "../../../../bus/pci/drivers/%s", driver);
		root_link(target, DEVICES "%s/%s/driver", where, address);
	}
	snprintf(target, sizeof(target), "../../../devices/pci0000:00%s/%s", where, address);
	root_link(target, "/sys/bus/pci/devices/%s", address);
}

void root_group(int group, const char *address)
{
	char target[128];

	snprintf(target, sizeof(target), "../../../kernel/iommu_groups/%d", group);
	root_link(target, "/sys/bus/pci/devices/%s/iommu_group", address);
	root_file("", "/sys/kernel/iommu_groups/%d/devices/%s", group, address);
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
