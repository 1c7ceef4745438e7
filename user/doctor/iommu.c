// SPDX-License-Identifier: GPL-2.0-only
/* Virtualisation and IOMMU: whether a device can be given to a VM at all. */
#include "../client/sysfs.h"
#include "../machine/cmdline.h"
#include "../machine/group.h"
#include "../machine/slot.h"
#include "advice.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What keeps other PCI functions out of a VM's way, by who made the processor. */
struct maker {
	const char *cpu_flag;
	const char *virtualisation;
	const char *kvm;
	const char *iommu;
	const char *acpi_table;
	const char *parameter;
};

static const struct maker intel = {
	.cpu_flag = "vmx", .virtualisation = "Intel VT-x", .kvm = "kvm_intel",
	.iommu = "VT-d", .acpi_table = "DMAR", .parameter = "intel_iommu",
};

static const struct maker amd = {
	.cpu_flag = "svm", .virtualisation = "AMD-V", .kvm = "kvm_amd",
	.iommu = "AMD-Vi", .acpi_table = "IVRS", .parameter = "amd_iommu",
};

/* Whether a line of /proc/cpuinfo, "flags : fpu vme", has a word. */
static bool has_word(const char *line, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = line; (at = strstr(at, word)); at += n)
		if (at > line && strchr(" \t", at[-1]) && strchr(" \t\n", at[n]))
			return true;
	return false;
}

struct processor {
	bool known;
	bool virtualises;
	const struct maker *maker;
};

static void read_processor(const char *root, struct processor *processor)
{
	char path[PATH_MAX], *line = NULL;
	size_t size = 0;
	FILE *file;

	memset(processor, 0, sizeof(*processor));
	snprintf(path, sizeof(path), "%s/proc/cpuinfo", root);
	file = fopen(path, "re");
	while (file && getline(&line, &size, file) > 0) {
		if (!strncmp(line, "vendor_id", strlen("vendor_id")))
			processor->maker = strstr(line, "GenuineIntel") ? &intel : &amd;
		if (strncmp(line, "flags", strlen("flags")))
			continue;
		processor->known = true;
		processor->virtualises = has_word(line, "vmx") || has_word(line, "svm");
		/* A VM's processor may be said to be anybody's. */
		if (processor->virtualises)
			processor->maker = has_word(line, "vmx") ? &intel : &amd;
		break;
	}
	if (file)
		fclose(file);
	free(line);
	if (!processor->maker)
		processor->known = false;
}

static void check_virtualisation(const struct host *host, const struct processor *processor,
				 struct checks *checks)
{
	const struct maker *maker = processor->maker;
	bool kvm = sysfs_exists(host->root, "/dev/kvm");

	if (!processor->known) {
		check_add(checks, "virtualisation", NULL, CHECK_CANNOT_TELL,
			  "/proc/cpuinfo does not say what the processor can do");
		check_fix(checks, "look into firmware's setup for virtualisation");
	} else if (!processor->virtualises) {
		check_add(checks, "virtualisation", NULL, CHECK_FAILURE,
			  "no %s in the flags of /proc/cpuinfo", maker->cpu_flag);
		check_fix(checks, "turn on %s (also: SVM, VMX, virtualization) in firmware's setup",
			  maker->virtualisation);
	} else if (!kvm) {
		check_add(checks, "virtualisation", NULL, CHECK_FAILURE,
			  "the processor has %s, but there is no /dev/kvm", maker->cpu_flag);
		check_fix(checks,
			  "sudo modprobe %s; if that is refused, turn on %s in firmware's setup",
			  maker->kvm, maker->virtualisation);
	} else {
		check_add(checks, "virtualisation", NULL, CHECK_OK,
			  "%s in the flags of /proc/cpuinfo, and there is /dev/kvm",
			  maker->cpu_flag);
	}
}

static size_t count_entries(const char *root, const char *directory)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	size_t n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s%s", root, directory);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

/* The word on the command line that turns the IOMMU off, or NULL. */
static const char *turned_off(const char *cmdline)
{
	static const char * const words[][2] = {
		{ "intel_iommu", "off" }, { "amd_iommu", "off" }, { "iommu", "off" },
	};
	static char found[32];

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (cmdline_lists(cmdline, words[i][0], words[i][1])) {
			snprintf(found, sizeof(found), "%s=%s", words[i][0], words[i][1]);
			return found;
		}
	return NULL;
}

static bool check_on(const struct host *host, const struct processor *processor,
		     const char *cmdline, struct checks *checks)
{
	size_t groups = count_entries(host->root, "/sys/kernel/iommu_groups");
	const struct maker *maker = processor->maker ?: &intel;
	const char *off = turned_off(cmdline);
	char value[64];

	if (groups) {
		check_add(checks, "iommu", NULL, CHECK_OK,
			  "there are %zu groups in /sys/kernel/iommu_groups", groups);
		return true;
	}
	if (off) {
		check_add(checks, "iommu", NULL, CHECK_FAILURE,
			  "/sys/kernel/iommu_groups is empty, and %s is on the kernel command line",
			  off);
		fix_cmdline_remove(host, checks, off);
	} else if (!sysfs_exists(host->root, "/sys/firmware/acpi/tables/%s", maker->acpi_table)) {
		check_add(checks, "iommu", NULL, CHECK_FAILURE,
			  "/sys/kernel/iommu_groups is empty, and firmware describes no IOMMU (no ACPI table %s)",
			  maker->acpi_table);
		check_fix(checks, "turn on %s (also: IOMMU) in firmware's setup", maker->iommu);
	} else if (maker == &intel && !cmdline_get(cmdline, "intel_iommu", value, sizeof(value))) {
		check_add(checks, "iommu", NULL, CHECK_FAILURE,
			  "/sys/kernel/iommu_groups is empty, and the kernel was not told to use the IOMMU that ACPI table DMAR describes");
		fix_cmdline_add(host, checks, "intel_iommu=on", NULL);
	} else {
		check_add(checks, "iommu", NULL, CHECK_FAILURE,
			  "/sys/kernel/iommu_groups is empty, though firmware describes an IOMMU (ACPI table %s)",
			  maker->acpi_table);
		check_fix(checks, "see what the kernel says of it: sudo journalctl -k -g '%s'",
			  maker == &intel ? "DMAR" : "AMD-Vi");
	}
	return false;
}

/* Chips whose interrupts are remapped have names with IR- in front. */
static void check_remapping(const struct host *host, const char *cmdline, struct checks *checks)
{
	char path[PATH_MAX], unsafe[8], *line = NULL;
	bool remapped = false;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/interrupts", host->root);
	file = fopen(path, "re");
	if (!file) {
		check_add(checks, "interrupt-remapping", NULL, CHECK_CANNOT_TELL,
			  "/proc/interrupts cannot be read");
		check_fix(checks, "see what the kernel says: sudo journalctl -k -g remapping");
		return;
	}
	while (!remapped && getline(&line, &size, file) > 0)
		remapped = strstr(line, " IR-");
	free(line);
	fclose(file);
	if (remapped) {
		check_add(checks, "interrupt-remapping", NULL, CHECK_OK,
			  "/proc/interrupts has interrupts that are remapped (IR-)");
		return;
	}
	sysfs_read(unsafe, sizeof(unsafe), host->root,
		   "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts");
	if (!strcmp(unsafe, "Y")) {
		check_add(checks, "interrupt-remapping", NULL, CHECK_WARNING,
			  "it is off, and vfio_iommu_type1 was told to do without (allow_unsafe_interrupts=Y): a guest can send the host any interrupt");
		check_fix(checks,
			  "turn on interrupt remapping (also: x2APIC) in firmware's setup, or trust the guest");
		return;
	}
	check_add(checks, "interrupt-remapping", NULL, CHECK_FAILURE,
		  "no interrupt in /proc/interrupts is remapped (IR-): VFIO refuses devices then");
	if (cmdline_lists(cmdline, "intremap", "off"))
		fix_cmdline_remove(host, checks, "intremap=off");
	else if (cmdline_get(cmdline, "nointremap", unsafe, sizeof(unsafe)))
		fix_cmdline_remove(host, checks, "nointremap");
	else
		check_fix(checks,
			  "turn on interrupt remapping (also: x2APIC) in firmware's setup; for guests that are trusted: echo 'options vfio_iommu_type1 allow_unsafe_interrupts=1' | sudo tee /etc/modprobe.d/vfio-unsafe.conf, and reboot");
}

/* How many groups the host's own devices use without translation. */
static void count_types(const char *root, size_t *direct, size_t *translated)
{
	const struct dirent *entry;
	char path[PATH_MAX], type[32];
	DIR *dir;

	*direct = 0;
	*translated = 0;
	snprintf(path, sizeof(path), "%s/sys/kernel/iommu_groups", root);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (!sysfs_read(type, sizeof(type), root, "/sys/kernel/iommu_groups/%s/type",
				entry->d_name))
			continue;
		*direct += !strcmp(type, "identity");
		*translated += !strncmp(type, "DMA", 3);
	}
	if (dir)
		closedir(dir);
}

static void check_passthrough(const struct host *host, struct checks *checks)
{
	size_t direct, translated;

	count_types(host->root, &direct, &translated);
	if (!direct && !translated) {
		check_add(checks, "iommu-pt", NULL, CHECK_CANNOT_TELL,
			  "the kernel does not say how it uses the groups (/sys/kernel/iommu_groups/*/type)");
		check_fix(checks, "see what it says: sudo journalctl -k -g 'Default domain type'");
	} else if (translated > direct) {
		check_add(checks, "iommu-pt", NULL, CHECK_WARNING,
			  "the host's own devices go through the IOMMU, too (type of %zu groups of %zu), which costs time",
			  translated, direct + translated);
		fix_cmdline_add(host, checks, "iommu=pt", NULL);
	} else {
		check_add(checks, "iommu-pt", NULL, CHECK_OK,
			  "the host's own devices go past the IOMMU (type of %zu groups of %zu)",
			  direct, direct + translated);
	}
}

static void check_member(const struct gpu *gpu, const struct group *group,
			 const struct gpu_function *member, struct checks *checks)
{
	enum group_role role = group_role(gpu, member);

	if (role == GROUP_TAKEN) {
		check_add(checks, "group", member->address, CHECK_WARNING,
			  "it is in group %u with %s (driver: %s): the host cannot use it while a VM has the GPU",
			  group->number, gpu->address,
			  member->driver[0] ? member->driver : "none");
		check_fix(checks,
			  "nothing, if the host can do without it; newer firmware may have smaller groups");
	} else if (role == GROUP_IN_THE_WAY) {
		check_add(checks, "group", member->address, CHECK_FAILURE,
			  "it is in group %u with %s, and %s has it: no VM can have the GPU",
			  group->number, gpu->address, member->driver);
		check_fix(checks,
			  "echo vfio-pci | sudo tee /sys/bus/pci/devices/%s/driver_override && echo %s | sudo tee /sys/bus/pci/devices/%s/driver/unbind; that holds until the next boot, and is only for what the host can do without; newer firmware may have smaller groups",
			  member->address, member->address, member->address);
	}
}

/* Whether one of the functions before @i has the same group. */
static bool group_seen(const char *root, const struct gpu *gpu, size_t i, unsigned int number)
{
	char link[16];

	for (size_t j = 0; j < i; j++)
		if (sysfs_link(link, sizeof(link), root, "/sys/bus/pci/devices/%s/iommu_group",
			       gpu->functions[j].address) &&
		    strtoul(link, NULL, 10) == number)
			return true;
	return false;
}

static void check_groups(const struct host *host, const struct gpu *gpu, struct checks *checks)
{
	size_t before = checks->n;
	struct group group;
	char numbers[64] = "";

	for (size_t i = 0; i < gpu->n_functions; i++) {
		size_t n = strlen(numbers);

		if (group_read(host->root, gpu->functions[i].address, &group)) {
			check_add(checks, "group", gpu->functions[i].address, CHECK_FAILURE,
				  "it is in no IOMMU group, though others are");
			check_fix(checks,
				  "see what the kernel says: sudo journalctl -k -g 'iommu|DMAR|AMD-Vi'");
			group_free(&group);
			continue;
		}
		if (!group_seen(host->root, gpu, i, group.number)) {
			for (size_t j = 0; j < group.n; j++)
				check_member(gpu, &group, &group.members[j], checks);
			snprintf(numbers + n, sizeof(numbers) - n, "%s%u", n ? ", " : "",
				 group.number);
		}
		group_free(&group);
	}
	if (checks->n == before)
		check_add(checks, "group", gpu->address, CHECK_OK,
			  "nothing else that matters is in group %s", numbers);
}

void doctor_iommu(const struct host *host, struct checks *checks)
{
	struct processor processor;
	char cmdline[CMDLINE_SIZE];

	checks->group = "iommu";
	cmdline_read(host->root, cmdline);
	read_processor(host->root, &processor);
	check_virtualisation(host, &processor, checks);
	if (!check_on(host, &processor, cmdline, checks))
		return;
	check_remapping(host, cmdline, checks);
	check_passthrough(host, checks);
	for (size_t i = 0; i < host->gpus.n; i++)
		check_groups(host, &host->gpus.gpus[i], checks);
}
