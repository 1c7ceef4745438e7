// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel and other programs keep in files: of processes, CPUs, power
 * supplies, devices. Each piece of input is which file, how long, and what is in
 * it. Some are links instead.
 */
#include "fuzz.h"
#include "root.h"

#include "client/process.h"
#include "client/sysfs.h"
#include "cmd/explain.h"
#include "guest/battery.h"
#include "power/power.h"
#include "profile/cpus.h"
#include "profile/topology.h"
#include "show/no_gpu.h"

#include <limits.h>
#include <stdio.h>

#define GPU	"sys/bus/pci/devices/0000:01:00.0"
#define BAT	"sys/class/power_supply/BAT0"
#define CPU	"sys/devices/system/cpu"

/* A '@' in front makes it a link. */
static const char * const files[] = {
	"proc/7/cmdline", "proc/7/comm", "@proc/7/fd/3", "@" GPU "/iommu_group",
	"sys/kernel/iommu_groups/1/name", GPU "/vendor", GPU "/device", GPU "/class",
	"@" GPU "/driver", GPU "/vfio-dev/vfio0/dev", "proc/cmdline", "etc/tlp.conf",
	"sys/module/gpupm/parameters/insist", "sys/class/dmi/id/bios_date",
	BAT "/type", BAT "/scope", BAT "/present", BAT "/status", BAT "/capacity",
	BAT "/energy_now", BAT "/energy_full", BAT "/charge_now", BAT "/charge_full",
	BAT "/charge_full_design", BAT "/power_now", BAT "/current_now", BAT "/voltage_now",
	BAT "/voltage_min_design", BAT "/voltage_max_design", BAT "/cycle_count",
	"sys/class/power_supply/AC/type", "sys/class/power_supply/AC/online",
	CPU "/online", "sys/devices/cpu_core/cpus", "sys/devices/cpu_atom/cpus",
	CPU "/cpu0/cpu_capacity", CPU "/cpu1/cpu_capacity",
	CPU "/cpu0/cpufreq/cpuinfo_max_freq", CPU "/cpu1/cpufreq/cpuinfo_max_freq",
	CPU "/cpu0/acpi_cppc/highest_perf", CPU "/cpu1/acpi_cppc/highest_perf",
};

#define N_FILES	(sizeof(files) / sizeof(*files))

static void check_processes(void)
{
	struct gpu_user user = {};
	char name[128], tiny[4];
	__u32 pids[2];

	process_vm_name(root, 7, name, sizeof(name));
	process_vm_name(root, 7, tiny, sizeof(tiny));
	MUST(!strncmp(name, tiny, sizeof(tiny) - 1));
	if (process_find_opener(root, "0000:01:00.0", &user) == 1)
		MUST(user.pid == 7);
	MUST(process_holders(root, pids, 2) <= 1);
}

static void check_topology(void)
{
	struct topology topology;
	char list[4096];
	cpu_set_t again;

	if (topology_read(root, &topology))
		return;
	CPU_OR(&again, &topology.performance, &topology.efficiency);
	MUST(CPU_EQUAL(&again, &topology.all));
	MUST(CPU_COUNT(&topology.performance) && CPU_COUNT(&topology.efficiency));
	cpus_format(&topology.all, list, sizeof(list));
	MUST(!cpus_parse(list, &again) && CPU_EQUAL(&again, &topology.all));
}

static void check_power(void)
{
	struct host_power power;
	struct battery_sum sum;
	char sys[PATH_MAX];

	snprintf(sys, sizeof(sys), "%s/sys", root);
	MUST(!power_read_sysfs(sys, &power));
	MUST(power.n <= 2);
	for (size_t i = 0; i < power.n; i++)
		MUST(power.supplies[i].capacity <= 100 ||
		     power.supplies[i].capacity == POWER_UNKNOWN32);
	power_sum(&power, &sum);
	MUST(sum.capacity <= 100 || sum.capacity == POWER_UNKNOWN32);
}

/* In every state, and for every reason. */
static void check_explanations(void)
{
	static const struct style plain;
	struct gpu_function function = { .address = "0000:01:00.0", .driver = "vfio-pci" };
	struct gpu_port port = { .address = "0000:00:01.0" };
	struct gpu gpu = {
		.address = "0000:01:00.0",
		.functions = &function, .n_functions = 1, .ports = &port, .n_ports = 1,
	};
	struct explanation e;

	for (__u32 reason = 0; reason <= GPUPM_BLOCKER_MAX; reason++) {
		gpu.state = reason % N_STATES;
		gpu.blocker.reason = reason;
		strcpy(gpu.blocker.device, reason % 2 ? "0000:01:00.0" : "");
		process_find_user(root, &gpu);
		explain(root, &plain, &gpu, &e);
		MUST(harmless(e.summary));
		for (size_t i = 0; i < e.evidence.n; i++)
			MUST(harmless(e.evidence.text[i]));
	}
}

static void check_no_gpu(void)
{
	static const struct style plain;
	static struct names *names;
	char *text = NULL;
	FILE *out;
	size_t n;

	if (!names)
		names = names_open("/dev/null");
	out = open_memstream(&text, &n);
	MUST(names && out);
	no_gpu_show(out, &plain, names, root);
	fclose(out);
	MUST(harmless(text));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[PATH_MAX], line[256];
	FILE *file;
	size_t n;

	root_fill(files, N_FILES, data, size);
	snprintf(path, sizeof(path), "%s/%s", root, files[0]);
	file = fopen(path, "re");
	if (file) {
		n = fread(line, 1, sizeof(line), file);
		fclose(file);
		battery_in_command_line(line, n);
	}
	check_processes();
	check_topology();
	check_power();
	check_explanations();
	check_no_gpu();
	return 0;
}
