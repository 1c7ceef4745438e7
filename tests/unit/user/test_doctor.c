// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the doctor says of a laptop with which all is well, and of the same with one
 * thing broken: virtualisation and IOMMU, functions, module; and how that is shown.
 */
#include "laptop.h"

#include "profile/file.h"
#include "show/checks.h"
#include "show/value.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_well(void **state)
{
	(void)state;
	look();
	if (checks_count(&checks, CHECK_OK) != checks.n) {
		print_checks();
		fail_msg("not all is well");
	}
	/* Each check there is. */
	the("virtualisation", NULL);
	the("iommu", NULL);
	the("interrupt-remapping", NULL);
	the("iommu-pt", NULL);
	the("group", GPU);
	the("driver", GPU);
	the("driver", AUDIO);
	the("boot", GPU);
	the("competitor", GPU);
	the("framebuffer", GPU);
	the("power-resource", PORT);
	the("bridge-d3", PORT);
	the("blocker", GPU);
	the("disable-idle-d3", NULL);
	the("fights", NULL);
	the("loaded", NULL);
	the("version", NULL);
	the("dkms", RELEASE);
	the("secure-boot", NULL);
}

/* ---- which GPUs ----------------------------------------------------------- */

static void test_gpus(void **state)
{
	struct host host = { .root = laptop_root };

	(void)state;
	/* None is bound to VFIO: the one that firmware did not boot with. */
	driver_is(GPU, "nouveau");
	driver_is(AUDIO, "snd_hda_intel");
	assert_int_equal(host_read(&host), 0);
	assert_int_equal(host.gpus.n, 1);
	assert_string_equal(host.gpus.gpus[0].address, GPU);
	gpu_list_free(&host.gpus);
	/* Firmware booted with it: that below a port. */
	root_file("1\n", PCI "/" GPU "/boot_vga");
	assert_int_equal(host_read(&host), 0);
	assert_int_equal(host.gpus.n, 1);
	assert_string_equal(host.gpus.gpus[0].address, GPU);
	gpu_list_free(&host.gpus);
	/* An integrated one that a VM has is meant as well. */
	driver_is("0000:00:02.0", "vfio-pci");
	assert_int_equal(host_read(&host), 0);
	assert_int_equal(host.gpus.n, 1);
	assert_string_equal(host.gpus.gpus[0].address, "0000:00:02.0");
	gpu_list_free(&host.gpus);
}

static void test_no_gpu(void **state)
{
	(void)state;
	root_file("0x020000\n", PCI "/" GPU "/class");
	root_file("0x020000\n", PCI "/0000:00:02.0/class");
	says("gpu", NULL, CHECK_FAILURE, "no display function", "rescan");
}

/* ---- iommu ------------------------------------------------------------------ */

static void processor_says(const char *text, enum check_result result, const char *evidence,
			   const char *fix)
{
	root_file(text, "/proc/cpuinfo");
	says("virtualisation", NULL, result, evidence, fix);
}

static void test_virtualisation(void **state)
{
	(void)state;
	gone("/dev/kvm");
	says("virtualisation", NULL, CHECK_FAILURE, "no /dev/kvm", "sudo modprobe kvm_intel");
	processor_says("vendor_id\t: AuthenticAMD\nflags\t\t: fpu svm\n",
		       CHECK_FAILURE, "no /dev/kvm", "sudo modprobe kvm_amd");
	root_file("", "/dev/kvm");
	says("virtualisation", NULL, CHECK_OK, "svm", NULL);
	/* Part of another flag. */
	processor_says("vendor_id\t: AuthenticAMD\nflags\t\t: fpu svm_lock xsvm\n",
		       CHECK_FAILURE, "no svm", "AMD-V");
	processor_says("vendor_id\t: GenuineIntel\nflags\t\t: fpu\n",
		       CHECK_FAILURE, "no vmx", "VT-x");
	processor_says("", CHECK_CANNOT_TELL, "does not say", NULL);
	gone("/proc/cpuinfo");
	says("virtualisation", NULL, CHECK_CANNOT_TELL, "does not say", NULL);
}

static void test_iommu_off(void **state)
{
	(void)state;
	moved("/sys/kernel/iommu_groups");
	says("iommu", NULL, CHECK_FAILURE, "no ACPI table DMAR", "VT-d");
	root_file("", "/sys/firmware/acpi/tables/DMAR");
	says("iommu", NULL, CHECK_FAILURE, "not told to use", "add intel_iommu=on");
	cmdline_says("intel_iommu=on", "iommu", NULL, CHECK_FAILURE,
		     "ACPI table DMAR", "journalctl -k -g 'DMAR'");
	cmdline_says("intel_iommu=sm_on,off", "iommu", NULL, CHECK_FAILURE,
		     "intel_iommu=off is on", "remove intel_iommu=off");
	cmdline_says("iommu=off", "iommu", NULL, CHECK_FAILURE, NULL, "remove iommu=off");
	root_file("vendor_id\t: AuthenticAMD\nflags\t\t: fpu svm\n", "/proc/cpuinfo");
	cmdline_says("amd_iommu=off", "iommu", NULL, CHECK_FAILURE, NULL, "remove amd_iommu=off");
	cmdline_says("quiet", "iommu", NULL, CHECK_FAILURE, "no ACPI table IVRS", "AMD-Vi");
	root_file("", "/sys/firmware/acpi/tables/IVRS");
	says("iommu", NULL, CHECK_FAILURE, "IVRS", "journalctl -k -g 'AMD-Vi'");
}

static void test_remapping(void **state)
{
	(void)state;
	root_file("  24:  1  PCI-MSI 1-edge IR-receiver\n", "/proc/interrupts");
	says("interrupt-remapping", NULL, CHECK_OK, NULL, NULL);
	root_file("  24:  1  PCI-MSI 1-edge xhci_hcd\n", "/proc/interrupts");
	says("interrupt-remapping", NULL, CHECK_FAILURE, "/proc/interrupts", "x2APIC");
	cmdline_says("intremap=no_x2apic_optout,off", "interrupt-remapping",
		     NULL, CHECK_FAILURE, NULL, "remove intremap=off");
	cmdline_says("nointremap", "interrupt-remapping", NULL, CHECK_FAILURE,
		     NULL, "remove nointremap");
	root_file("Y\n", "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts");
	says("interrupt-remapping", NULL, CHECK_WARNING, "allow_unsafe_interrupts=Y", NULL);
	gone("/proc/interrupts");
	says("interrupt-remapping", NULL, CHECK_CANNOT_TELL, NULL, "journalctl");
}

static void test_passthrough(void **state)
{
	(void)state;
	root_file("DMA-FQ\n", "/sys/kernel/iommu_groups/0/type");
	says("iommu-pt", NULL, CHECK_OK, "1 groups of 2", NULL);
	root_file("DMA\n", "/sys/kernel/iommu_groups/12/type");
	says("iommu-pt", NULL, CHECK_WARNING, "2 groups of 2", "add iommu=pt");
	gone("/sys/kernel/iommu_groups/0/type");
	gone("/sys/kernel/iommu_groups/12/type");
	says("iommu-pt", NULL, CHECK_CANNOT_TELL, NULL, "journalctl");
}

static void file_is(const char *name, const char *text)
{
	char path[PATH_MAX], *data;
	size_t size;

	snprintf(path, sizeof(path), "%s%s", laptop_root, name);
	assert_int_equal(file_read(path, 4096, &data, &size), 0);
	assert_string_equal(data, text);
	free(data);
}

/* How a word gets on the kernel command line, and off it, with each boot loader. */
static void test_grub(void **state)
{
	(void)state;
	root_file("DMA\n", "/sys/kernel/iommu_groups/12/type");
	root_file("DMA\n", "/sys/kernel/iommu_groups/0/type");
	root_file("GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n", "/etc/default/grub");
	/* Nothing that makes its configuration. */
	says("iommu-pt", NULL, CHECK_WARNING, NULL, "add iommu=pt to the kernel");
	root_file("", "/usr/sbin/update-grub");
	says("iommu-pt", NULL, CHECK_WARNING, NULL, "&& sudo update-grub, then reboot");
	mend("iommu-pt", NULL);
	file_is("/etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n"
		"GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT iommu=pt\"\n");
	came_to("iommu-pt", NULL, CHECK_WARNING, NULL, "reboot: iommu=pt is in /etc/default/grub");
	/* As it is, and not as a part of another word. */
	root_file("GRUB_CMDLINE_LINUX=\"pcie_port_pm=offx\"\n", "/etc/default/grub");
	root_file("# mine\nGRUB_CMDLINE_LINUX=\"a pcie_port_pm=off b\"\n",
		  "/etc/default/grub.d/x.cfg");
	cmdline_says("pcie_port_pm=off", "bridge-d3", PORT, CHECK_FAILURE, NULL,
		     "/etc/default/grub.d/x.cfg && sudo update-grub");
	mend("bridge-d3", PORT);
	file_is("/etc/default/grub.d/x.cfg", "# mine\nGRUB_CMDLINE_LINUX=\"a  b\"\n");
	came_to("bridge-d3", PORT, CHECK_FAILURE, NULL, "remove pcie_port_pm=off from the kernel");
}

static void test_systemd_boot(void **state)
{
	(void)state;
	root_file("DMA\n", "/sys/kernel/iommu_groups/12/type");
	root_file("DMA\n", "/sys/kernel/iommu_groups/0/type");
	root_file("root=/dev/sda nointremap quiet\n", "/etc/kernel/cmdline");
	root_file("linux /vmlinuz\noptions root=/dev/sda nointremap\n",
		  "/boot/loader/entries/a.conf");
	says("iommu-pt", NULL, CHECK_WARNING, NULL, NULL);
	mend("iommu-pt", NULL);
	file_is("/boot/loader/entries/a.conf",
		"linux /vmlinuz\noptions root=/dev/sda nointremap iommu=pt\n");
	file_is("/etc/kernel/cmdline", "root=/dev/sda nointremap quiet iommu=pt\n");
	root_file("  24:  1  PCI-MSI 1-edge xhci_hcd\n", "/proc/interrupts");
	cmdline_says("nointremap", "interrupt-remapping", NULL, CHECK_FAILURE,
		     NULL, "/boot/loader/entries/*.conf");
	mend("interrupt-remapping", NULL);
	file_is("/boot/loader/entries/a.conf", "linux /vmlinuz\noptions root=/dev/sda  iommu=pt\n");
	file_is("/etc/kernel/cmdline", "root=/dev/sda  quiet iommu=pt\n");
}

static void test_group(void **state)
{
	(void)state;
	root_device("", "0000:02:00.0", "0x010802\n", "nvme");
	root_group(12, "0000:02:00.0");
	says("group", NULL, CHECK_FAILURE, "in group 12 with 0000:01:00.0, and nvme has it",
	     "/sys/bus/pci/devices/0000:02:00.0/driver_override");
	assert_string_equal(the("group", NULL)->subject, "0000:02:00.0");
	driver_is("0000:02:00.0", "");
	says("group", "0000:02:00.0", CHECK_WARNING, "driver: none", "nothing, if");
}

static void test_group_none(void **state)
{
	(void)state;
	gone(PCI "/" AUDIO "/iommu_group");
	says("group", AUDIO, CHECK_FAILURE, "in no IOMMU group", "journalctl");
}

/* ---- functions --------------------------------------------------------------- */

static void test_driver(void **state)
{
	(void)state;
	driver_is(AUDIO, "snd_hda_intel");
	says("driver", AUDIO, CHECK_FAILURE, "snd_hda_intel has it", "sudo gpupm bind " GPU);
	gone(PCI "/" AUDIO "/driver");
	says("driver", AUDIO, CHECK_WARNING, "no driver", "sudo gpupm bind " GPU);
}

/* Makes a file that is not there, and says when it was last changed. */
static void dated(const char *name, time_t seconds)
{
	const struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", laptop_root, name);
	if (access(path, F_OK))
		root_file("", "%s", name);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void test_boot(void **state)
{
	(void)state;
	says("boot", GPU, CHECK_OK,
	     "/etc/modprobe.d/gpupm.conf:1, and /etc/initramfs-tools/modules:2",
	     NULL);
	/* Made before, and after. */
	dated("/boot/initrd.img-" RELEASE, 1000);
	says("boot", GPU, CHECK_WARNING, "older than that", "sudo update-initramfs -u -k all");
	dated("/etc/modprobe.d/gpupm.conf", 900);
	says("boot", GPU, CHECK_WARNING, NULL, NULL);
	dated("/etc/initramfs-tools/modules", 900);
	says("boot", GPU, CHECK_OK, NULL, NULL);
	gone("/boot/initrd.img-" RELEASE);
	dated("/boot/initramfs-" RELEASE ".img", 800);
	says("boot", GPU, CHECK_WARNING, NULL, "sudo dracut --regenerate-all --force");
	gone("/boot/initramfs-" RELEASE ".img");
	dated("/boot/initramfs-linux.img", 800);
	says("boot", GPU, CHECK_WARNING, NULL, "sudo mkinitcpio -P");
	gone("/boot/initramfs-linux.img");
	gone("/etc/initramfs-tools/modules");
	says("boot", GPU, CHECK_WARNING, "bound late", "sudo gpupm bind");
	root_file("MODULES=(btrfs vfio_pci vfio)\n", "/etc/mkinitcpio.conf");
	says("boot", GPU, CHECK_OK, "/etc/mkinitcpio.conf:1", NULL);
	gone("/etc/mkinitcpio.conf");
	root_file("force_drivers+=\" vfio_pci \"\n", "/etc/dracut.conf.d/vfio.conf");
	says("boot", GPU, CHECK_OK, "/etc/dracut.conf.d/vfio.conf:1", NULL);
	gone("/etc/dracut.conf.d/vfio.conf");
	root_file("kernel/drivers/vfio/pci/vfio-pci.ko\n",
		  "/lib/modules/" RELEASE "/modules.builtin");
	says("boot", GPU, CHECK_OK, "built in", NULL);
	root_file("options vfio-pci ids=10de:25a3,frob\n", "/etc/modprobe.d/gpupm.conf");
	says("boot", GPU, CHECK_WARNING, "10de:25a2", "sudo gpupm bind");
	cmdline_says("vfio-pci.ids=8086:1,10DE:25a2", "boot", GPU, CHECK_OK,
		     "the kernel command line", NULL);
}

static void test_competitor(void **state)
{
	static const char built_in[] = "other.alias=pci:v00008086d*\0nouveau.license=GPL\0"
		"nouveau.alias=pci:v000010DEd*sv*sd*bc03*";

	(void)state;
	says("competitor", GPU, CHECK_OK,
	     "nouveau would take it, but is kept from that by /etc/modprobe.d/gpupm.conf:2",
	     NULL);
	root_file("options vfio-pci ids=10de:25a2\n", "/etc/modprobe.d/gpupm.conf");
	says("competitor", GPU, CHECK_WARNING, "nouveau takes it at boot when", "gpupm bind");
	root_file("", "/sys/module/nouveau/version");
	says("competitor", GPU, CHECK_WARNING, "is loaded", NULL);
	gone(PCI "/" GPU "/driver");
	says("competitor", GPU, CHECK_FAILURE, NULL, "gpupm bind");
	cmdline_says("quiet modprobe.blacklist=nouveau", "competitor", GPU,
		     CHECK_OK, "the kernel command line", NULL);
	root_file("quiet\n", "/proc/cmdline");
	root_file("blacklist nouveau\n", "/etc/modprobe.d/gpupm.conf");
	says("competitor", GPU, CHECK_OK, "/etc/modprobe.d/gpupm.conf:1", NULL);
	root_file("alias pci:v00008086d* i915\n", "/lib/modules/" RELEASE "/modules.alias");
	says("competitor", GPU, CHECK_OK, "no other module", NULL);
	root_bytes(built_in, sizeof(built_in), "/lib/modules/" RELEASE "/modules.builtin.modinfo");
	says("competitor", GPU, CHECK_FAILURE, "nouveau is built into this kernel", "as a module");
	gone("/lib/modules/" RELEASE "/modules.alias");
	says("competitor", GPU, CHECK_CANNOT_TELL, "modules.alias", "depmod");
}

static void test_framebuffer(void **state)
{
	(void)state;
	/* As it is without privileges. */
	root_file("00000000-00000000 : PCI Bus 0000:00\n"
		  "  00000000-00000000 : 0000:01:00.0\n"
		  "    00000000-00000000 : efifb\n", "/proc/iomem");
	says("framebuffer", GPU, CHECK_FAILURE, "efifb in /proc/iomem",
	     "initcall_blacklist=sysfb_init");
	/* Behind it, and not inside. */
	root_file("80000000-8fffffff : 0000:01:00.0\n"
		  "90000000-9fffffff : 0000:00:02.0\n"
		  "  90000000-9fffffff : BOOTFB\n", "/proc/iomem");
	says("framebuffer", GPU, CHECK_OK, NULL, NULL);
	root_file("80000000-8fffffff : 0000:01:00.0\nnonsense\n"
		  "  80000000-8fffffff : BOOTFB\n", "/proc/iomem");
	says("framebuffer", GPU, CHECK_FAILURE, "BOOTFB", NULL);
	root_file("", "/proc/iomem");
	root_file("1\n", PCI "/" GPU "/boot_vga");
	says("framebuffer", GPU, CHECK_WARNING, "boot_vga", "gpupm vbios dump " GPU);
	root_file("count:2,PCI:0000:01:00.0,decodes=io+mem,owns=io+mem,locks=none(0:0)\n",
		  "/dev/vga_arbiter");
	says("framebuffer", GPU, CHECK_WARNING, "boot_vga", NULL);
	root_file("count:2,PCI:0000:01:00.0,decodes=io+mem,owns=io+mem,locks=io+mem(1:1)\n",
		  "/dev/vga_arbiter");
	says("framebuffer", GPU, CHECK_FAILURE, "has locked its VGA addresses", "fuser -v");
	root_file("count:2,PCI:0000:00:02.0,decodes=io+mem,owns=io+mem,locks=io+mem(1:1)\n",
		  "/dev/vga_arbiter");
	says("framebuffer", GPU, CHECK_WARNING, "boot_vga", NULL);
	gone("/proc/iomem");
	says("framebuffer", GPU, CHECK_CANNOT_TELL, "/proc/iomem", NULL);
}

/* ---- module ---------------------------------------------------------------------- */

static void test_loaded(void **state)
{
	(void)state;
	gone("/sys/module/gpupm/version");
	says("version", NULL, CHECK_CANNOT_TELL, NULL, "modinfo");
	root_file("0.0.0-other\n", "/sys/module/gpupm/version");
	says("version", NULL, CHECK_FAILURE, "of version 0.0.0-other", "modprobe -r gpupm");
	moved("/sys/module/gpupm");
	says("loaded", NULL, CHECK_FAILURE, "no /sys/module/gpupm", "sudo modprobe gpupm");
}

static void test_dkms(void **state)
{
	(void)state;
	root_file("", "/lib/modules/6.12.0-removed/modules.order");
	root_file("kernel/a.ko:\n", "/lib/modules/6.12.1/modules.dep");
	says("dkms", "6.12.1", CHECK_WARNING, "not installed for this kernel",
	     "install the headers of kernel 6.12.1, then sudo dkms install gpupm/");
	root_file("", "/usr/bin/apt-get");
	says("dkms", "6.12.1", CHECK_WARNING, NULL, "apt-get install linux-headers-6.12.1, then");
	root_file("", "/lib/modules/6.12.1/build/Makefile");
	says("dkms", "6.12.1", CHECK_WARNING, NULL, " -k 6.12.1");
	root_file("kernel/a.ko:\n", "/lib/modules/" RELEASE "/modules.dep");
	says("dkms", RELEASE, CHECK_FAILURE, "the kernel that runs", "linux-headers-" RELEASE);
	/* By hand, or of another version. */
	root_file("updates/gpupm.ko:\n", "/lib/modules/6.12.1/modules.dep");
	says("dkms", "6.12.1", CHECK_WARNING, "DKMS did not build it", "dkms install --force");
	root_file("", "/var/lib/dkms/gpupm/%s/6.12.1/x86_64/module/gpupm.ko", laptop_version);
	says("dkms", "6.12.1", CHECK_OK, "installed by DKMS", NULL);
	root_file("kernel/a.ko:\n", "/lib/modules/6.12.1/modules.dep");
	says("dkms", "6.12.1", CHECK_WARNING, "built by DKMS, but not installed",
	     "dkms install gpupm/");
	gone("/lib/modules/6.12.1/modules.dep");
	gone("/lib/modules/" RELEASE "/modules.dep");
	says("dkms", NULL, CHECK_CANNOT_TELL, "no kernel", NULL);
}

static void test_by_hand(void **state)
{
	(void)state;
	moved("/var/lib/dkms");
	says("dkms", RELEASE, CHECK_OK, "the kernel that runs", NULL);
	root_file("", "/lib/modules/" RELEASE "/modules.dep");
	root_file("", "/lib/modules/" RELEASE "/build/Makefile");
	says("dkms", RELEASE, CHECK_FAILURE, NULL, "sudo make dkms KVER=" RELEASE);
}

static void test_secure_boot(void **state)
{
	(void)state;
	root_file("", "/sys/firmware/efi/runtime");
	says("secure-boot", NULL, CHECK_CANNOT_TELL, "SecureBoot-", "mokutil --sb-state");
	root_bytes("\6\0\0\0\0", 5, SECURE_BOOT);
	says("secure-boot", NULL, CHECK_OK, "is off", NULL);
	root_bytes("\6\0\0\0\1", 5, SECURE_BOOT);
	says("secure-boot", NULL, CHECK_OK,
	     "the kernel took the module, though it is not signed", NULL);
	root_file("O\n", "/sys/module/gpupm/taint");
	says("secure-boot", NULL, CHECK_OK, "the kernel took the module", NULL);
	assert_null(strstr(the("secure-boot", NULL)->evidence, "not signed"));
	root_bytes("\6\0\0", 3, SECURE_BOOT);
	says("secure-boot", NULL, CHECK_CANNOT_TELL, NULL, NULL);
}

static void test_key(void **state)
{
	(void)state;
	root_file("", "/sys/firmware/efi/runtime");
	root_bytes("\6\0\0\0\1", 5, SECURE_BOOT);
	moved("/sys/module/gpupm");
	says("secure-boot", NULL, CHECK_FAILURE, "no key", "dkms generate_mok");
	root_bytes("\x30\x82\0key", 6, "/var/lib/dkms/mok.pub");
	says("secure-boot", NULL, CHECK_CANNOT_TELL, "cannot be read",
	     "mokutil --test-key /var/lib/dkms/mok.pub");
	root_bytes("list\0\0another\x30\x82\0kex", 19, ENROLLED);
	says("secure-boot", NULL, CHECK_FAILURE, "is not enrolled (/var/lib/dkms/mok.pub)",
	     "sudo mokutil --import /var/lib/dkms/mok.pub");
	root_bytes("list\0\0another\x30\x82\0key\0", 20, ENROLLED);
	says("secure-boot", NULL, CHECK_OK, "is enrolled (/var/lib/dkms/mok.pub)", NULL);
	/* Ubuntu's; the list as a variable. */
	gone(ENROLLED);
	gone("/var/lib/dkms/mok.pub");
	root_bytes("\7\0\0\0list\x30\x82\0ubu", 14,
		   "/sys/firmware/efi/efivars/MokListRT-605dab50-e046-4300-abb6-3dd810dd8b23");
	root_bytes("\x30\x82\0ubu", 6, "/var/lib/shim-signed/mok/MOK.der");
	says("secure-boot", NULL, CHECK_OK, "MOK.der", NULL);
}

/* ---- how it is shown ------------------------------------------------------------- */

static void add_samples(void)
{
	checks_free(&checks);
	checks.group = "iommu";
	check_add(&checks, "iommu", NULL, CHECK_OK, "there are %d groups", 14);
	check_add(&checks, "group", "0000:02:00.0", CHECK_FAILURE,
		  "it is in group 2 with \033[31m0000:01:00.0, and nvme has it: no VM can have the GPU");
	check_fix(&checks, "sudo true");
	check_fix(&checks,
		  "sudo a-command-that-must-stay-in-one-piece-to-be-copied --whatever the width is");
	check_add(&checks, "rom", NULL, CHECK_WARNING, "no file is named");
	check_fix(&checks,
		  "sudo mkdir -p /usr/share/vgabios && sudo one-command, then sudo gpupm vm enable game rom --rom /usr/share/vgabios/gpu.rom");
	checks.group = "power";
	check_add(&checks, "fights", "/etc/tlp.conf:7", CHECK_WARNING, "TLP");
	check_fix(&checks, "sudo tlp start");
	check_add(&checks, "bridge-d3", NULL, CHECK_CANNOT_TELL, "the year is not known");
	check_fix(&checks, "look");
	check_add(&checks, "blocker", NULL, CHECK_FAILURE, "two more");
	check_fix(&checks, "sudo a-command-that-stays-in-one-piece; and words about it that are broken");
	check_add(&checks, "sibling", NULL, CHECK_WARNING, "words");
	check_fix(&checks, "words alone, which are broken where a line is full, then and now");
}

static void shown_as(const struct style *style, const char *golden)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	checks_show(out, style, &checks);
	fclose(out);
	assert_golden(text, golden);
	free(text);
}

static void test_shown(void **state)
{
	const struct style plain = {}, narrow = { .terminal = true, .width = 60 },
			   tiny = { .terminal = true, .width = 10 };
	struct json_object *object;
	char *text = NULL;
	size_t size;
	FILE *out;

	(void)state;
	add_samples();
	shown_as(&plain, "doctor.txt");
	shown_as(&narrow, "doctor-narrow.txt");
	shown_as(&tiny, "doctor-tiny.txt");
	out = open_memstream(&text, &size);
	object = json_checks(&checks);
	json_print(out, object, false);
	fclose(out);
	assert_golden(text, "doctor.json");
	free(text);
	checks_free(&checks);
	shown_as(&plain, "doctor-none.txt");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, laptop_setup, laptop_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_well),
		TEST(test_gpus),
		TEST(test_no_gpu),
		TEST(test_virtualisation),
		TEST(test_iommu_off),
		TEST(test_remapping),
		TEST(test_passthrough),
		TEST(test_grub),
		TEST(test_systemd_boot),
		TEST(test_group),
		TEST(test_group_none),
		TEST(test_driver),
		TEST(test_boot),
		TEST(test_competitor),
		TEST(test_framebuffer),
		TEST(test_loaded),
		TEST(test_dkms),
		TEST(test_by_hand),
		TEST(test_secure_boot),
		TEST(test_key),
		TEST(test_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
