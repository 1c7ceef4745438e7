// SPDX-License-Identifier: GPL-2.0-only
/* GPUs, IOMMU groups and BARs of machines made of files. */
#include "unit.h"

#include "client/match.h"
#include "machine/bars.h"
#include "machine/group.h"
#include "machine/slot.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <limits.h>

#define PCI "/sys/bus/pci/devices"
#define MIB (1ULL << 20)

/* An integrated GPU, and one with an audio function below a port. */
static void laptop(void)
{
	root_device("", "0000:00:02.0", "0x030000\n", "i915");
	root_device("", "0000:00:01.0", "0x060400\n", "pcieport");
	root_device("/0000:00:01.0", "0000:01:00.0", "0x030200\n", "vfio-pci");
	root_device("/0000:00:01.0", "0000:01:00.1", "0x040300\n", "snd_hda_intel");
	root_device("", "0000:00:1f.0", "0x060100\n", NULL);
}

static void test_slots(void **state)
{
	struct gpu_list list;
	size_t matches[2];

	(void)state;
	laptop();
	assert_int_equal(slots_read(test_root, &list), 0);
	assert_int_equal(list.n, 2);
	assert_string_equal(list.gpus[0].address, "0000:00:02.0");
	assert_int_equal(list.gpus[0].n_functions, 1);
	assert_int_equal(list.gpus[0].n_ports, 0);
	assert_string_equal(list.gpus[1].address, "0000:01:00.0");
	assert_int_equal(list.gpus[1].n_functions, 2);
	assert_string_equal(list.gpus[1].functions[1].driver, "snd_hda_intel");
	assert_int_equal(list.gpus[1].functions[1].class, 0x040300);
	assert_int_equal(list.gpus[1].functions[0].vendor, 0x10de);
	assert_int_equal(list.gpus[1].functions[0].device, 0x25a2);
	assert_int_equal(list.gpus[1].n_ports, 1);
	assert_string_equal(list.gpus[1].ports[0].address, "0000:00:01.0");
	assert_string_equal(list.gpus[1].ports[0].driver, "pcieport");
	assert_int_equal(gpu_match(&list, "01:00", matches), 1);
	assert_int_equal(matches[0], 1);

	assert_false(slot_all_vfio(&list.gpus[0]));
	assert_false(slot_all_vfio(&list.gpus[1]));
	strcpy(list.gpus[1].functions[1].driver, "nvgrace_gpu_vfio_pci");
	assert_true(slot_all_vfio(&list.gpus[1]));
	assert_true(slot_has(&list.gpus[1], "0000:01:00.7"));
	assert_false(slot_has(&list.gpus[1], "0000:01:01.0"));
	assert_false(slot_has(&list.gpus[1], "0001:01:00.0"));
	gpu_list_free(&list);
}

static void test_slots_none(void **state)
{
	struct gpu_list list;

	(void)state;
	assert_int_equal(slots_read(test_root, &list), 0);
	assert_int_equal(list.n, 0);
	root_device("", "0000:00:1f.0", "0x060100\n", NULL);
	/* Something that is no address, and one that is none any more. */
	root_file("0x030000\n", PCI "/frob/class");
	root_file("", PCI "/0000:05:00.0/uevent");
	assert_int_equal(slots_read(test_root, &list), 0);
	assert_int_equal(list.n, 0);
	gpu_list_free(&list);
}

/* The display function need not be the first, and a switch is two ports more. */
static void test_slot_shapes(void **state)
{
	struct gpu_list list;
	struct gpu gpu;

	(void)state;
	root_device("", "0000:00:08.0", "0x060400\n", "pcieport");
	root_device("/0000:00:08.0", "0000:03:00.0", "0x060400\n", "pcieport");
	root_device("/0000:00:08.0/0000:03:00.0", "0000:04:00.0", "0x060400\n", NULL);
	root_device("/0000:00:08.0/0000:03:00.0/0000:04:00.0", "0000:05:00.0", "0x120000\n", NULL);
	root_device("/0000:00:08.0/0000:03:00.0/0000:04:00.0", "0000:05:00.2", "0x038000\n", NULL);
	root_device("/0000:00:08.0/0000:03:00.0/0000:04:00.0", "0000:05:00.3", "0x030000\n", NULL);
	assert_int_equal(slot_read(test_root, "0000:05:00.0", &gpu), 0);
	assert_string_equal(gpu.address, "0000:05:00.2");
	assert_int_equal(gpu.n_functions, 3);
	assert_int_equal(gpu.n_ports, 3);
	assert_string_equal(gpu.ports[0].address, "0000:04:00.0");
	assert_string_equal(gpu.ports[0].driver, "");
	assert_string_equal(gpu.ports[2].address, "0000:00:08.0");
	gpu_free(&gpu);

	assert_int_equal(slots_read(test_root, &list), 0);
	assert_int_equal(list.n, 1);
	gpu_list_free(&list);

	/* No display at all. */
	assert_int_equal(slot_read(test_root, "0000:00:08.0", &gpu), 0);
	assert_string_equal(gpu.address, "0000:00:08.0");
	gpu_free(&gpu);

	assert_int_equal(slot_read(test_root, "0000:09:00.0", &gpu), -ENODEV);
	assert_int_equal(slot_read(test_root, "../0000:05:00.0", &gpu), -ENODEV);
	assert_int_equal(slot_read(test_root, "", &gpu), -ENODEV);
}

/* Domains behind VMD have five digits. */
static void test_slot_long_domain(void **state)
{
	struct gpu gpu;

	(void)state;
	root_device("", "10000:e1:00.0", "0x030000\n", "nouveau");
	assert_int_equal(slot_read(test_root, "10000:e1:00.0", &gpu), 0);
	assert_string_equal(gpu.functions[0].address, "10000:e1:00.0");
	gpu_free(&gpu);
}

static void test_function_odd(void **state)
{
	struct gpu_function function;

	(void)state;
	assert_false(function_read(test_root, "0000:01:00.0", &function));
	root_device("", "0000:01:00.0", "display\n", NULL);
	assert_false(function_read(test_root, "0000:01:00.0", &function));
	assert_false(function_read(test_root, "0000:01:00.0-and-a-name-much-too-long", &function));
}

static void test_group(void **state)
{
	static const enum group_role roles[] = {
		GROUP_HARMLESS, GROUP_OF_GPU, GROUP_OF_GPU, GROUP_IN_THE_WAY, GROUP_TAKEN,
		GROUP_TAKEN, GROUP_TAKEN, GROUP_IN_THE_WAY,
	};
	struct group group;
	struct gpu gpu;

	(void)state;
	laptop();
	root_device("", "0000:02:00.0", "0x010802\n", "nvme");
	root_device("", "0000:02:00.1", "0x010802\n", NULL);
	root_device("", "0000:02:00.2", "0x010802\n", "pci-stub");
	root_device("", "0000:02:00.3", "0x010802\n", "vfio-pci");
	/* A bridge whose driver does DMA is a device like others. */
	root_device("", "0000:02:00.4", "0x068000\n", "ntb_hw_intel");
	root_group(12, "0000:00:01.0");
	root_group(12, "0000:01:00.0");
	root_group(12, "0000:01:00.1");
	for (char c = '0'; c < '5'; c++) {
		char address[] = "0000:02:00.0";

		address[11] = c;
		root_group(12, address);
	}
	/* Not a PCI function. */
	root_file("", "/sys/kernel/iommu_groups/12/devices/serial0");
	assert_int_equal(slot_read(test_root, "0000:01:00.0", &gpu), 0);
	assert_int_equal(group_read(test_root, gpu.address, &group), 0);
	assert_int_equal(group.number, 12);
	assert_int_equal(group.n, 8);
	for (size_t i = 0; i < group.n; i++)
		assert_int_equal(group_role(&gpu, &group.members[i]), roles[i]);
	group_free(&group);
	gpu_free(&gpu);
}

static void test_group_none(void **state)
{
	struct group group;

	(void)state;
	laptop();
	assert_int_equal(group_read(test_root, "0000:01:00.0", &group), -ENOENT);
	root_link("../../../kernel/iommu_groups/frob", PCI "/0000:00:02.0/iommu_group");
	assert_int_equal(group_read(test_root, "0000:00:02.0", &group), -ENOENT);
	root_link("../../../kernel/iommu_groups/7", PCI "/0000:00:01.0/iommu_group");
	assert_int_equal(group_read(test_root, "0000:00:01.0", &group), -ENOENT);
	group_free(&group);
}

/* That of a GPU with 4 GiB, as Linux 6.1 shows it. */
static const char resource[] =
	"0x0000000085000000 0x0000000085ffffff 0x0000000000040200\n"
	"0x0000006000000000 0x000000600fffffff 0x000000000014220c\n"
	"0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
	"0x0000006010000000 0x0000006011ffffff 0x000000000014220c\n"
	"0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
	"0x0000000000004000 0x000000000000407f 0x0000000000040101\n"
	"0x0000000086000000 0x000000008607ffff 0x0000000000046200\n"
	"0x0000000000000000 0x0000000000000000 0x0000000000000000\n";

static void test_bars(void **state)
{
	struct bars bars;

	(void)state;
	root_file(resource, PCI "/0000:01:00.0/resource");
	assert_int_equal(bars_read(test_root, "0000:01:00.0", &bars), 0);
	assert_int_equal(bars.bar[0].size, 16 * MIB);
	assert_int_equal(bars.bar[0].start, 0x85000000);
	assert_true(bars.bar[0].memory);
	assert_false(bars.bar[0].wide);
	assert_int_equal(bars.bar[1].size, 256 * MIB);
	assert_int_equal(bars.bar[1].largest, 256 * MIB);
	assert_true(bars.bar[1].wide);
	assert_true(bars.bar[1].prefetchable);
	assert_int_equal(bars.bar[2].size, 0);
	assert_int_equal(bars.bar[3].size, 32 * MIB);
	assert_int_equal(bars.bar[5].size, 128);
	assert_false(bars.bar[5].memory);
	assert_int_equal(bars.rom, MIB / 2);
	assert_false(bars.asleep);
}

static void resizable(const char *sizes, const char *power_state, const char *status)
{
	root_file(resource, PCI "/0000:01:00.0/resource");
	root_file(sizes, PCI "/0000:01:00.0/resource1_resize");
	root_file(power_state, PCI "/0000:01:00.0/power_state");
	root_file(status, PCI "/0000:01:00.0/power/runtime_status");
}

/* Whether a file was read, by the time of the last access; needs no strict mount. */
static bool was_read(const char *format)
{
	struct timespec old[2] = { { .tv_sec = 1 }, { .tv_sec = 2 } };
	struct stat st;
	struct bars bars;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", test_root, format);
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	bars_read(test_root, "0000:01:00.0", &bars);
	assert_int_equal(stat(path, &st), 0);
	return st.st_atim.tv_sec != 1;
}

static void test_bars_resizable(void **state)
{
	struct bars bars;

	(void)state;
	/* 64 MiB to 4 GiB. */
	resizable("0000000000001fc0\n", "D0\n", "active\n");
	assert_int_equal(bars_read(test_root, "0000:01:00.0", &bars), 0);
	assert_int_equal(bars.bar[1].size, 256 * MIB);
	assert_int_equal(bars.bar[1].largest, 4096 * MIB);
	assert_int_equal(bars.bar[3].largest, 32 * MIB);
	assert_false(bars.asleep);

	/* Smaller than it is, nothing, too much, not a number: as it is. */
	for (int i = 0; i < 4; i++) {
		static const char * const odd[] = {
			"0000000000000001\n", "0000000000000000\n", "ffffffffffffffff\n", "frob\n",
		};

		resizable(odd[i], "D0\n", "active\n");
		assert_int_equal(bars_read(test_root, "0000:01:00.0", &bars), 0);
		assert_int_equal(bars.bar[1].largest, 256 * MIB);
	}
}

/* To read that file wakes the GPU. */
static void test_bars_asleep(void **state)
{
	static const char * const asleep[][2] = {
		{ "D3cold\n", "suspended\n" }, { "D3hot\n", "suspended\n" },
		{ "D0\n", "suspending\n" }, { "unknown\n", "active\n" },
	};
	const char *file = PCI "/0000:01:00.0/resource1_resize";
	struct bars bars;

	(void)state;
	for (int i = 0; i < 4; i++) {
		resizable("0000000000001fc0\n", asleep[i][0], asleep[i][1]);
		assert_int_equal(bars_read(test_root, "0000:01:00.0", &bars), 0);
		assert_true(bars.asleep);
		assert_int_equal(bars.bar[1].largest, 256 * MIB);
		assert_false(was_read(file));
	}
	/* Where it is unknown how it sleeps, too. */
	resizable("0000000000001fc0\n", "D0\n", "active\n");
	assert_true(was_read(file));
	root_file("", PCI "/0000:01:00.0/power_state");
	assert_false(was_read(file));
}

static void test_bars_odd(void **state)
{
	struct bars bars;

	(void)state;
	assert_int_equal(bars_read(test_root, "0000:01:00.0", &bars), -ENODEV);
	root_file("", PCI "/0000:01:00.0/resource");
	assert_int_equal(bars_read(test_root, "0000:01:00.0", &bars), -EBADMSG);
	root_file("0x0 0x0 0x0\n0x0 0x0 0x0\nfrob\n", PCI "/0000:01:00.0/resource");
	assert_int_equal(bars_read(test_root, "0000:01:00.0", &bars), -EBADMSG);
	/* It ends before it begins. */
	root_file("0x2000 0x1fff 0x200\n", PCI "/0000:01:00.0/resource");
	assert_int_equal(bars_read(test_root, "0000:01:00.0", &bars), -EBADMSG);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, root_setup, root_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_slots),
		TEST(test_slots_none),
		TEST(test_slot_shapes),
		TEST(test_slot_long_domain),
		TEST(test_function_odd),
		TEST(test_group),
		TEST(test_group_none),
		TEST(test_bars),
		TEST(test_bars_resizable),
		TEST(test_bars_asleep),
		TEST(test_bars_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
