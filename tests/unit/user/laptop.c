// SPDX-License-Identifier: GPL-2.0-only
#include "laptop.h"

#include "show/checks.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *laptop_root;
char laptop_version[32];
struct gpu module_gpu;
struct gpu_list managed;
struct checks checks;

/* ---- a laptop with which all is well -------------------------------------- */

void gone(const char *format)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", laptop_root, format);
	assert_int_equal(remove(path), 0);
}

/* A whole directory, out of sight. */
void moved(const char *name)
{
	char path[PATH_MAX], to[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", laptop_root, name);
	snprintf(to, sizeof(to), "%s/moved", laptop_root);
	assert_int_equal(rename(path, to), 0);
}

void driver_is(const char *address, const char *driver)
{
	char target[128];

	snprintf(target, sizeof(target), PCI "/%s/driver", address);
	gone(target);
	snprintf(target, sizeof(target), "../../drivers/%s", driver);
	if (*driver)
		root_link(target, PCI "/%s/driver", address);
}

static void make_iommu(void)
{
	root_file("processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu vmx sse\nflags\t\t: no\n",
		  "/proc/cpuinfo");
	root_file("", "/dev/kvm");
	root_file("BOOT_IMAGE=/vmlinuz quiet iommu=pt\n", "/proc/cmdline");
	root_file(" CPU0\n  24:  1  IR-PCI-MSI 1-edge xhci_hcd\n", "/proc/interrupts");
	root_group(0, "0000:00:02.0");
	root_group(12, PORT);
	root_group(12, GPU);
	root_group(12, AUDIO);
	root_file("identity\n", "/sys/kernel/iommu_groups/0/type");
	root_file("identity\n", "/sys/kernel/iommu_groups/12/type");
}

static void make_functions(void)
{
	root_file("0\n", PCI "/" GPU "/boot_vga");
	root_file("pci:v000010DEd000025A2sv00001043sd0000bc03sc00i00\n", PCI "/" GPU "/modalias");
	root_file("pci:v000010DEd00002291sv00001043sd0000bc04sc03i00\n", PCI "/" AUDIO "/modalias");
	root_file("alias pci:v000010DEd*sv*sd*bc03sc*i* nouveau\n"
		  "alias pci:v*d*sv*sd*bc04sc03i00* snd_hda_intel\n"
		  "alias pci:v000010DEd000025A2sv*sd*bc03sc*i* nouveau\n"
		  "alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci\n", "/lib/modules/" RELEASE "/modules.alias");
	root_file("options vfio-pci ids=10de:25a2\n"
		  "softdep nouveau pre: vfio-pci\n"
		  "softdep snd_hda_intel pre: vfio-pci\n", "/etc/modprobe.d/gpupm.conf");
	root_file("# early\nvfio-pci\n", "/etc/initramfs-tools/modules");
	root_file("00000000-00000fff : Reserved\n"
		  "80000000-8fffffff : PCI Bus 0000:00\n"
		  "  80000000-80ffffff : 0000:00:02.0\n"
		  "    80000000-80ffffff : BOOTFB\n"
		  "  85000000-86ffffff : PCI Bus 0000:01\n"
		  "    85000000-85ffffff : 0000:01:00.0\n"
		  "      85000000-85ffffff : vfio-pci\n"
		  "    86000000-86003fff : 0000:01:00.1\n"
		  "fe000000-feffffff : BOOTFB\n", "/proc/iomem");
}

static void make_power(void)
{
	root_file("", PCI "/" PORT "/firmware_node/power_resources_D3hot/x");
	root_file("04/01/2021\n", "/sys/class/dmi/id/bios_date");
	root_file("N\n", "/sys/module/vfio_pci/parameters/disable_idle_d3");
}

static void make_module(void)
{
	char line[40];

	snprintf(line, sizeof(line), "%s\n", laptop_version);
	root_file(line, "/sys/module/gpupm/version");
	root_file("Y\n", "/sys/module/gpupm/parameters/insist");
	root_file("OE\n", "/sys/module/gpupm/taint");
	root_file("kernel/a.ko:\nupdates/dkms/gpupm.ko.xz:\n", "/lib/modules/" RELEASE "/modules.dep");
	root_file("", "/var/lib/dkms/gpupm/%s/" RELEASE "/x86_64/module/gpupm.ko", laptop_version);
}

int laptop_setup(void **state)
{
	FILE *file = fopen("../../../VERSION", "re");

	(void)state;
	assert_non_null(file);
	assert_non_null(fgets(laptop_version, sizeof(laptop_version), file));
	laptop_version[strcspn(laptop_version, "\n")] = '\0';
	fclose(file);
	laptop_root = root_make();
	root_device("", "0000:00:02.0", "0x030000\n", "i915");
	root_file("1\n", PCI "/0000:00:02.0/boot_vga");
	root_device("", PORT, "0x060400\n", "pcieport");
	root_device("/" PORT, GPU, "0x030000\n", "vfio-pci");
	root_device("/" PORT, AUDIO, "0x040300\n", "vfio-pci");
	make_iommu();
	make_functions();
	make_power();
	make_module();
	sample_gpu(&module_gpu);
	managed = (struct gpu_list){ .gpus = &module_gpu, .n = 1 };
	return 0;
}

int laptop_teardown(void **state)
{
	(void)state;
	checks_free(&checks);
	gpu_free(&module_gpu);
	root_remove();
	return 0;
}

/* ---- what is said --------------------------------------------------------- */

void complete(void)
{
	for (size_t i = 0; i < checks.n; i++) {
		assert_string_not_equal(checks.list[i].evidence, "");
		/* Who is told that something is wrong is told what to do. */
		assert_true(!checks.list[i].fix == (checks.list[i].result == CHECK_OK));
	}
}

void look(void)
{
	struct host host = { .root = laptop_root, .managed = &managed, .release = RELEASE };

	checks_free(&checks);
	assert_int_equal(host_read(&host), 0);
	doctor_iommu(&host, &checks);
	doctor_functions(&host, &checks);
	doctor_power(&host, &checks);
	doctor_module(&host, &checks);
	gpu_list_free(&host.gpus);
	complete();
}

void print_checks(void)
{
	struct style style = {};

	checks_show(stdout, &style, &checks);
	fflush(stdout);
}

/* The only check of a name and a subject; NULL for any subject. */
const struct check *the(const char *name, const char *subject)
{
	const struct check *found = NULL;

	for (size_t i = 0; i < checks.n; i++) {
		if (strcmp(checks.list[i].name, name) ||
		    (subject && strcmp(checks.list[i].subject, subject)))
			continue;
		if (found) {
			print_checks();
			fail_msg("there are two checks %s %s", name, subject ?: "");
		}
		found = &checks.list[i];
	}
	if (!found) {
		print_checks();
		fail_msg("there is no check %s %s", name, subject ?: "");
	}
	return found;
}

void has(const char *text, const char *part, const struct check *check)
{
	if (part && (!text || !strstr(text, part))) {
		print_checks();
		fail_msg("%s says '%s', without '%s'", check->name, text ?: "nothing", part);
	}
}

void came_to(const char *name, const char *subject, enum check_result result,
	     const char *evidence, const char *fix)
{
	const struct check *check = the(name, subject);

	if (check->result != result) {
		print_checks();
		fail_msg("%s is %s", name, check_word(check->result));
	}
	has(check->evidence, evidence, check);
	has(check->fix, fix, check);
}

void says(const char *name, const char *subject, enum check_result result, const char *evidence,
	  const char *fix)
{
	look();
	came_to(name, subject, result, evidence, fix);
}

void cmdline_says(const char *cmdline, const char *name, const char *subject,
		  enum check_result result, const char *evidence, const char *fix)
{
	root_file(cmdline, "/proc/cmdline");
	says(name, subject, result, evidence, fix);
}

/* Files that begin behind a space are those of the laptop. */
static void write_script(FILE *out, const char *fix)
{
	static const char * const ends[] = { ", then ", "; ", ", or " };
	size_t n = strlen(fix);

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		const char *end = strstr(fix, ends[i]);

		if (end && (size_t)(end - fix) < n)
			n = end - fix;
	}
	fputs("exec >/dev/null; sudo() { case $1 in sed|tee|mkdir|chmod) \"$@\" ;; esac; }\n", out);
	for (size_t i = 0; i < n; i++) {
		if (i && fix[i] == '/' && fix[i - 1] == ' ' && isalpha((unsigned char)fix[i + 1]))
			fputs(laptop_root, out);
		fputc(fix[i], out);
	}
}

void mend(const char *name, const char *subject)
{
	char *script = NULL;
	size_t size;
	FILE *out = open_memstream(&script, &size);

	write_script(out, the(name, subject)->fix);
	fclose(out);
	if (system(script))
		fail_msg("this failed: %s", script);
	free(script);
	look();
}
