// SPDX-License-Identifier: GPL-2.0-only
/* The functions: whether VFIO has each, from when on, and who else wants it. */
#include "../client/sysfs.h"
#include "../machine/cmdline.h"
#include "../machine/drivers.h"
#include "../machine/modprobe.h"
#include "../machine/slot.h"
#include "advice.h"
#include "boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_driver(const struct gpu *gpu, const struct gpu_function *function,
			 struct checks *checks)
{
	if (function_is_vfio(function)) {
		check_add(checks, "driver", function->address, CHECK_OK, "%s has it",
			  function->driver);
		return;
	}
	if (!function->driver[0])
		check_add(checks, "driver", function->address, CHECK_WARNING,
			  "it has no driver: a VM can have it, but its power is not managed");
	else
		check_add(checks, "driver", function->address, CHECK_FAILURE,
			  "%s has it, not vfio-pci", function->driver);
	check_fix(checks, "sudo gpupm bind %s", gpu->address);
}

/* What has another module wait or stay away, for people, or NULL. */
static const char *held_back(const struct boot *boot, const char *module, char *buf, size_t size)
{
	const struct modprobe_line *line = modprobe_bars(&boot->modprobe, module);

	if (!line)
		line = modprobe_waits(&boot->modprobe, module, "vfio-pci");
	if (line) {
		snprintf(buf, size, "%s:%u", line->file, line->line);
		return buf;
	}
	if (cmdline_lists(boot->cmdline, "modprobe.blacklist", module) ||
	    cmdline_lists(boot->cmdline, "module_blacklist", module) ||
	    cmdline_lists(boot->cmdline, "rd.driver.blacklist", module))
		return "the kernel command line";
	return NULL;
}

static bool is_loaded(const struct host *host, const char *module)
{
	char name[64];

	snprintf(name, sizeof(name), "%s", module);
	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	return sysfs_exists(host->root, "/sys/module/%s", name);
}

/* Nothing of modprobe's holds back what is there before the first module. */
static void check_built_in(const struct gpu_function *function, const char *driver,
			   struct checks *checks)
{
	check_add(checks, "competitor", function->address,
		  function_is_vfio(function) ? CHECK_WARNING : CHECK_FAILURE,
		  "%s is built into this kernel, and takes it at boot before vfio-pci can", driver);
	check_fix(checks, "boot a kernel that has %s as a module, as those of distributions do",
		  driver);
}

static void check_competitor(const struct host *host, const struct gpu *gpu,
			     const struct gpu_function *function, const struct boot *boot,
			     const char *module, struct checks *checks)
{
	bool loaded = is_loaded(host, module);
	char where[PATH_MAX + 16];
	const char *held = held_back(boot, module, where, sizeof(where));

	if (held) {
		check_add(checks, "competitor", function->address, CHECK_OK,
			  "%s would take it, but is kept from that by %s", module, held);
		return;
	}
	/* One that has it now is what there is to say; it is the driver's check. */
	check_add(checks, "competitor", function->address,
		  function_is_vfio(function) || module_same(function->driver, module) ?
			  CHECK_WARNING : CHECK_FAILURE,
		  "%s takes it at boot when it comes before vfio-pci%s: it is neither blacklisted nor made to wait",
		  module, loaded ? ", and is loaded" : "");
	check_fix(checks, "sudo gpupm bind %s", gpu->address);
}

static void check_competitors(const struct host *host, const struct gpu *gpu,
			      const struct gpu_function *function, const struct boot *boot,
			      struct checks *checks)
{
	struct drivers drivers;

	if (!drivers_read(host->root, host->release, function->address, &drivers)) {
		check_add(checks, "competitor", function->address, CHECK_CANNOT_TELL,
			  "which modules would take it is not known: no /lib/modules/%s/modules.alias",
			  host->release);
		check_fix(checks, "sudo depmod");
		return;
	}
	for (size_t i = 0; i < drivers.n; i++) {
		if (drivers.built_in[i])
			check_built_in(function, drivers.name[i], checks);
		else
			check_competitor(host, gpu, function, boot, drivers.name[i], checks);
	}
	if (!drivers.n)
		check_add(checks, "competitor", function->address, CHECK_OK,
			  "no other module of this kernel would take it");
}

/* Regions of framebuffers that firmware set up; the kernel's names for them. */
static bool is_framebuffer(const char *name)
{
	static const char * const names[] = {
		"BOOTFB", "efifb", "vesafb", "simplefb", "simpledrm", "simple-framebuffer", "vga16fb",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

/*
 * The name of a framebuffer inside a BAR of a function. /proc/iomem shows what is inside
 * what by spaces in front; without privileges all addresses in it are zero.
 */
static bool find_framebuffer(const char *root, const char *address, char name[64])
{
	char path[PATH_MAX], *line = NULL;
	size_t size = 0, inside = 0;
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/iomem", root);
	file = fopen(path, "re");
	while (!found && file && getline(&line, &size, file) > 0) {
		size_t depth = strspn(line, " ");
		char *text = strstr(line, " : ");

		if (!text)
			continue;
		text += 3;
		text[strcspn(text, "\n")] = '\0';
		if (depth <= inside)
			inside = 0;
		if (inside && is_framebuffer(text)) {
			snprintf(name, 64, "%s", text);
			found = true;
		}
		if (!inside && !strcmp(text, address))
			inside = depth + !depth;
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}

/* Whether somebody has locked what the GPU decodes of VGA: "PCI:0000:01:00.0,...locks=mem(1:0)". */
static bool is_locked(const char *root, const char *address)
{
	char line[1024], *locks;

	return sysfs_read(line, sizeof(line), root, "/dev/vga_arbiter") &&
	       strstr(line, address) && (locks = strstr(line, "locks=")) &&
	       strncmp(locks, "locks=none", strlen("locks=none"));
}

static void check_framebuffer(const struct host *host, const struct gpu_function *function,
			      struct checks *checks)
{
	char name[64], boot_vga[8];

	if (!sysfs_exists(host->root, "/proc/iomem")) {
		check_add(checks, "framebuffer", function->address, CHECK_CANNOT_TELL,
			  "there is no /proc/iomem");
		check_fix(checks, "look into sudo journalctl -k -g 'BAR.*reserve'");
		return;
	}
	sysfs_read(boot_vga, sizeof(boot_vga), host->root, "/sys/bus/pci/devices/%s/boot_vga",
		   function->address);
	if (find_framebuffer(host->root, function->address, name)) {
		check_add(checks, "framebuffer", function->address, CHECK_FAILURE,
			  "the framebuffer that firmware set up holds one of its BARs (%s in /proc/iomem): a VM cannot have that",
			  name);
		fix_cmdline_add(host, checks, "initcall_blacklist=sysfb_init",
				"or have firmware use the other GPU for its display");
	} else if (is_locked(host->root, function->address)) {
		check_add(checks, "framebuffer", function->address, CHECK_FAILURE,
			  "a program has locked its VGA addresses (/dev/vga_arbiter)");
		check_fix(checks, "end what uses it: sudo fuser -v /dev/vga_arbiter");
	} else if (!strcmp(boot_vga, "1")) {
		check_add(checks, "framebuffer", function->address, CHECK_WARNING,
			  "firmware booted with it (boot_vga), so it has VGA's legacy addresses, and its ROM has run: a VM may need a ROM file");
		check_fix(checks, "have firmware use the other GPU for its display, or: sudo gpupm vbios dump %s -o FILE",
			  function->address);
	} else {
		check_add(checks, "framebuffer", function->address, CHECK_OK,
			  "no framebuffer of the host holds a BAR of it, and firmware did not boot with it");
	}
}

static void check_function(const struct host *host, const struct gpu *gpu,
			   const struct gpu_function *function, const struct boot *boot,
			   struct checks *checks)
{
	check_driver(gpu, function, checks);
	check_boot(host, gpu, function, boot, checks);
	check_competitors(host, gpu, function, boot, checks);
	if (function_is_display(function))
		check_framebuffer(host, function, checks);
}

void doctor_functions(const struct host *host, struct checks *checks)
{
	struct boot boot;

	checks->group = "functions";
	if (!host->gpus.n) {
		check_add(checks, "gpu", NULL, CHECK_FAILURE,
			  "there is no display function on the PCI bus (/sys/bus/pci/devices/*/class)");
		check_fix(checks, "turn the GPU on in firmware's setup; if a tool removed it: echo 1 | sudo tee /sys/bus/pci/rescan");
		return;
	}
	cmdline_read(host->root, boot.cmdline);
	modprobe_read(host->root, &boot.modprobe);
	for (size_t i = 0; i < host->gpus.n; i++) {
		const struct gpu *gpu = &host->gpus.gpus[i];

		for (size_t j = 0; j < gpu->n_functions; j++)
			check_function(host, gpu, &gpu->functions[j], &boot, checks);
	}
	modprobe_free(&boot.modprobe);
}
