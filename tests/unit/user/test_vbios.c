// SPDX-License-Identifier: GPL-2.0-only
/* Where a ROM is read, when it is not, and what is written. */
#include "capture.h"
#include "image.h"
#include "kernel.h"

#include "client/sysfs.h"
#include "cmd/vbios.h"
#include "machine/vfct.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GPU	"/sys/bus/pci/devices/0000:01:00.0"
#define AUDIO	"/sys/bus/pci/devices/0000:01:00.1"

static const struct rom_id mine = { 0x10de, 0x25a2 }, other = { 0x10de, 0x25a0 };
static const char *root;
static char target[128];
/* A ROM of two units, with four more behind it. */
static __u8 bytes[6 * UNIT];
#define ROM_SIZE	(2 * (size_t)UNIT)

/* What the kernel's attribute "rom" was told, and what it saw then. */
static struct {
	char told[8];
	char control[16];
	__u8 command;
	int refuses;
} attribute;

static bool is_rom_attribute(int fd)
{
	char link[32], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n < 0 ? 0 : n] = '\0';
	return n > 4 && !strcmp(path + n - 4, "/rom");
}

/* The attribute is no file: what is written to it is heard, and stays nowhere. */
ssize_t write(int fd, const void *data, size_t size)
{
	__u8 command[1] = {};
	char path[PATH_MAX];
	int config;

	if (!is_rom_attribute(fd))
		return syscall(SYS_write, fd, data, size);
	if (attribute.refuses) {
		errno = attribute.refuses;
		return -1;
	}
	strncat(attribute.told, data, 1);
	sysfs_read(attribute.control, sizeof(attribute.control), root, GPU "/power/control");
	snprintf(path, sizeof(path), "%s" GPU "/config", root);
	config = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(pread(config, command, 1, 4), 1);
	close(config);
	attribute.command = command[0];
	return 1;
}

static void add_function(const char *path, const char *device, const char *class)
{
	root_file("0x10de\n", "%s/vendor", path);
	root_file(device, "%s/device", path);
	root_file(class, "%s/class", path);
	root_link("../../../bus/pci/drivers/vfio-pci", "%s/driver", path);
	root_file("auto\n", "%s/power/control", path);
}

static int setup(void **state)
{
	static const __u8 config[64] = { 0xde, 0x10, 0xa2, 0x25, 0x03, 0x04 };

	(void)state;
	kernel_start();
	kernel.gpu.user.pid = 0;
	root = root_make();
	snprintf(target, sizeof(target), "%s/out.rom", root);
	memset(&attribute, 0, sizeof(attribute));
	add_function(GPU, "0x25a2\n", "0x030000\n");
	add_function(AUDIO, "0x2291\n", "0x040300\n");
	root_bytes(config, sizeof(config), GPU "/config");
	memset(bytes, 0xff, sizeof(bytes));
	image_put(bytes, 1, ROM_LEGACY, mine, false);
	image_put(bytes + UNIT, 1, ROM_UEFI, mine, true);
	root_bytes(bytes, sizeof(bytes), GPU "/rom");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	capture_free();
	kernel_stop();
	root_remove();
	return 0;
}

static int dump_to(const char *file, const char *name, bool json)
{
	struct options options = { .output = file, .json = json };
	int result;

	capture_begin();
	result = vbios_dump(root, name, &options);
	capture_end();
	return result;
}

static int dump(void)
{
	return dump_to(target, NULL, false);
}

static void assert_not_written(void)
{
	assert_int_equal(access(target, F_OK), -1);
}

static int holds;

static int count_hold(void)
{
	holds++;
	return 0;
}

static void test_bar(void **state)
{
	(void)state;
	holds = 0;
	kernel.hold = count_hold;
	assert_int_equal(dump(), RESULT_DONE);
	assert_image(target, bytes, ROM_SIZE);
	assert_int_equal(holds, 1);
	assert_string_equal(attribute.told, "10");
	/* The module keeps it awake. */
	assert_string_equal(attribute.control, "auto");
	assert_says(out, "the ROM of 0000:01:00.0, 1024 bytes\n");
	assert_says(out, "  legacy  at 0      512 bytes  10de:25a2  checksum right\n");
	assert_says(out, "  UEFI    at 0x200  512 bytes  10de:25a2  whole\n");
	assert_says(out, "not ROM: 0 bytes before it, 2048 behind it\n");
	assert_says(out, "from the ROM BAR\n");
	/* The root is below /tmp, and only root may enter what mkdtemp() makes. */
	assert_says(err, "QEMU cannot read ");
	assert_int_equal(dump_to(target, "01:00.0", true), RESULT_DONE);
	assert_says(out, "\"source\": \"bar\"");
	assert_says(out, "\"type\": \"UEFI\"");
	assert_says(out, "\"problem\": null");
}

/* A BAR answers only when memory space is on, which is the driver's to do. */
static void test_decode(void **state)
{
	char path[PATH_MAX], now[6];
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s" GPU "/config", root);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "\x00\x04", 2, 4), 2);
	assert_int_equal(dump(), RESULT_DONE);
	assert_int_equal(attribute.command, 2);
	assert_int_equal(pread(fd, now, 6, 0), 6);
	assert_memory_equal(now, "\xde\x10\xa2\x25\x00\x04", 6);
	assert_int_equal(ftruncate(fd, 4), 0);
	close(fd);
	unlink(target);
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "ROM BAR: could not switch it on: Input/output error");
	unlink(path);
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "ROM BAR: could not switch it on: No such file");
}

static void test_in_use(void **state)
{
	(void)state;
	kernel.gpu.state = GPUPM_STATE_IN_USE;
	kernel.gpu.user = (struct gpu_user){ .pid = 77, .comm = "qemu-system-x86" };
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "0000:01:00.0 is in use by qemu-system-x86 (pid 77)");
	kernel.gpu.user.pid = 0;
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "0000:01:00.0 is in use: ");
	assert_not_written();
	assert_string_equal(attribute.told, "");
}

static int vm_opens(void)
{
	kernel.gpu.opens++;
	return 0;
}

static int goes(void)
{
	kernel.n_gpus = 0;
	return 0;
}

/* What was read while somebody else used it may be anything. */
static void test_meanwhile(void **state)
{
	(void)state;
	kernel.hold = vm_opens;
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "in use");
	assert_not_written();
	kernel.hold = goes;
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "the module let go of 0000:01:00.0 in the middle");
	assert_not_written();
}

static void test_refused(void **state)
{
	(void)state;
	kernel.refusal = -EPERM;
	assert_int_equal(dump(), RESULT_NOT_PERMITTED);
	kernel.refusal = 0;
	kernel.garbage = true;
	assert_int_equal(dump(), RESULT_FAILED);
	assert_not_written();
}

/* Without the module, with it and yet without this GPU, and when it is awake anyway. */
static void test_alone(void **state)
{
	char control[16];

	(void)state;
	kernel.loaded = false;
	assert_int_equal(dump(), RESULT_DONE);
	assert_image(target, bytes, ROM_SIZE);
	assert_string_equal(attribute.control, "on");
	sysfs_read(control, sizeof(control), root, GPU "/power/control");
	assert_string_equal(control, "auto");
	kernel.loaded = true;
	kernel.n_gpus = 0;
	memset(&attribute, 0, sizeof(attribute));
	assert_int_equal(dump(), RESULT_DONE);
	assert_string_equal(attribute.control, "on");
	root_file("on\n", GPU "/power/control");
	assert_int_equal(dump(), RESULT_DONE);
	sysfs_read(control, sizeof(control), root, GPU "/power/control");
	assert_string_equal(control, "on");
}

static void test_alone_in_use(void **state)
{
	(void)state;
	kernel.loaded = false;
	root_link("../../../../kernel/iommu_groups/15", AUDIO "/iommu_group");
	root_file("qe\033mu\n", "/proc/4242/comm");
	root_link("/dev/vfio/15", "/proc/4242/fd/9");
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "0000:01:00.0 is in use by qe?mu (pid 4242)");
	assert_not_written();
	assert_string_equal(attribute.told, "");
}

static void set_driver(const char *driver)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s" GPU "/driver", root);
	unlink(path);
	if (driver)
		root_link(driver, GPU "/driver");
}

static void test_drivers(void **state)
{
	(void)state;
	kernel.n_gpus = 0;
	set_driver("../nouveau");
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "in use by the host's driver nouveau");
	assert_says(err, "gpupm bind 0000:01:00.0");
	assert_not_written();
	set_driver("../pci-stub");
	assert_int_equal(dump(), RESULT_DONE);
	set_driver(NULL);
	assert_int_equal(dump(), RESULT_DONE);
	assert_image(target, bytes, ROM_SIZE);
}

/* Which of two, one of which is the host's. */
static void test_which(void **state)
{
	(void)state;
	assert_int_equal(dump_to(target, "02:00", false), RESULT_NO_GPU);
	assert_says(err, "no GPU '02:00'");
	root_file("0x8086\n", "/sys/bus/pci/devices/0000:00:02.0/vendor");
	root_file("0x9a60\n", "/sys/bus/pci/devices/0000:00:02.0/device");
	root_file("0x030000\n", "/sys/bus/pci/devices/0000:00:02.0/class");
	assert_int_equal(dump(), RESULT_DONE);
	set_driver(NULL);
	assert_int_equal(dump(), RESULT_USAGE);
	assert_says(err, "say which GPU");
	assert_int_equal(dump_to(target, "01:00.1", false), RESULT_DONE);
	root_remove();
	root_make();
	assert_int_equal(dump(), RESULT_NO_GPU);
	assert_says(err, "this machine has no GPU");
}

static void unlink_rom(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s" GPU "/rom", root);
	unlink(path);
}

/* ---- ACPI ------------------------------------------------------------------- */

#define VFCT	"/sys/firmware/acpi/tables/VFCT"

static __u8 table[76 + 3 * (28 + ROM_SIZE)];

static void put32(__u8 *at, __u32 value)
{
	for (int i = 0; i < 4; i++)
		at[i] = value >> 8 * i;
}

static __u8 *vfct_entry(int n)
{
	return table + 76 + n * (28 + ROM_SIZE);
}

static void vfct_put(int n, __u32 function, struct rom_id id)
{
	__u8 *entry = vfct_entry(n);

	put32(entry, 1);
	put32(entry + 8, function);
	put32(entry + 12, id.vendor | (__u32)id.device << 16);
	put32(entry + 24, ROM_SIZE);
	memcpy(entry + 28, bytes, ROM_SIZE);
}

static void vfct_start(void)
{
	memset(table, 0, sizeof(table));
	memcpy(table, "VFCT", 4);
	put32(table + 4, sizeof(table));
	put32(table + 52, 76);
	vfct_put(0, 0, other);
	vfct_put(1, 1, mine);
	vfct_put(2, 0, mine);
}

static void test_vfct(void **state)
{
	size_t length;
	const void *rom;

	(void)state;
	vfct_start();
	unlink_rom();
	root_bytes(table, sizeof(table), VFCT);
	assert_int_equal(dump_to(target, NULL, true), RESULT_DONE);
	assert_image(target, bytes, ROM_SIZE);
	assert_says(out, "\"source\": \"vfct\"");
	assert_int_equal(vfct_find(table, sizeof(table), "0000:01:00.0", &mine, &rom, &length), 0);
	assert_ptr_equal(rom, vfct_entry(2) + 28);
	assert_int_equal(vfct_find(table, sizeof(table), "0000:02:00.0", &mine, &rom, &length),
			 -ENOENT);
	assert_int_equal(vfct_find(table, sizeof(table), "frob", &mine, &rom, &length), -ENOENT);
	put32(vfct_entry(2) + 24, 0);
	assert_int_equal(vfct_find(table, sizeof(table), "0000:01:00.0", &mine, &rom, &length),
			 -EBADMSG);
}

/* No cut of it leads out of it. */
static void test_vfct_damaged(void **state)
{
	size_t length;
	const void *rom;
	__u8 *copy;

	(void)state;
	vfct_start();
	for (size_t size = 0; size < sizeof(table); size++) {
		copy = malloc(size + !size);
		memcpy(copy, table, size);
		assert_int_equal(vfct_find(copy, size, "0000:01:00.0", &mine, &rom, &length),
				 -EBADMSG);
		if (size >= 8) {
			put32(copy + 4, size);
			assert_int_not_equal(vfct_find(copy, size, "0000:01:00.0", &mine, &rom,
						       &length), 0);
		}
		free(copy);
	}
	put32(vfct_entry(0) + 24, 0xffffffff);
	root_bytes(table, sizeof(table), VFCT);
	unlink_rom();
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "  ACPI table VFCT: the table is damaged\n");
	put32(table + 52, 4);
	assert_int_equal(vfct_find(table, sizeof(table), "0000:01:00.0", &mine, &rom, &length),
			 -EBADMSG);
	put32(table + 52, 0xffffffff);
	root_bytes(table, sizeof(table), VFCT);
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "  ACPI table VFCT: it has no ROM for this GPU\n");
}

static void test_method(void **state)
{
	(void)state;
	unlink_rom();
	holds = 0;
	kernel.hold = count_hold;
	root_bytes(bytes, sizeof(bytes), "/sys/class/gpupm/0000:01:00.0/rom");
	assert_int_equal(dump_to(target, NULL, true), RESULT_DONE);
	assert_image(target, bytes, ROM_SIZE);
	assert_says(out, "\"source\": \"_ROM\"");
	/* The GPU sleeps on. */
	assert_int_equal(holds, 0);
	root_bytes("", 0, "/sys/class/gpupm/0000:01:00.0/rom");
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "  ACPI method _ROM: it gives nothing\n");
}

/* Each place says for itself why it has none. */
static void test_nowhere(void **state)
{
	(void)state;
	unlink_rom();
	assert_int_equal(dump(), RESULT_FAILED);
	assert_string_equal(err, "gpupm: there is no ROM of 0000:01:00.0 to be had:\n"
			    "  ROM BAR: it has none\n"
			    "  ACPI table VFCT: firmware has no such table\n"
			    "  ACPI method _ROM: firmware has no such method\n");
	assert_not_written();
	root_file("DSDT....._ROM....", "/sys/firmware/acpi/tables/DSDT");
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "firmware has one, for whichever device");
	root_file("", GPU "/rom");
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "  ROM BAR: there is nothing in it\n");
	attribute.refuses = EPERM;
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "  ROM BAR: could not enable it: Operation not permitted\n");
}

/* The next place is asked when one has something that is of no use. */
static void test_bad_bar(void **state)
{
	(void)state;
	vfct_start();
	root_bytes(table, sizeof(table), VFCT);
	bytes[0x70] ^= 1;
	root_bytes(bytes, sizeof(bytes), GPU "/rom");
	bytes[0x70] ^= 1;
	assert_int_equal(dump(), RESULT_DONE);
	assert_says(out, "from the ACPI table VFCT");
	assert_image(target, bytes, ROM_SIZE);
	root_bytes(table, 4, VFCT);
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "  ROM BAR: it is corrupt: the checksum of the image at 0 is wrong\n");
	root_file("1\n", GPU "/boot_vga");
	assert_int_equal(dump(), RESULT_FAILED);
	assert_says(err, "is wrong (firmware booted with this GPU, and so it is firmware's own copy");
}

/* ---- writing ------------------------------------------------------------------- */

static void test_write(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(dump_to("/dev/full", NULL, false), RESULT_FAILED);
	assert_says(err, "could not write /dev/full: No space left on device");
	assert_int_equal(dump_to(root, NULL, false), RESULT_FAILED);
	assert_says(err, "Is a directory");
	snprintf(path, sizeof(path), "%s/nowhere/rom", root);
	assert_int_equal(dump_to(path, NULL, false), RESULT_FAILED);
	assert_says(err, "No such file or directory");
	assert_string_equal(out, "");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bar),
		TEST(test_decode),
		TEST(test_in_use),
		TEST(test_meanwhile),
		TEST(test_refused),
		TEST(test_alone),
		TEST(test_alone_in_use),
		TEST(test_drivers),
		TEST(test_which),
		TEST(test_vfct),
		TEST(test_vfct_damaged),
		TEST(test_method),
		TEST(test_nowhere),
		TEST(test_bad_bar),
		TEST(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
