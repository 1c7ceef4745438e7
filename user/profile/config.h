/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_CONFIG_H
#define GPUPM_PROFILE_CONFIG_H

#include "../forward/rule.h"
#include "../guest/report.h"

#include <stdbool.h>
#include <stdio.h>

#define CONFIG_PATH	"/etc/gpupm/gpupm.conf"

/* What holds when the file says nothing else. */
#define CONFIG_SOCKET	"/run/gpupm/guest.sock"
#define CONFIG_GROUP	"kvm"

enum profile_id {
	PROFILE_AC,
	PROFILE_BATTERY,
	N_PROFILES,
};

enum affinity_kind {
	AFFINITY_KEEP,		/* not set */
	AFFINITY_ALL,
	AFFINITY_PERFORMANCE,
	AFFINITY_EFFICIENCY,
	AFFINITY_LIST,
};

/**
 * struct actions - what a profile does; what is not set is left as it is
 * @has_gpu_policy: @gpu_policy is set
 * @gpu_policy: enum gpupm_policy
 * @has_guest_power: @guest_power is set
 * @guest_power: what guests are told
 * @affinity: where vCPUs run
 * @cpus: the CPU list as written, for AFFINITY_LIST
 * @guest_command: argv for the guest agent, ends with NULL; NULL when not set
 * @host_command: argv, ends with NULL; NULL when not set
 * @acpi_table: path of the table that VMs which start get, or "live", "ac" or
 *	"battery" for a built-in one; NULL when not set
 */
struct actions {
	bool has_gpu_policy;
	__u32 gpu_policy;
	bool has_guest_power;
	enum guest_power guest_power;
	enum affinity_kind affinity;
	char *cpus;
	char **guest_command;
	char **host_command;
	char *acpi_table;
};

/**
 * struct vm_config - the sections of a VM
 * @name: of the VM
 * @qmp: path of a QMP socket, or NULL
 * @agent: path of a guest agent's socket, or NULL
 * @forwards: ports of the host that reach it while it runs, or NULL
 * @n_forwards: their number
 * @both: [vm NAME]
 * @actions: [vm NAME ac] and [vm NAME battery]
 */
struct vm_config {
	char *name;
	char *qmp;
	char *agent;
	struct forward *forwards;
	size_t n_forwards;
	struct actions both;
	struct actions actions[N_PROFILES];
};

/**
 * struct config - the configuration file
 * @socket: path of the guests' socket ([daemon] socket)
 * @group: name of the group that may connect ([daemon] group)
 * @profiles: the sections [ac] and [battery]
 * @n_vms: number of VMs
 * @vms: their sections
 */
struct config {
	char *socket;
	char *group;
	struct actions profiles[N_PROFILES];
	size_t n_vms;
	struct vm_config *vms;
};

/**
 * config_read - read a configuration file
 * @path: of the file; NULL for CONFIG_PATH, which need not be there
 * @config: set to the configuration, with defaults for what the file does not
 *	say; free it with config_free() when 0 is returned
 * @errors: gets a line for every mistake: file, line, what is wrong, what is
 *	allowed
 *
 * Return: 0, or a negative errno: -EINVAL after a mistake in the file.
 */
int config_read(const char *path, struct config *config, FILE *errors);

/** config_free - free what a configuration owns */
void config_free(struct config *config);

/** config_vm - the section of a VM, or NULL */
const struct vm_config *config_vm(const struct config *config, const char *name);

/**
 * config_actions - what a VM is set to in a profile
 * @config: the configuration
 * @name: of the VM; "" for one without a name
 * @profile: the profile
 *
 * Each setting is that of [vm NAME PROFILE], else that of [vm NAME], else that of
 * [PROFILE].
 *
 * Return: the settings; their memory stays the configuration's.
 */
struct actions config_actions(const struct config *config, const char *name,
			      enum profile_id profile);

/**
 * config_vm_actions - what its own sections set a VM to in a profile
 *
 * As config_actions(), but without what [PROFILE] says.
 */
struct actions config_vm_actions(const struct vm_config *vm, enum profile_id profile);

/** profile_word - "ac" or "battery" */
const char *profile_word(enum profile_id profile);

#endif
