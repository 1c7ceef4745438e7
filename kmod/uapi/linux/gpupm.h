/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * gpupm - power management of GPUs that are passed through to VMs
 *
 * The module speaks generic netlink: family "gpupm", version 1, initial network
 * namespace only. kmod/gpupm.yaml describes the same protocol for YNL.
 *
 * Commands, with what they take (->) and answer (<-):
 *
 * GPUPM_CMD_GPU_GET, do:    -> GPUPM_A_GPU_ADDRESS
 *                           <- one GPU, attributes GPUPM_A_GPU_*
 * GPUPM_CMD_GPU_GET, dump:  <- every GPU, one message each
 * GPUPM_CMD_GPU_SET:        -> GPUPM_A_GPU_ADDRESS, GPUPM_A_GPU_POLICY
 *                           The policy is in force when the answer comes;
 *                           with GPUPM_POLICY_ON the GPU is in D0.
 * GPUPM_CMD_HOLD:           -> GPUPM_A_GPU_ADDRESS
 *                           The GPU is in D0, and every function has answered,
 *                           when the answer comes. One hold per socket and GPU;
 *                           closing the socket releases it.
 * GPUPM_CMD_RELEASE:        -> GPUPM_A_GPU_ADDRESS
 * GPUPM_CMD_WAKE_GET, dump: -> GPUPM_A_WAKE_GPU, or nothing for all GPUs
 *                           <- the last wakes, one message each, oldest first,
 *                           attributes GPUPM_A_WAKE_*
 *
 * GPUPM_CMD_POWER_GET, do:  <- the host's power supplies as they are now, attributes
 *                           GPUPM_A_POWER_*. What this finds changed is
 *                           announced, too.
 *
 * Reading is open to everybody; GPU_SET, HOLD and RELEASE need CAP_NET_ADMIN.
 *
 * Multicast group "gpu" carries GPUPM_CMD_GPU_NTF, attributes GPUPM_A_EVENT_*:
 * one message for each thing that happened, in the order it happened.
 *
 * Multicast group "power" carries GPUPM_CMD_POWER_NTF, attributes GPUPM_A_POWER_*:
 * a whole snapshot whenever it differs from the one before, and never otherwise.
 * Who joins the group first, asks with POWER_GET then, and passes over snapshots
 * with a serial number not above that of the answer misses nothing.
 *
 * Refusals carry an extended-ack message, and:
 *   -EINVAL      an attribute is missing, malformed or unknown
 *   -ERANGE      a value is out of range
 *   -ENODEV      no such GPU
 *   -EPERM       CAP_NET_ADMIN is missing
 *   -EALREADY    HOLD: this socket holds that GPU already
 *   -ENOENT      RELEASE: this socket does not hold that GPU
 *   -EIO         HOLD, GPU_SET: a function did not answer after the wake; the
 *                hold was not taken, the policy was not changed
 *
 * A dump during which a GPU came or went is marked NLM_F_DUMP_INTR: ask again.
 */
#ifndef _UAPI_LINUX_GPUPM_H
#define _UAPI_LINUX_GPUPM_H

#define GPUPM_FAMILY_NAME	"gpupm"
#define GPUPM_FAMILY_VERSION	1
#define GPUPM_MCGRP_GPU		"gpu"
#define GPUPM_MCGRP_POWER	"power"

/**
 * enum gpupm_state - what a GPU is doing
 * @GPUPM_STATE_OFF: all functions and the root port in D3cold, power is cut
 * @GPUPM_STATE_IDLE: suspended, but power is not cut; the blocker says why
 * @GPUPM_STATE_AWAKE: in D0, nobody has it open
 * @GPUPM_STATE_IN_USE: a VM (any VFIO user) has it open
 * @GPUPM_STATE_LOST: it did not answer after a wake
 */
enum gpupm_state {
	GPUPM_STATE_OFF,
	GPUPM_STATE_IDLE,
	GPUPM_STATE_AWAKE,
	GPUPM_STATE_IN_USE,
	GPUPM_STATE_LOST,

	/* private: */
	__GPUPM_STATE_MAX,
	GPUPM_STATE_MAX = __GPUPM_STATE_MAX - 1
};

/**
 * enum gpupm_policy - what to do with a GPU that is free
 * @GPUPM_POLICY_AUTO: cut its power
 * @GPUPM_POLICY_WARM: suspend it to D3hot, never cut its power
 * @GPUPM_POLICY_ON: keep it in D0
 */
enum gpupm_policy {
	GPUPM_POLICY_AUTO,
	GPUPM_POLICY_WARM,
	GPUPM_POLICY_ON,

	/* private: */
	__GPUPM_POLICY_MAX,
	GPUPM_POLICY_MAX = __GPUPM_POLICY_MAX - 1
};

/**
 * enum gpupm_blocker - why a GPU that is free is not off
 * @GPUPM_BLOCKER_FAILED_WAKE: it did not come back from a wake, so its power is
 *	no longer cut; setting a policy clears this. Device: the function
 * @GPUPM_BLOCKER_HOLD: somebody holds it. Device: none
 * @GPUPM_BLOCKER_POLICY: the policy is warm or on. Device: none
 * @GPUPM_BLOCKER_RUNTIME_PM_OFF: runtime PM is turned off (power/control is
 *	"on"). Device: the function or port
 * @GPUPM_BLOCKER_DRIVER: a function is active under a driver other than vfio.
 *	Device: the function
 * @GPUPM_BLOCKER_BUSY: a function is kept active though nobody has it open, as
 *	with vfio-pci's disable_idle_d3. Device: the function
 * @GPUPM_BLOCKER_PORT_BUSY: a port is active because of another device below
 *	it. Device: that device, or the port when none is to be seen
 * @GPUPM_BLOCKER_D3COLD: D3cold is disallowed (d3cold_allowed is 0, a quirk, or
 *	a wake-up source that cannot wake from D3cold). Device: function or port
 * @GPUPM_BLOCKER_BRIDGE_D3: the kernel does not allow D3 for a port (too old,
 *	hotplug without D3 support, pcie_port_pm=off, no driver). Device: port
 * @GPUPM_BLOCKER_POWER_RESOURCE: firmware gives no power resource to cut.
 *	Device: the root port, or the function when there is no port above it
 * @GPUPM_BLOCKER_PLATFORM: everything suspended, yet the platform kept power.
 *	Device: the root port
 */
enum gpupm_blocker {
	GPUPM_BLOCKER_FAILED_WAKE = 1,
	GPUPM_BLOCKER_HOLD,
	GPUPM_BLOCKER_POLICY,
	GPUPM_BLOCKER_RUNTIME_PM_OFF,
	GPUPM_BLOCKER_DRIVER,
	GPUPM_BLOCKER_BUSY,
	GPUPM_BLOCKER_PORT_BUSY,
	GPUPM_BLOCKER_D3COLD,
	GPUPM_BLOCKER_BRIDGE_D3,
	GPUPM_BLOCKER_POWER_RESOURCE,
	GPUPM_BLOCKER_PLATFORM,

	/* private: */
	__GPUPM_BLOCKER_MAX,
	GPUPM_BLOCKER_MAX = __GPUPM_BLOCKER_MAX - 1
};

/**
 * enum gpupm_cause - what an event tells
 * @GPUPM_CAUSE_ATTACHED: the GPU became the module's to manage
 * @GPUPM_CAUSE_DETACHED: it no longer is (unbound, removed, module unloading)
 * @GPUPM_CAUSE_OPENED: a VM opened it. With the process, when known
 * @GPUPM_CAUSE_CLOSED: the VM closed it
 * @GPUPM_CAUSE_WOKEN: it woke. With the process, when known
 * @GPUPM_CAUSE_WAKE: the wake was not on behalf of a VM; it is in the wake log.
 *	With the process, when known. The state does not change with this event
 * @GPUPM_CAUSE_SUSPENDED: all functions suspended
 * @GPUPM_CAUSE_POWER_CUT: the root port reached D3cold
 * @GPUPM_CAUSE_POWER_RESTORED: the root port left D3cold
 * @GPUPM_CAUSE_HELD: a hold was taken. With the process
 * @GPUPM_CAUSE_RELEASED: a hold was released. With the process, when known
 * @GPUPM_CAUSE_POLICY: the policy changed. With the process
 * @GPUPM_CAUSE_RUNTIME_PM_OFF: runtime PM was turned off by somebody else. With
 *	the process, when known, and the device. The state need not change
 * @GPUPM_CAUSE_LOST: a function did not answer after a wake. With the device
 * @GPUPM_CAUSE_RECOVERED: a lost GPU answers again
 */
enum gpupm_cause {
	GPUPM_CAUSE_ATTACHED = 1,
	GPUPM_CAUSE_DETACHED,
	GPUPM_CAUSE_OPENED,
	GPUPM_CAUSE_CLOSED,
	GPUPM_CAUSE_WOKEN,
	GPUPM_CAUSE_WAKE,
	GPUPM_CAUSE_SUSPENDED,
	GPUPM_CAUSE_POWER_CUT,
	GPUPM_CAUSE_POWER_RESTORED,
	GPUPM_CAUSE_HELD,
	GPUPM_CAUSE_RELEASED,
	GPUPM_CAUSE_POLICY,
	GPUPM_CAUSE_RUNTIME_PM_OFF,
	GPUPM_CAUSE_LOST,
	GPUPM_CAUSE_RECOVERED,

	/* private: */
	__GPUPM_CAUSE_MAX,
	GPUPM_CAUSE_MAX = __GPUPM_CAUSE_MAX - 1
};

/**
 * enum gpupm_d_state - the power state of a PCI function or port
 * @GPUPM_D_STATE_D0: on
 * @GPUPM_D_STATE_D1: light sleep
 * @GPUPM_D_STATE_D2: deeper sleep
 * @GPUPM_D_STATE_D3HOT: asleep, power is there
 * @GPUPM_D_STATE_D3COLD: power is cut
 * @GPUPM_D_STATE_UNKNOWN: the kernel does not know
 */
enum gpupm_d_state {
	GPUPM_D_STATE_D0,
	GPUPM_D_STATE_D1,
	GPUPM_D_STATE_D2,
	GPUPM_D_STATE_D3HOT,
	GPUPM_D_STATE_D3COLD,
	GPUPM_D_STATE_UNKNOWN,
};

/**
 * enum gpupm_runtime_status - runtime PM status of a function
 * @GPUPM_RUNTIME_STATUS_ACTIVE: active
 * @GPUPM_RUNTIME_STATUS_RESUMING: on its way up
 * @GPUPM_RUNTIME_STATUS_SUSPENDED: suspended
 * @GPUPM_RUNTIME_STATUS_SUSPENDING: on its way down
 * @GPUPM_RUNTIME_STATUS_UNKNOWN: none of these
 */
enum gpupm_runtime_status {
	GPUPM_RUNTIME_STATUS_ACTIVE,
	GPUPM_RUNTIME_STATUS_RESUMING,
	GPUPM_RUNTIME_STATUS_SUSPENDED,
	GPUPM_RUNTIME_STATUS_SUSPENDING,
	GPUPM_RUNTIME_STATUS_UNKNOWN,
};

/**
 * enum gpupm_on_ac - does the host run on AC
 * @GPUPM_ON_AC_UNKNOWN: no supply tells
 * @GPUPM_ON_AC_NO: it runs on battery
 * @GPUPM_ON_AC_YES: it runs on AC
 *
 * It does when any supply that is no battery is online. Otherwise it does not when
 * an AC adapter is offline or a battery is discharging; what other supplies are
 * offline, as an empty USB-C port is, tells nothing. Without all that it does when
 * there is a battery.
 */
enum gpupm_on_ac {
	GPUPM_ON_AC_UNKNOWN,
	GPUPM_ON_AC_NO,
	GPUPM_ON_AC_YES,
};

/**
 * enum gpupm_supply_type - what a supply is
 * @GPUPM_SUPPLY_TYPE_UNKNOWN: something else
 * @GPUPM_SUPPLY_TYPE_BATTERY: battery of the host
 * @GPUPM_SUPPLY_TYPE_MAINS: AC adapter
 * @GPUPM_SUPPLY_TYPE_USB: power over USB, of any kind
 * @GPUPM_SUPPLY_TYPE_UPS: uninterruptible power supply
 * @GPUPM_SUPPLY_TYPE_WIRELESS: wireless charger
 */
enum gpupm_supply_type {
	GPUPM_SUPPLY_TYPE_UNKNOWN,
	GPUPM_SUPPLY_TYPE_BATTERY,
	GPUPM_SUPPLY_TYPE_MAINS,
	GPUPM_SUPPLY_TYPE_USB,
	GPUPM_SUPPLY_TYPE_UPS,
	GPUPM_SUPPLY_TYPE_WIRELESS,
};

/**
 * enum gpupm_supply_status - what a battery is doing
 * @GPUPM_SUPPLY_STATUS_UNKNOWN: it does not tell
 * @GPUPM_SUPPLY_STATUS_CHARGING: charging
 * @GPUPM_SUPPLY_STATUS_DISCHARGING: discharging
 * @GPUPM_SUPPLY_STATUS_NOT_CHARGING: neither, though not full
 * @GPUPM_SUPPLY_STATUS_FULL: full
 */
enum gpupm_supply_status {
	GPUPM_SUPPLY_STATUS_UNKNOWN,
	GPUPM_SUPPLY_STATUS_CHARGING,
	GPUPM_SUPPLY_STATUS_DISCHARGING,
	GPUPM_SUPPLY_STATUS_NOT_CHARGING,
	GPUPM_SUPPLY_STATUS_FULL,
};

/**
 * enum gpupm_a_gpu - one GPU
 * @GPUPM_A_GPU_PAD: alignment of 64-bit values
 * @GPUPM_A_GPU_ADDRESS: string, PCI address of the display function
 * @GPUPM_A_GPU_STATE: u32, &enum gpupm_state
 * @GPUPM_A_GPU_SINCE_MS: u64, milliseconds since the state began
 * @GPUPM_A_GPU_POLICY: u32, &enum gpupm_policy, the one in force
 * @GPUPM_A_GPU_HOLDS: u32, number of holds
 * @GPUPM_A_GPU_USER: nest, &enum gpupm_a_user, who has it open; only while
 *	in-use, and only when the kernel knows
 * @GPUPM_A_GPU_BLOCKER: nest, &enum gpupm_a_blocker; absent while off or in-use
 * @GPUPM_A_GPU_FUNCTION: nest, &enum gpupm_a_function, once for each function
 * @GPUPM_A_GPU_PORT: nest, &enum gpupm_a_port, once for each port, from the one
 *	next to the functions up to the root port
 * @GPUPM_A_GPU_TIME: nest, &enum gpupm_a_time, time spent in each state
 * @GPUPM_A_GPU_OPENS: u64, times a VM opened it
 * @GPUPM_A_GPU_POWER_CUTS: u64, times its power was cut
 * @GPUPM_A_GPU_WAKES: u64, wakes no VM asked for
 * @GPUPM_A_GPU_FAILURES: u64, times it did not answer after a wake
 */
enum gpupm_a_gpu {
	GPUPM_A_GPU_PAD = 1,
	GPUPM_A_GPU_ADDRESS,
	GPUPM_A_GPU_STATE,
	GPUPM_A_GPU_SINCE_MS,
	GPUPM_A_GPU_POLICY,
	GPUPM_A_GPU_HOLDS,
	GPUPM_A_GPU_USER,
	GPUPM_A_GPU_BLOCKER,
	GPUPM_A_GPU_FUNCTION,
	GPUPM_A_GPU_PORT,
	GPUPM_A_GPU_TIME,
	GPUPM_A_GPU_OPENS,
	GPUPM_A_GPU_POWER_CUTS,
	GPUPM_A_GPU_WAKES,
	GPUPM_A_GPU_FAILURES,

	/* private: */
	__GPUPM_A_GPU_MAX,
	GPUPM_A_GPU_MAX = __GPUPM_A_GPU_MAX - 1
};

/**
 * enum gpupm_a_user - a process
 * @GPUPM_A_USER_PID: u32, process id in the initial PID namespace
 * @GPUPM_A_USER_COMM: string, its name
 */
enum gpupm_a_user {
	GPUPM_A_USER_PID = 1,
	GPUPM_A_USER_COMM,

	/* private: */
	__GPUPM_A_USER_MAX,
	GPUPM_A_USER_MAX = __GPUPM_A_USER_MAX - 1
};

/**
 * enum gpupm_a_blocker - why a GPU is not off
 * @GPUPM_A_BLOCKER_REASON: u32, &enum gpupm_blocker
 * @GPUPM_A_BLOCKER_DEVICE: string, the device at fault, if there is one
 */
enum gpupm_a_blocker {
	GPUPM_A_BLOCKER_REASON = 1,
	GPUPM_A_BLOCKER_DEVICE,

	/* private: */
	__GPUPM_A_BLOCKER_MAX,
	GPUPM_A_BLOCKER_MAX = __GPUPM_A_BLOCKER_MAX - 1
};

/**
 * enum gpupm_a_function - one PCI function of a GPU
 * @GPUPM_A_FUNCTION_ADDRESS: string, PCI address
 * @GPUPM_A_FUNCTION_VENDOR: u32, PCI vendor id
 * @GPUPM_A_FUNCTION_DEVICE: u32, PCI device id
 * @GPUPM_A_FUNCTION_CLASS: u32, PCI class code, 24 bits
 * @GPUPM_A_FUNCTION_DRIVER: string, name of its driver; absent without one
 * @GPUPM_A_FUNCTION_D_STATE: u32, &enum gpupm_d_state
 * @GPUPM_A_FUNCTION_RUNTIME_STATUS: u32, &enum gpupm_runtime_status
 * @GPUPM_A_FUNCTION_OPEN: flag, a VM has this function open
 */
enum gpupm_a_function {
	GPUPM_A_FUNCTION_ADDRESS = 1,
	GPUPM_A_FUNCTION_VENDOR,
	GPUPM_A_FUNCTION_DEVICE,
	GPUPM_A_FUNCTION_CLASS,
	GPUPM_A_FUNCTION_DRIVER,
	GPUPM_A_FUNCTION_D_STATE,
	GPUPM_A_FUNCTION_RUNTIME_STATUS,
	GPUPM_A_FUNCTION_OPEN,

	/* private: */
	__GPUPM_A_FUNCTION_MAX,
	GPUPM_A_FUNCTION_MAX = __GPUPM_A_FUNCTION_MAX - 1
};

/**
 * enum gpupm_a_port - one port above a GPU
 * @GPUPM_A_PORT_ADDRESS: string, PCI address
 * @GPUPM_A_PORT_DRIVER: string, name of its driver; absent without one
 * @GPUPM_A_PORT_D_STATE: u32, &enum gpupm_d_state
 */
enum gpupm_a_port {
	GPUPM_A_PORT_ADDRESS = 1,
	GPUPM_A_PORT_DRIVER,
	GPUPM_A_PORT_D_STATE,

	/* private: */
	__GPUPM_A_PORT_MAX,
	GPUPM_A_PORT_MAX = __GPUPM_A_PORT_MAX - 1
};

/**
 * enum gpupm_a_time - milliseconds in each state since the GPU was attached
 * @GPUPM_A_TIME_PAD: alignment of 64-bit values
 * @GPUPM_A_TIME_OFF: u64
 * @GPUPM_A_TIME_IDLE: u64
 * @GPUPM_A_TIME_AWAKE: u64
 * @GPUPM_A_TIME_IN_USE: u64
 * @GPUPM_A_TIME_LOST: u64
 */
enum gpupm_a_time {
	GPUPM_A_TIME_PAD = 1,
	GPUPM_A_TIME_OFF,
	GPUPM_A_TIME_IDLE,
	GPUPM_A_TIME_AWAKE,
	GPUPM_A_TIME_IN_USE,
	GPUPM_A_TIME_LOST,

	/* private: */
	__GPUPM_A_TIME_MAX,
	GPUPM_A_TIME_MAX = __GPUPM_A_TIME_MAX - 1
};

/**
 * enum gpupm_a_wake - one wake
 * @GPUPM_A_WAKE_PAD: alignment of 64-bit values
 * @GPUPM_A_WAKE_GPU: string, PCI address of the GPU's display function
 * @GPUPM_A_WAKE_AT_MS: u64, when, in milliseconds since the epoch (UTC)
 * @GPUPM_A_WAKE_FROM: u32, &enum gpupm_state, what it was doing: off, idle, or
 *	lost
 * @GPUPM_A_WAKE_DEVICE: string, the function or port that was touched; absent
 *	when the kernel itself woke it
 * @GPUPM_A_WAKE_PID: u32, the process; absent when the kernel itself woke it
 * @GPUPM_A_WAKE_COMM: string, its name; absent when the kernel itself woke it
 */
enum gpupm_a_wake {
	GPUPM_A_WAKE_PAD = 1,
	GPUPM_A_WAKE_GPU,
	GPUPM_A_WAKE_AT_MS,
	GPUPM_A_WAKE_FROM,
	GPUPM_A_WAKE_DEVICE,
	GPUPM_A_WAKE_PID,
	GPUPM_A_WAKE_COMM,

	/* private: */
	__GPUPM_A_WAKE_MAX,
	GPUPM_A_WAKE_MAX = __GPUPM_A_WAKE_MAX - 1
};

/**
 * enum gpupm_a_event - one thing that happened to a GPU
 * @GPUPM_A_EVENT_PAD: alignment of 64-bit values
 * @GPUPM_A_EVENT_GPU: string, PCI address of the GPU's display function
 * @GPUPM_A_EVENT_CAUSE: u32, &enum gpupm_cause
 * @GPUPM_A_EVENT_STATE: u32, &enum gpupm_state after it
 * @GPUPM_A_EVENT_PREVIOUS: u32, &enum gpupm_state before it; the same as
 *	@GPUPM_A_EVENT_STATE when the state did not change
 * @GPUPM_A_EVENT_POLICY: u32, &enum gpupm_policy after it
 * @GPUPM_A_EVENT_AT_NS: u64, when, in nanoseconds of CLOCK_BOOTTIME
 * @GPUPM_A_EVENT_PID: u32, the process behind it, when there is one
 * @GPUPM_A_EVENT_COMM: string, its name
 * @GPUPM_A_EVENT_DEVICE: string, the device it is about, when it is one of
 *	several
 */
enum gpupm_a_event {
	GPUPM_A_EVENT_PAD = 1,
	GPUPM_A_EVENT_GPU,
	GPUPM_A_EVENT_CAUSE,
	GPUPM_A_EVENT_STATE,
	GPUPM_A_EVENT_PREVIOUS,
	GPUPM_A_EVENT_POLICY,
	GPUPM_A_EVENT_AT_NS,
	GPUPM_A_EVENT_PID,
	GPUPM_A_EVENT_COMM,
	GPUPM_A_EVENT_DEVICE,

	/* private: */
	__GPUPM_A_EVENT_MAX,
	GPUPM_A_EVENT_MAX = __GPUPM_A_EVENT_MAX - 1
};

/**
 * enum gpupm_a_power - host power: every supply of the host at one time
 * @GPUPM_A_POWER_PAD: alignment of 64-bit values
 * @GPUPM_A_POWER_SERIAL: u64, number of this snapshot; a later one has a higher
 *	number, and the same one the same
 * @GPUPM_A_POWER_ON_AC: u32, &enum gpupm_on_ac
 * @GPUPM_A_POWER_SUPPLY: nest, &enum gpupm_a_supply, once for each supply, by
 *	name. Supplies of peripherals (scope "device") are left out
 */
enum gpupm_a_power {
	GPUPM_A_POWER_PAD = 1,
	GPUPM_A_POWER_SERIAL,
	GPUPM_A_POWER_ON_AC,
	GPUPM_A_POWER_SUPPLY,

	/* private: */
	__GPUPM_A_POWER_MAX,
	GPUPM_A_POWER_MAX = __GPUPM_A_POWER_MAX - 1
};

/**
 * enum gpupm_a_supply - one power supply; what it does not tell is absent
 * @GPUPM_A_SUPPLY_PAD: alignment of 64-bit values
 * @GPUPM_A_SUPPLY_NAME: string, as in /sys/class/power_supply
 * @GPUPM_A_SUPPLY_TYPE: u32, &enum gpupm_supply_type
 * @GPUPM_A_SUPPLY_ONLINE: u32, 1 when it supplies power, 0 when not; not for
 *	batteries
 * @GPUPM_A_SUPPLY_PRESENT: u32, 0 for a battery that is not there, 1 for one
 *	that is; batteries only. One that is not there tells nothing else
 * @GPUPM_A_SUPPLY_STATUS: u32, &enum gpupm_supply_status; batteries only
 * @GPUPM_A_SUPPLY_CAPACITY: u32, charge in % of full
 * @GPUPM_A_SUPPLY_ENERGY_NOW: u64, charge in uWh
 * @GPUPM_A_SUPPLY_ENERGY_FULL: u64, charge when full, in uWh
 * @GPUPM_A_SUPPLY_ENERGY_DESIGN: u64, charge when full and new, in uWh
 * @GPUPM_A_SUPPLY_POWER: u64, rate of charge or discharge in uW, never negative
 * @GPUPM_A_SUPPLY_VOLTAGE: u64, present voltage in uV
 * @GPUPM_A_SUPPLY_VOLTAGE_DESIGN: u64, design voltage in uV
 * @GPUPM_A_SUPPLY_CYCLES: u32, charge cycles
 *
 * Energies and power of a battery that tells charge and current instead are
 * these times its design voltage, or its present one when it has none.
 */
enum gpupm_a_supply {
	GPUPM_A_SUPPLY_PAD = 1,
	GPUPM_A_SUPPLY_NAME,
	GPUPM_A_SUPPLY_TYPE,
	GPUPM_A_SUPPLY_ONLINE,
	GPUPM_A_SUPPLY_PRESENT,
	GPUPM_A_SUPPLY_STATUS,
	GPUPM_A_SUPPLY_CAPACITY,
	GPUPM_A_SUPPLY_ENERGY_NOW,
	GPUPM_A_SUPPLY_ENERGY_FULL,
	GPUPM_A_SUPPLY_ENERGY_DESIGN,
	GPUPM_A_SUPPLY_POWER,
	GPUPM_A_SUPPLY_VOLTAGE,
	GPUPM_A_SUPPLY_VOLTAGE_DESIGN,
	GPUPM_A_SUPPLY_CYCLES,

	/* private: */
	__GPUPM_A_SUPPLY_MAX,
	GPUPM_A_SUPPLY_MAX = __GPUPM_A_SUPPLY_MAX - 1
};

/**
 * enum gpupm_cmd - commands of the family, see above
 * @GPUPM_CMD_GPU_GET: read one GPU, or all
 * @GPUPM_CMD_GPU_SET: set the policy
 * @GPUPM_CMD_HOLD: keep D0 until released or the socket closes
 * @GPUPM_CMD_RELEASE: undo @GPUPM_CMD_HOLD
 * @GPUPM_CMD_WAKE_GET: read the wake log
 * @GPUPM_CMD_GPU_NTF: an event (multicast only)
 * @GPUPM_CMD_POWER_GET: read host power
 * @GPUPM_CMD_POWER_NTF: host power changed (multicast only)
 */
enum gpupm_cmd {
	GPUPM_CMD_GPU_GET = 1,
	GPUPM_CMD_GPU_SET,
	GPUPM_CMD_HOLD,
	GPUPM_CMD_RELEASE,
	GPUPM_CMD_WAKE_GET,
	GPUPM_CMD_GPU_NTF,
	GPUPM_CMD_POWER_GET,
	GPUPM_CMD_POWER_NTF,

	/* private: */
	__GPUPM_CMD_MAX,
	GPUPM_CMD_MAX = __GPUPM_CMD_MAX - 1
};

#endif /* _UAPI_LINUX_GPUPM_H */
