// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"
#include "words.h"

#include <string.h>

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

static const char * const states[] = {
	[GPUPM_STATE_OFF] = "off",
	[GPUPM_STATE_IDLE] = "idle",
	[GPUPM_STATE_AWAKE] = "awake",
	[GPUPM_STATE_IN_USE] = "in-use",
	[GPUPM_STATE_LOST] = "lost",
};

static const char * const policies[] = {
	[GPUPM_POLICY_AUTO] = "auto",
	[GPUPM_POLICY_WARM] = "warm",
	[GPUPM_POLICY_ON] = "on",
};

static const char * const blockers[] = {
	[GPUPM_BLOCKER_FAILED_WAKE] = "failed-wake",
	[GPUPM_BLOCKER_HOLD] = "hold",
	[GPUPM_BLOCKER_POLICY] = "policy",
	[GPUPM_BLOCKER_RUNTIME_PM_OFF] = "runtime-pm-off",
	[GPUPM_BLOCKER_DRIVER] = "driver",
	[GPUPM_BLOCKER_BUSY] = "busy",
	[GPUPM_BLOCKER_PORT_BUSY] = "port-busy",
	[GPUPM_BLOCKER_D3COLD] = "d3cold",
	[GPUPM_BLOCKER_BRIDGE_D3] = "bridge-d3",
	[GPUPM_BLOCKER_POWER_RESOURCE] = "power-resource",
	[GPUPM_BLOCKER_PLATFORM] = "platform",
};

static const char * const causes[] = {
	[GPUPM_CAUSE_ATTACHED] = "attached",
	[GPUPM_CAUSE_DETACHED] = "detached",
	[GPUPM_CAUSE_OPENED] = "opened",
	[GPUPM_CAUSE_CLOSED] = "closed",
	[GPUPM_CAUSE_WOKEN] = "woken",
	[GPUPM_CAUSE_WAKE] = "wake",
	[GPUPM_CAUSE_SUSPENDED] = "suspended",
	[GPUPM_CAUSE_POWER_CUT] = "power-cut",
	[GPUPM_CAUSE_POWER_RESTORED] = "power-restored",
	[GPUPM_CAUSE_HELD] = "held",
	[GPUPM_CAUSE_RELEASED] = "released",
	[GPUPM_CAUSE_POLICY] = "policy",
	[GPUPM_CAUSE_RUNTIME_PM_OFF] = "runtime-pm-off",
	[GPUPM_CAUSE_LOST] = "lost",
	[GPUPM_CAUSE_RECOVERED] = "recovered",
};

static const char * const d_states[] = {
	[GPUPM_D_STATE_D0] = "D0",
	[GPUPM_D_STATE_D1] = "D1",
	[GPUPM_D_STATE_D2] = "D2",
	[GPUPM_D_STATE_D3HOT] = "D3hot",
	[GPUPM_D_STATE_D3COLD] = "D3cold",
	[GPUPM_D_STATE_UNKNOWN] = "unknown",
};

static const char * const supply_types[] = {
	[GPUPM_SUPPLY_TYPE_UNKNOWN] = "unknown",
	[GPUPM_SUPPLY_TYPE_BATTERY] = "battery",
	[GPUPM_SUPPLY_TYPE_MAINS] = "mains",
	[GPUPM_SUPPLY_TYPE_USB] = "usb",
	[GPUPM_SUPPLY_TYPE_UPS] = "ups",
	[GPUPM_SUPPLY_TYPE_WIRELESS] = "wireless",
};

static const char * const supply_statuses[] = {
	[GPUPM_SUPPLY_STATUS_UNKNOWN] = "unknown",
	[GPUPM_SUPPLY_STATUS_CHARGING] = "charging",
	[GPUPM_SUPPLY_STATUS_DISCHARGING] = "discharging",
	[GPUPM_SUPPLY_STATUS_NOT_CHARGING] = "not-charging",
	[GPUPM_SUPPLY_STATUS_FULL] = "full",
};

static const char *word(char *buf, const char * const *words, size_t n, __u32 number)
{
	if (number < n && words[number])
		snprintf(buf, WORD_SIZE, "%s", words[number]);
	else
		snprintf(buf, WORD_SIZE, "unknown (%u)", number);
	return buf;
}

const char *word_state(char *buf, __u32 state)
{
	return word(buf, states, COUNT(states), state);
}

const char *word_policy(char *buf, __u32 policy)
{
	return word(buf, policies, COUNT(policies), policy);
}

const char *word_blocker(char *buf, __u32 reason)
{
	return word(buf, blockers, COUNT(blockers), reason);
}

const char *word_cause(char *buf, __u32 cause)
{
	return word(buf, causes, COUNT(causes), cause);
}

const char *word_d_state(char *buf, __u32 d_state)
{
	return word(buf, d_states, COUNT(d_states), d_state);
}

const char *word_supply_type(char *buf, __u32 type)
{
	return word(buf, supply_types, COUNT(supply_types), type);
}

const char *word_supply_status(char *buf, __u32 status)
{
	return word(buf, supply_statuses, COUNT(supply_statuses), status);
}

bool policy_from_word(const char *word, __u32 *policy)
{
	for (size_t i = 0; i < COUNT(policies); i++) {
		if (strcmp(policies[i], word))
			continue;
		*policy = i;
		return true;
	}
	return false;
}

enum paint paint_state(__u32 state)
{
	switch (state) {
	case GPUPM_STATE_OFF:
		return PAINT_GREEN;
	case GPUPM_STATE_IDLE:
	case GPUPM_STATE_AWAKE:
		return PAINT_YELLOW;
	case GPUPM_STATE_IN_USE:
		return PAINT_CYAN;
	default:
		return PAINT_RED;
	}
}

const char *sentence_blocker(char *buf, size_t size, const struct style *style,
			     const struct gpu *gpu)
{
	const char *device = gpu->blocker.device[0] ? gpu->blocker.device : "a device";
	const struct gpu_function *function = gpu_function(gpu, gpu->blocker.device);
	char word[WORD_SIZE], driver[NAME_SIZE];

	switch (gpu->blocker.reason) {
	case GPUPM_BLOCKER_FAILED_WAKE:
		snprintf(buf, size, "%s did not come back from a wake, so power is no longer cut",
			 device);
		break;
	case GPUPM_BLOCKER_HOLD:
		if (gpu->holds == 1)
			snprintf(buf, size, "a hold keeps it in D0");
		else
			snprintf(buf, size, "%u holds keep it in D0", gpu->holds);
		break;
	case GPUPM_BLOCKER_POLICY:
		snprintf(buf, size, "its policy is %s", word_policy(word, gpu->policy));
		break;
	case GPUPM_BLOCKER_RUNTIME_PM_OFF:
		snprintf(buf, size, "runtime PM of %s is turned off", device);
		break;
	case GPUPM_BLOCKER_DRIVER:
		text_clean(style, driver, sizeof(driver), function ? function->driver : "");
		snprintf(buf, size, "%s is active under %s", device,
			 driver[0] ? driver : "another driver");
		break;
	case GPUPM_BLOCKER_BUSY:
		snprintf(buf, size, "%s is kept active though no VM has it open", device);
		break;
	case GPUPM_BLOCKER_PORT_BUSY:
		if (gpu_port(gpu, gpu->blocker.device))
			snprintf(buf, size, "port %s is active", device);
		else
			snprintf(buf, size, "%s, below the same port, keeps the port active",
				 device);
		break;
	case GPUPM_BLOCKER_D3COLD:
		snprintf(buf, size, "D3cold is disallowed for %s", device);
		break;
	case GPUPM_BLOCKER_BRIDGE_D3:
		snprintf(buf, size, "the kernel does not allow D3 for port %s", device);
		break;
	case GPUPM_BLOCKER_POWER_RESOURCE:
		snprintf(buf, size, "firmware gives %s no power resource to cut", device);
		break;
	case GPUPM_BLOCKER_PLATFORM:
		snprintf(buf, size, "all is suspended, yet the platform keeps power on at %s",
			 device);
		break;
	default:
		snprintf(buf, size, "%s%s%s", word_blocker(word, gpu->blocker.reason),
			 gpu->blocker.device[0] ? " at " : "", gpu->blocker.device);
	}
	return buf;
}

const char *sentence_cause(char *buf, size_t size, const struct style *style,
			   const struct event *event)
{
	char word[WORD_SIZE], comm[NAME_SIZE], who[NAME_SIZE + 32] = "";
	const char *device = event->device[0] ? event->device : "a device";

	text_clean(style, comm, sizeof(comm), event->comm);
	if (event->pid)
		snprintf(who, sizeof(who), " by %s (pid %u)", comm, event->pid);

	switch (event->cause) {
	case GPUPM_CAUSE_ATTACHED:
		snprintf(buf, size, "attached");
		break;
	case GPUPM_CAUSE_DETACHED:
		snprintf(buf, size, "detached");
		break;
	case GPUPM_CAUSE_OPENED:
		snprintf(buf, size, "opened%s", event->pid ? who : " by a VM");
		break;
	case GPUPM_CAUSE_CLOSED:
		snprintf(buf, size, "closed%s", who);
		break;
	case GPUPM_CAUSE_WOKEN:
		snprintf(buf, size, "woken%s", who);
		break;
	case GPUPM_CAUSE_WAKE:
		snprintf(buf, size, "a wake%s, not for a VM", event->pid ? who : " by the kernel");
		break;
	case GPUPM_CAUSE_SUSPENDED:
		snprintf(buf, size, "all functions suspended");
		break;
	case GPUPM_CAUSE_POWER_CUT:
		snprintf(buf, size, "power cut");
		break;
	case GPUPM_CAUSE_POWER_RESTORED:
		snprintf(buf, size, "power restored%s", who);
		break;
	case GPUPM_CAUSE_HELD:
		snprintf(buf, size, "held%s", who);
		break;
	case GPUPM_CAUSE_RELEASED:
		snprintf(buf, size, "hold released%s", who);
		break;
	case GPUPM_CAUSE_POLICY:
		snprintf(buf, size, "policy set to %s%s", word_policy(word, event->policy), who);
		break;
	case GPUPM_CAUSE_RUNTIME_PM_OFF:
		snprintf(buf, size, "runtime PM of %s turned off%s", device, who);
		break;
	case GPUPM_CAUSE_LOST:
		snprintf(buf, size, "%s did not answer after a wake", device);
		break;
	case GPUPM_CAUSE_RECOVERED:
		snprintf(buf, size, "answers again");
		break;
	default:
		snprintf(buf, size, "%s%s", word_cause(word, event->cause), who);
	}
	return buf;
}
