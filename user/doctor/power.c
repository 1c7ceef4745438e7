// SPDX-License-Identifier: GPL-2.0-only
/* Power: whether the GPU's can be cut, and what stands against it. */
#include "../client/sysfs.h"
#include "../machine/cmdline.h"
#include "../machine/modprobe.h"
#include "../machine/slot.h"
#include "../show/style.h"
#include "../show/words.h"
#include "advice.h"
#include "fights.h"
#include "host.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCI "/sys/bus/pci/devices"
#define FORCE "only where the machine is known to be fine with it"
#define IDLE_D3 "/sys/module/vfio_pci/parameters/disable_idle_d3"

static const struct gpu *managed(const struct host *host, const struct gpu *gpu)
{
	for (size_t i = 0; host->managed && i < host->managed->n; i++)
		if (slot_has(gpu, host->managed->gpus[i].address))
			return &host->managed->gpus[i];
	return NULL;
}

static void check_resource(const struct host *host, const struct gpu *gpu, struct checks *checks)
{
	const struct gpu_port *port = gpu_root_port(gpu);
	const char *address = port ? port->address : gpu->address;

	if (!port) {
		check_add(checks, "power-resource", address, CHECK_FAILURE,
			  "there is no port above it, so nothing can cut its power");
		check_fix(checks, "nothing can be done: it is a part of the chipset or processor");
		return;
	}
	if (sysfs_exists(host->root, PCI "/%s/firmware_node/power_resources_D3hot", address)) {
		check_add(checks, "power-resource", address, CHECK_OK,
			  "firmware can cut the power of the port above %s (firmware_node/power_resources_D3hot)",
			  gpu->address);
		return;
	}
	check_add(checks, "power-resource", address, CHECK_FAILURE,
		  "firmware has no power resource for the port above %s (no firmware_node/power_resources_D3hot): D3hot is as far as it goes",
		  gpu->address);
	check_fix(checks,
		  "look for newer firmware, or its setting for hybrid graphics; no command can bring one");
}

/* The year of a BIOS date, "04/01/2021"; 0 when it is not known. */
static long bios_year(const char *root)
{
	char date[32];
	const char *slash;

	sysfs_read(date, sizeof(date), root, "/sys/class/dmi/id/bios_date");
	slash = strrchr(date, '/');
	return slash ? strtol(slash + 1, NULL, 10) : 0;
}

/*
 * The kernel does not show what it decided; the module does when it has the GPU. What
 * is here is how it decides.
 */
static void check_port(const struct host *host, const struct gpu *gpu, const char *cmdline,
		       const struct gpu_port *port, struct checks *checks)
{
	const struct gpu *seen = managed(host, gpu);
	char value[16];

	cmdline_get(cmdline, "pcie_port_pm", value, sizeof(value));
	if (strcmp(port->driver, "pcieport")) {
		check_add(checks, "bridge-d3", port->address, CHECK_FAILURE,
			  "the driver of this port above %s is %s, not pcieport: it is never suspended",
			  gpu->address, port->driver[0] ? port->driver : "none");
		check_fix(checks, "echo %s | sudo tee /sys/bus/pci/drivers/pcieport/bind",
			  port->address);
	} else if (!strcmp(value, "off")) {
		check_add(checks, "bridge-d3", port->address, CHECK_FAILURE,
			  "pcie_port_pm=off is on the kernel command line: no port is ever suspended");
		fix_cmdline_remove(host, checks, "pcie_port_pm=off");
	} else if (seen && seen->blocker.reason == GPUPM_BLOCKER_BRIDGE_D3 &&
		   !strcmp(seen->blocker.device, port->address)) {
		check_add(checks, "bridge-d3", port->address, CHECK_FAILURE,
			  "the kernel does not allow this port above %s in D3", gpu->address);
		fix_cmdline_add(host, checks, "pcie_port_pm=force", FORCE);
	} else if (bios_year(host->root) < 2015 && strcmp(value, "force") &&
		   !(seen && seen->state == GPUPM_STATE_OFF)) {
		check_add(checks, "bridge-d3", port->address,
			  bios_year(host->root) ? CHECK_FAILURE : CHECK_CANNOT_TELL,
			  "the kernel trusts ports with D3 on machines from 2015 on; the year in /sys/class/dmi/id/bios_date is %s",
			  bios_year(host->root) ? "before that" : "not known");
		fix_cmdline_add(host, checks, "pcie_port_pm=force", FORCE);
	} else if (!strcmp(value, "force")) {
		check_add(checks, "bridge-d3", port->address, CHECK_OK,
			  "pcie_port_pm=force is on the kernel command line");
	} else {
		check_add(checks, "bridge-d3", port->address, CHECK_OK, "%s",
			  seen ? "the module finds no port that is kept out of D3" :
				 "pcieport has it, and the machine is not too old");
	}
}

/* As the kernel reads it; without a value it is true. */
static bool is_true(const char *value)
{
	return !*value || strchr("1yY", *value) || !strcmp(value, "on");
}

/* The initramfs has a copy. A line that sets nothing more is an error to modprobe. */
static void fix_option(const struct host *host, const struct modprobe_line *line,
		       struct checks *checks)
{
	char again[128];

	advice_initramfs(host, again);
	if (strchr(line->rest, ' '))
		check_fix(checks, "sudo sed -i '%us/disable.idle.d3[^ ]*//' %s%s, then reboot",
			  line->line, line->file, again);
	else
		check_fix(checks, "sudo sed -i '%ud' %s%s, then reboot", line->line, line->file,
			  again);
}

static void check_idle_d3(const struct host *host, const struct modprobe *modprobe,
			  const char *cmdline, struct checks *checks)
{
	const struct modprobe_line *line;
	char now[8], later[16], value[16], boot[64];

	sysfs_read(now, sizeof(now), host->root, IDLE_D3);
	line = modprobe_option(modprobe, "vfio-pci", "disable_idle_d3", later, sizeof(later));
	if (line && !is_true(later))
		line = NULL;
	if (cmdline_get(cmdline, "vfio-pci.disable_idle_d3", value, sizeof(value)) &&
	    is_true(value)) {
		snprintf(boot, sizeof(boot), "vfio-pci.disable_idle_d3%s%s", *value ? "=" : "",
			 value);
		check_add(checks, "disable-idle-d3", NULL, CHECK_FAILURE,
			  "vfio-pci.disable_idle_d3 is on the kernel command line: vfio-pci keeps devices awake");
		fix_cmdline_remove(host, checks, boot);
	} else if (line) {
		check_add(checks, "disable-idle-d3", NULL,
			  strcmp(now, "N") ? CHECK_FAILURE : CHECK_WARNING,
			  "%s:%u has disable_idle_d3: vfio-pci keeps devices awake%s", line->file,
			  line->line, strcmp(now, "N") ? "" : " when it is loaded the next time");
		fix_option(host, line, checks);
	} else if (!strcmp(now, "Y")) {
		check_add(checks, "disable-idle-d3", NULL, CHECK_FAILURE,
			  IDLE_D3 " is Y: vfio-pci keeps devices awake");
		check_fix(checks,
			  "unload and load vfio-pci, or reboot; nothing on the command line or in modprobe.d says so, so somebody loaded it that way");
	} else {
		check_add(checks, "disable-idle-d3", NULL, CHECK_OK, "%s",
			  *now ? IDLE_D3 " is N" :
				 "vfio-pci is not loaded, and nothing in modprobe.d asks for disable_idle_d3");
	}
}

/* A function that is not the VM's, in the slot or below the same root port. */
static void check_sibling(const struct host *host, const struct gpu *gpu,
			  const struct gpu_function *function, struct checks *checks)
{
	const char *driver = function->driver[0] ? function->driver : "no driver";
	const char *address = function->address;
	char control[16], status[16];

	sysfs_read(control, sizeof(control), host->root, PCI "/%s/power/control", address);
	sysfs_read(status, sizeof(status), host->root, PCI "/%s/power/runtime_status", address);
	if (!strcmp(status, "suspended") && !strcmp(control, "auto")) {
		check_add(checks, "sibling", address, CHECK_OK,
			  "it shares its power with %s, and is suspended under %s",
			  gpu->address, driver);
		return;
	}
	if (!*status) {
		check_add(checks, "sibling", address, CHECK_CANNOT_TELL,
			  "power/runtime_status cannot be read");
		check_fix(checks, "cat " PCI "/%s/power/runtime_status", address);
		return;
	}
	if (!strcmp(control, "auto")) {
		check_add(checks, "sibling", address, CHECK_WARNING,
			  "it shares its power with %s, and is %s now under %s", gpu->address,
			  status, driver);
		if (slot_has(gpu, address))
			check_fix(checks, "sudo gpupm bind %s", gpu->address);
		else
			check_fix(checks, "stop what uses it");
		return;
	}
	check_add(checks, "sibling", address, CHECK_FAILURE,
		  "it shares its power with %s, and %s never lets it suspend (power/control is %s)",
		  gpu->address, driver, control);
	if (slot_has(gpu, address))
		check_fix(checks, "sudo gpupm bind %s", gpu->address);
	else
		check_fix(checks, "echo auto | sudo tee " PCI "/%s/power/control", address);
}

/* Whether the real directory of a function is below that of a port. */
static bool is_below(const char *root, const char *address, const char *port)
{
	char target[PATH_MAX], part[ADDRESS_SIZE + 2];

	snprintf(part, sizeof(part), "/%s/", port);
	return sysfs_target(target, root, PCI "/%s", address) && strstr(target, part);
}

static void check_siblings(const struct host *host, const struct gpu *gpu, struct checks *checks)
{
	const struct gpu_port *port = gpu_root_port(gpu);
	struct gpu_function function;
	struct dirent **entries;
	char path[PATH_MAX];
	int n;

	snprintf(path, sizeof(path), "%s" PCI, host->root);
	n = port ? scandir(path, &entries, NULL, alphasort) : -1;
	for (int i = 0; i < n; i++) {
		/* The display function itself is looked at as a function. */
		if (is_below(host->root, entries[i]->d_name, port->address) &&
		    strcmp(entries[i]->d_name, gpu->address) &&
		    function_read(host->root, entries[i]->d_name, &function) &&
		    !function_is_bridge(&function) && !function_is_vfio(&function))
			check_sibling(host, gpu, &function, checks);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

/* What the module sees sums up all the rest. */
static void check_blocker(const struct host *host, const struct gpu *gpu, struct checks *checks)
{
	const struct gpu *seen = managed(host, gpu);
	struct style style = {};
	enum check_result result = CHECK_FAILURE;
	char text[320], state[WORD_SIZE];

	if (!seen) {
		check_add(checks, "blocker", gpu->address, CHECK_CANNOT_TELL,
			  "the module does not have this GPU");
		check_fix(checks, slot_all_vfio(gpu) ? "sudo modprobe gpupm" :
			  "sudo gpupm bind %s, reboot, and sudo modprobe gpupm", gpu->address);
	} else if (seen->blocker.reason) {
		/* Somebody wants these. */
		if (seen->blocker.reason == GPUPM_BLOCKER_POLICY ||
		    seen->blocker.reason == GPUPM_BLOCKER_HOLD)
			result = CHECK_WARNING;
		sentence_blocker(text, sizeof(text), &style, seen);
		check_add(checks, "blocker", gpu->address, result, "its power is not cut: %s",
			  text);
		check_fix(checks, "gpupm why %s", gpu->address);
	} else if (seen->state == GPUPM_STATE_LOST) {
		check_add(checks, "blocker", gpu->address, CHECK_FAILURE,
			  "it did not answer after a wake");
		check_fix(checks, "gpupm why %s", gpu->address);
	} else {
		check_add(checks, "blocker", gpu->address, CHECK_OK,
			  "nothing keeps its power from being cut when no VM uses it (it is %s)",
			  word_state(state, seen->state));
	}
}

void doctor_power(const struct host *host, struct checks *checks)
{
	struct modprobe modprobe;
	char cmdline[CMDLINE_SIZE];

	checks->group = "power";
	cmdline_read(host->root, cmdline);
	modprobe_read(host->root, &modprobe);
	for (size_t i = 0; i < host->gpus.n; i++) {
		const struct gpu *gpu = &host->gpus.gpus[i];

		check_resource(host, gpu, checks);
		for (size_t j = 0; j < gpu->n_ports; j++)
			check_port(host, gpu, cmdline, &gpu->ports[j], checks);
		check_siblings(host, gpu, checks);
		check_blocker(host, gpu, checks);
	}
	check_idle_d3(host, &modprobe, cmdline, checks);
	check_fights(host, checks);
	modprobe_free(&modprobe);
}
