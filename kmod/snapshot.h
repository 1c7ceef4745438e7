/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_SNAPSHOT_H
#define _GPUPM_SNAPSHOT_H

#include "gpu.h"

/**
 * struct gpupm_function_shot - one function as it was
 * @address: PCI address
 * @driver: name of its driver, or empty
 * @vendor: PCI vendor id
 * @device: PCI device id
 * @class: PCI class code
 * @d_state: &enum gpupm_d_state
 * @runtime_status: &enum gpupm_runtime_status
 * @open: a VFIO user has it open
 */
struct gpupm_function_shot {
	char address[GPUPM_ADDRESS_LEN];
	char driver[GPUPM_DRIVER_LEN];
	u32 vendor;
	u32 device;
	u32 class;
	u32 d_state;
	u32 runtime_status;
	bool open;
};

/**
 * struct gpupm_port_shot - one port as it was
 * @address: PCI address
 * @driver: name of its driver, or empty
 * @d_state: &enum gpupm_d_state
 */
struct gpupm_port_shot {
	char address[GPUPM_ADDRESS_LEN];
	char driver[GPUPM_DRIVER_LEN];
	u32 d_state;
};

/**
 * struct gpupm_snapshot - one GPU as it was at one moment
 * @address: of the display function
 * @state: its state
 * @since_ms: milliseconds since that began
 * @policy: in force
 * @holds: number of holds
 * @user: who has it open, pid 0 when unknown or not in use
 * @blame: the blocker, reason 0 when off, in use, or nothing is in the way
 * @functions: its functions
 * @nfunctions: how many
 * @ports: its ports
 * @nports: how many
 * @time_ms: milliseconds in each state
 * @opens: counter
 * @power_cuts: counter
 * @wakes: counter
 * @failures: counter
 */
struct gpupm_snapshot {
	char address[GPUPM_ADDRESS_LEN];
	enum gpupm_state state;
	u64 since_ms;
	enum gpupm_policy policy;
	u32 holds;
	struct gpupm_process user;
	struct gpupm_blame blame;
	struct gpupm_function_shot functions[GPUPM_MAX_FUNCTIONS];
	unsigned int nfunctions;
	struct gpupm_port_shot ports[GPUPM_MAX_PORTS];
	unsigned int nports;
	u64 time_ms[GPUPM_STATE_MAX + 1];
	u64 opens;
	u64 power_cuts;
	u64 wakes;
	u64 failures;
};

int gpupm_blame_now(struct gpupm_gpu *gpu, struct gpupm_blame *blame);
int gpupm_snapshot(struct gpupm_gpu *gpu, struct gpupm_snapshot *shot);

#endif /* _GPUPM_SNAPSHOT_H */
