// SPDX-License-Identifier: GPL-2.0-only
/* Finding processes in a /proc and a /sys made for it. */
#include "unit.h"

#include "client/module.h"
#include "client/process.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define DEVICE "/sys/bus/pci/devices/0000:01:00.0"

static const char *root;

static int setup(void **state)
{
	(void)state;
	root = root_make();
	root_file("", "/proc/version");
	root_file("bash\n", "/proc/7/comm");
	root_link("/dev/null", "/proc/7/fd/0");
	root_file("qemu-system-x86\n", "/proc/4242/comm");
	root_link("/dev/null", "/proc/4242/fd/0");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	root_remove();
	return 0;
}

static void assert_finds(int result)
{
	struct gpu_user user = {};

	assert_int_equal(process_find_opener(root, "0000:01:00.0", &user), result);
	assert_int_equal(user.pid, result == 1 ? 4242 : 0);
	if (result == 1)
		assert_string_equal(user.comm, "qemu-system-x86");
}

static void test_group(void **state)
{
	(void)state;
	root_link("../../../../kernel/iommu_groups/15", DEVICE "/iommu_group");
	assert_finds(0);
	root_link("/dev/vfio/vfio", "/proc/4242/fd/8");
	root_link("/dev/vfio/1", "/proc/4242/fd/9");
	root_link("/dev/vfio/155", "/proc/4242/fd/10");
	assert_finds(0);
	root_link("/dev/vfio/15", "/proc/4242/fd/11");
	assert_finds(1);
}

static void test_noiommu_group(void **state)
{
	(void)state;
	root_link("../../../../kernel/iommu_groups/15", DEVICE "/iommu_group");
	root_file("vfio-noiommu\n", "/sys/kernel/iommu_groups/15/name");
	root_link("/dev/vfio/15", "/proc/7/fd/1");
	assert_finds(0);
	root_link("/dev/vfio/noiommu-15", "/proc/4242/fd/11");
	assert_finds(1);
}

static void test_device(void **state)
{
	(void)state;
	root_file("", DEVICE "/vfio-dev/vfio3/dev");
	root_link("/dev/vfio/devices/vfio33", "/proc/7/fd/1");
	assert_finds(0);
	root_link("/dev/vfio/devices/vfio3", "/proc/4242/fd/11");
	assert_finds(1);
}

static void test_no_vfio(void **state)
{
	(void)state;
	root_link("/dev/vfio/vfio", "/proc/7/fd/1");
	root_link("/dev/vfio/", "/proc/4242/fd/1");
	assert_finds(0);
}

static void test_not_permitted(void **state)
{
	char path[PATH_MAX];

	(void)state;
	/* To root nothing is closed, so be somebody else for this. */
	if (!geteuid() && seteuid(65534)) {
		print_message("cannot become another user: skipped\n");
		skip();
	}
	if (geteuid() == 65534) {
		assert_int_equal(seteuid(0), 0);
		chmod(root, 0755);
	}
	root_link("../../../../kernel/iommu_groups/15", DEVICE "/iommu_group");
	snprintf(path, sizeof(path), "%s/proc/4242/fd", root);
	assert_int_equal(chmod(path, 0), 0);
	if (!geteuid())
		assert_int_equal(seteuid(65534), 0);
	assert_finds(-EACCES);

	if (!getuid())
		assert_int_equal(seteuid(0), 0);
	chmod(path, 0755);
}

static void test_user(void **state)
{
	char path[PATH_MAX];
	struct gpu gpu;

	(void)state;
	sample_gpu(&gpu);
	root_link("../../../../kernel/iommu_groups/15", DEVICE "/iommu_group");
	root_link("/dev/vfio/15", "/proc/4242/fd/11");
	process_find_user(root, &gpu);
	assert_int_equal(gpu.user.pid, 0);

	gpu.state = GPUPM_STATE_IN_USE;
	process_find_user(root, &gpu);
	assert_int_equal(gpu.user.pid, 4242);
	assert_false(gpu.user.hidden);
	assert_string_equal(gpu.user.vm, "");

	/* An open file counts more than the kernel's word, and that more than nothing. */
	gpu.user = (struct gpu_user){ .pid = 212, .comm = "libvirtd" };
	process_find_user(root, &gpu);
	assert_int_equal(gpu.user.pid, 4242);
	snprintf(path, sizeof(path), "%s/proc/4242/fd/11", root);
	assert_int_equal(unlink(path), 0);
	gpu.user = (struct gpu_user){ .pid = 212, .comm = "libvirtd" };
	process_find_user(root, &gpu);
	assert_int_equal(gpu.user.pid, 212);
	gpu_free(&gpu);
}

static void assert_vm(const char *args, size_t size, const char *want)
{
	char name[32];

	root_bytes(args, size, "/proc/4242/cmdline");
	process_vm_name(root, 4242, name, sizeof(name));
	assert_string_equal(name, want);
}

#define ASSERT_VM(args, want) assert_vm(args, sizeof(args), want)

static void test_vm_name(void **state)
{
	char name[8] = "before";

	(void)state;
	ASSERT_VM("qemu\0-name\0guest=win11,debug-threads=on\0-S", "win11");
	ASSERT_VM("qemu\0-name\0win11,process=x\0-S", "win11");
	ASSERT_VM("qemu\0-name\0debug-threads=on,guest=win11", "win11");
	ASSERT_VM("qemu\0--name\0my games", "my games");
	ASSERT_VM("qemu\0-name\0guest=a,,b,,,debug-threads=on", "a,b,");
	ASSERT_VM("qemu\0-name\0debug-threads=on", "");
	ASSERT_VM("qemu\0-name", "");
	ASSERT_VM("qemu\0-m\0\x34G", "");
	ASSERT_VM("", "");
	ASSERT_VM("qemu\0-name\0guest=0123456789012345678901234567890123456789",
		  "0123456789012345678901234567890");
	process_vm_name(root, 99, name, sizeof(name));
	assert_string_equal(name, "");
}

static void test_holders(void **state)
{
	__u32 pids[4];

	(void)state;
	assert_int_equal(process_holders(root, pids, 4), 0);
	root_file("gpupm\n", "/proc/50/comm");
	root_file("gpupm", "/proc/50/cmdline");
	root_file("gpupm\n", "/proc/52/comm");
	assert_int_equal(process_holders(root, pids, 4), 0);
	assert_vm("gpupm\0hold\0-- sleep", 19, "");
	root_file("gpupm\n", "/proc/4242/comm");
	assert_int_equal(process_holders(root, pids, 4), 1);
	assert_int_equal(pids[0], 4242);
	assert_int_equal(process_holders(root, pids, 0), 0);
}

static void test_module_missing(void **state)
{
	struct utsname kernel;
	char text[256];

	(void)state;
	uname(&kernel);
	module_missing(root, text, sizeof(text));
	assert_non_null(strstr(text, "not installed"));
	assert_non_null(strstr(text, kernel.release));

	root_file("kernel/gpupm.ko-like/other.ko: kernel/gpupm.ko\n",
		  "/lib/modules/%s/modules.dep", kernel.release);
	module_missing(root, text, sizeof(text));
	assert_non_null(strstr(text, "not installed"));

	root_file("kernel/x.ko:\nupdates/dkms/gpupm.ko.xz: kernel/drivers/vfio/vfio.ko\n",
		  "/lib/modules/%s/modules.dep", kernel.release);
	module_missing(root, text, sizeof(text));
	assert_string_equal(text, "module gpupm is not loaded: sudo modprobe gpupm");

	root_file("", "/sys/module/gpupm/refcnt");
	module_missing(root, text, sizeof(text));
	assert_non_null(strstr(text, "network namespace"));
}

static void test_module_fits(void **state)
{
	char text[256];

	(void)state;
	assert_true(module_fits(GPUPM_FAMILY_VERSION, text, sizeof(text)));
	assert_false(module_fits(GPUPM_FAMILY_VERSION - 1, text, sizeof(text)));
	assert_non_null(strstr(text, "install the newer module"));
	assert_false(module_fits(GPUPM_FAMILY_VERSION + 1, text, sizeof(text)));
	assert_non_null(strstr(text, "the module speaks version 2, this gpupm speaks version 1"));
	assert_non_null(strstr(text, "install the gpupm that came with the module"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_group),
		TEST(test_noiommu_group),
		TEST(test_device),
		TEST(test_no_vfio),
		TEST(test_not_permitted),
		TEST(test_user),
		TEST(test_vm_name),
		TEST(test_holders),
		TEST(test_module_missing),
		cmocka_unit_test(test_module_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
