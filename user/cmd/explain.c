// SPDX-License-Identifier: GPL-2.0-only
#include "../client/process.h"
#include "../client/sysfs.h"
#include "../show/duration.h"
#include "../show/status.h"
#include "../show/text.h"
#include "../show/words.h"
#include "explain.h"

#include <stdarg.h>
#include <string.h>

#define PCI "/sys/bus/pci/devices"

static void __attribute__((format(printf, 2, 3)))
add(struct lines *lines, const char *format, ...)
{
	va_list args;

	if (lines->n == EXPLAIN_LINES)
		return;
	va_start(args, format);
	vsnprintf(lines->text[lines->n++], sizeof(lines->text[0]), format, args);
	va_end(args);
}

/* What explaining needs to know. */
struct context {
	const char *root;
	const struct style *style;
	const struct gpu *gpu;
	const char *device;
	struct explanation *e;
};

/* Evidence: the value of a file of the device at fault. Return: whether it is @value. */
static bool device_file(const struct context *c, const char *file, const char *value)
{
	char text[64];

	if (!sysfs_read(text, sizeof(text), c->root, PCI "/%s/%s", c->device, file))
		return false;
	add(&c->e->evidence, PCI "/%s/%s is %s", c->device, file, text);
	return !strcmp(text, value);
}

/* Evidence: the driver of the device at fault. Return: whether it has one. */
static bool device_driver(const struct context *c)
{
	char raw[NAME_SIZE], driver[NAME_SIZE];
	bool bound = sysfs_link(raw, sizeof(raw), c->root, PCI "/%s/driver", c->device);

	text_clean(c->style, driver, sizeof(driver), raw);
	if (bound)
		add(&c->e->evidence, "the driver of %s is %s", c->device, driver);
	else
		add(&c->e->evidence, "%s has no driver", c->device);
	return bound;
}

static void device_write(const struct context *c, const char *value, const char *file)
{
	add(&c->e->commands, "echo %s | sudo tee " PCI "/%s/%s", value, c->device, file);
}

static void explain_failed_wake(const struct context *c)
{
	char word[WORD_SIZE];

	add(&c->e->evidence, "failures: %llu; policy: %s", c->gpu->failures,
	    word_policy(word, c->gpu->policy));
	add(&c->e->advice, "the kernel log says when: journalctl -k -g gpupm");
	add(&c->e->advice,
	    "setting a policy ends this; auto tries again, warm stays on the safe side");
	add(&c->e->commands, "sudo gpupm policy %s warm", c->gpu->address);
	add(&c->e->commands, "sudo gpupm policy %s auto && sudo gpupm test %s", c->gpu->address,
	    c->gpu->address);
}

static void explain_hold(const struct context *c)
{
	__u32 pids[4];
	size_t n = process_holders(c->root, pids, 4);

	add(&c->e->evidence, "holds: %u", c->gpu->holds);
	for (size_t i = 0; i < n; i++)
		add(&c->e->evidence, "gpupm (pid %u) runs and may be one of them", pids[i]);
	add(&c->e->advice,
	    "a hold ends with the process that has it; gpupm monitor names processes as they take one");
	for (size_t i = 0; i < n; i++)
		add(&c->e->commands, "sudo kill %u", pids[i]);
}

static void explain_policy(const struct context *c)
{
	if (c->gpu->policy == GPUPM_POLICY_WARM)
		add(&c->e->advice, "policy warm suspends it, but never cuts its power");
	else if (c->gpu->policy == GPUPM_POLICY_ON)
		add(&c->e->advice, "policy on keeps it in D0");
	add(&c->e->commands, "sudo gpupm policy %s auto", c->gpu->address);
}

static void explain_runtime_pm_off(const struct context *c)
{
	char insist[8];

	device_file(c, "power/control", "on");
	if (sysfs_exists(c->root, "/etc/tlp.conf"))
		add(&c->e->advice,
		    "TLP turns it off on AC: set RUNTIME_PM_ON_AC=auto in /etc/tlp.conf");
	else
		add(&c->e->advice,
		    "gpupm monitor names the program that turns it off, when it does so again");
	if (sysfs_read(insist, sizeof(insist), c->root, "/sys/module/gpupm/parameters/insist") &&
	    !strcmp(insist, "N"))
		add(&c->e->advice,
		    "the module would turn it on again by itself with its parameter insist=Y");
	device_write(c, "auto", "power/control");
}

static void explain_driver(const struct context *c)
{
	bool bound = device_driver(c);

	device_file(c, "power/runtime_status", "active");
	device_file(c, "power/control", "auto");
	add(&c->e->advice, "stop what uses it, or bind it to vfio-pci like the display function");
	device_write(c, "vfio-pci", "driver_override");
	if (bound)
		add(&c->e->commands, "echo %s | sudo tee " PCI "/%s/driver/unbind", c->device,
		    c->device);
	add(&c->e->commands, "echo %s | sudo tee /sys/bus/pci/drivers_probe", c->device);
	add(&c->e->advice, "at every boot: sudo gpupm bind %s", c->gpu->address);
}

static void explain_busy(const struct context *c)
{
	char value[8];

	device_driver(c);
	device_file(c, "power/runtime_status", "active");
	if (sysfs_read(value, sizeof(value), c->root,
		       "/sys/module/vfio_pci/parameters/disable_idle_d3"))
		add(&c->e->evidence, "/sys/module/vfio_pci/parameters/disable_idle_d3 is %s",
		    value);
	if (!strcmp(value, "Y")) {
		add(&c->e->advice,
		    "vfio-pci was told to keep devices awake; look for disable_idle_d3 in /etc/modprobe.d and on the kernel command line");
		add(&c->e->commands,
		    "echo 'options vfio-pci disable_idle_d3=0' | sudo tee /etc/modprobe.d/vfio-idle.conf");
		add(&c->e->advice, "then reboot, or unload and load vfio-pci");
		return;
	}
	device_file(c, "power/runtime_usage", "0");
	device_file(c, "power/runtime_active_kids", "0");
	add(&c->e->advice,
	    "something in the kernel keeps it active; gpupm wakes shows what touched it last");
}

static void explain_port_busy(const struct context *c)
{
	char driver[NAME_SIZE];

	if (gpu_port(c->gpu, c->device)) {
		device_driver(c);
		device_file(c, "power/runtime_status", "suspended");
		device_file(c, "power/runtime_usage", "0");
		add(&c->e->advice, "the port is kept active, though no device below it is");
		return;
	}
	device_driver(c);
	sysfs_link(driver, sizeof(driver), c->root, PCI "/%s/driver", c->device);
	device_file(c, "power/runtime_status", "active");
	add(&c->e->advice,
	    "%s is no part of the GPU but has its power from the same port: it must suspend too",
	    c->device);
	if (device_file(c, "power/control", "on"))
		device_write(c, "auto", "power/control");
	else if (!strcmp(driver, "pcieport"))
		add(&c->e->advice,
		    "it is a port itself, and something below it is awake; if that is a GPU: gpupm why");
	else
		add(&c->e->advice, "stop what uses it");
}

static void explain_d3cold(const struct context *c)
{
	char value[8];

	if (sysfs_read(value, sizeof(value), c->root, PCI "/%s/d3cold_allowed", c->device) &&
	    !strcmp(value, "0")) {
		device_file(c, "d3cold_allowed", "0");
		device_write(c, "1", "d3cold_allowed");
		return;
	}
	device_file(c, "d3cold_allowed", "1");
	if (device_file(c, "power/wakeup", "enabled")) {
		add(&c->e->advice,
		    "it may wake the machine, and cannot do so from D3cold, so forbid it to");
		device_write(c, "disabled", "power/wakeup");
		return;
	}
	add(&c->e->advice,
	    "the kernel knows this device not to stand D3cold; nothing is to be set, D3hot is as far as it goes");
}

static void explain_bridge_d3(const struct context *c)
{
	char line[2048], raw[32], date[32];

	if (!device_driver(c))
		add(&c->e->advice, "a port without a driver (pcieport) is never suspended");
	if (sysfs_read(line, sizeof(line), c->root, "/proc/cmdline") &&
	    strstr(line, "pcie_port_pm=off")) {
		add(&c->e->evidence, "the kernel command line has pcie_port_pm=off");
		add(&c->e->advice, "remove pcie_port_pm=off from it and reboot");
		return;
	}
	if (sysfs_read(raw, sizeof(raw), c->root, "/sys/class/dmi/id/bios_date")) {
		text_clean(c->style, date, sizeof(date), raw);
		add(&c->e->evidence, "/sys/class/dmi/id/bios_date is %s", date);
	}
	add(&c->e->advice,
	    "the kernel trusts ports with D3 only on machines from 2015 on, and hotplug ports only when firmware says so");
	add(&c->e->advice,
	    "if the machine is known to be fine with it: add pcie_port_pm=force to the kernel command line and reboot");
}

static void explain_power_resource(const struct context *c)
{
	bool node = sysfs_exists(c->root, PCI "/%s/firmware_node", c->device);

	if (!node)
		add(&c->e->evidence, PCI "/%s/firmware_node does not exist", c->device);
	else if (!sysfs_exists(c->root, PCI "/%s/firmware_node/power_resources_D3hot", c->device))
		add(&c->e->evidence, PCI "/%s/firmware_node/power_resources_D3hot does not exist",
		    c->device);
	if (!gpu_root_port(c->gpu))
		add(&c->e->evidence, "there is no port above it");
	add(&c->e->advice, "this machine cannot cut its power: D3hot is as far as it goes");
	add(&c->e->advice,
	    "newer firmware, or its setting for hybrid graphics, may bring one; no command can");
}

static void explain_platform(const struct context *c)
{
	device_file(c, "power_state", "D3cold");
	device_file(c, "firmware_node/power_state", "D3cold");
	add(&c->e->advice,
	    "the power resource may be shared with a device that still needs it, or firmware refused; see journalctl -k");
}

static void explain_blocker(const struct context *c)
{
	sentence_blocker(c->e->summary, sizeof(c->e->summary), c->style, c->gpu);
	switch (c->gpu->blocker.reason) {
	case GPUPM_BLOCKER_FAILED_WAKE:
		return explain_failed_wake(c);
	case GPUPM_BLOCKER_HOLD:
		return explain_hold(c);
	case GPUPM_BLOCKER_POLICY:
		return explain_policy(c);
	case GPUPM_BLOCKER_RUNTIME_PM_OFF:
		return explain_runtime_pm_off(c);
	case GPUPM_BLOCKER_DRIVER:
		return explain_driver(c);
	case GPUPM_BLOCKER_BUSY:
		return explain_busy(c);
	case GPUPM_BLOCKER_PORT_BUSY:
		return explain_port_busy(c);
	case GPUPM_BLOCKER_D3COLD:
		return explain_d3cold(c);
	case GPUPM_BLOCKER_BRIDGE_D3:
		return explain_bridge_d3(c);
	case GPUPM_BLOCKER_POWER_RESOURCE:
		return explain_power_resource(c);
	case GPUPM_BLOCKER_PLATFORM:
		return explain_platform(c);
	default:
		add(&c->e->advice, "this gpupm is older than the module; a newer one knows more");
	}
}

void explain(const char *root, const struct style *style, const struct gpu *gpu,
	     struct explanation *e)
{
	struct context context = {
		.root = root,
		.style = style,
		.gpu = gpu,
		.device = gpu->blocker.device[0] ? gpu->blocker.device : gpu->address,
		.e = e,
	};
	char user[256], since[DURATION_SIZE];

	memset(e, 0, sizeof(*e));
	duration_format(since, gpu->since_ms);
	if (gpu->state == GPUPM_STATE_OFF) {
		snprintf(e->summary, sizeof(e->summary), "power is cut, for %s", since);
	} else if (gpu->state == GPUPM_STATE_IN_USE) {
		snprintf(e->summary, sizeof(e->summary), "by %s, for %s",
			 status_user(user, sizeof(user), style, &gpu->user), since);
		add(&e->advice, "its power is cut when the VM stops");
	} else if (gpu->blocker.reason) {
		explain_blocker(&context);
	} else if (gpu->state == GPUPM_STATE_LOST) {
		snprintf(e->summary, sizeof(e->summary), "it did not answer after a wake");
		add(&e->advice, "the kernel log says more: journalctl -k -g gpupm");
	} else {
		snprintf(e->summary, sizeof(e->summary), "nothing keeps it from being off");
		add(&e->advice, "it is on its way; look again");
	}
}
