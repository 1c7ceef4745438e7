// SPDX-License-Identifier: GPL-2.0-only
/* What "gpupm vbios check" says of a file. */
#include "capture.h"
#include "image.h"

#include "cmd/vbios.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PCI	"/sys/bus/pci/devices"

static const struct rom_id mine = { 0x10de, 0x25a2 }, other = { 0x10de, 0x25a0 };
static const char *root;
static char target[128];
/* A ROM of two units, with four more behind it. */
static __u8 bytes[6 * UNIT];
#define ROM_SIZE	(2 * (size_t)UNIT)

static int setup(void **state)
{
	(void)state;
	root = root_make();
	snprintf(target, sizeof(target), "%s/out.rom", root);
	root_file("0x10de\n", PCI "/0000:01:00.0/vendor");
	root_file("0x25a2\n", PCI "/0000:01:00.0/device");
	root_file("0x030000\n", PCI "/0000:01:00.0/class");
	memset(bytes, 0xff, sizeof(bytes));
	image_put(bytes, 1, ROM_LEGACY, mine, false);
	image_put(bytes + UNIT, 1, ROM_UEFI, mine, true);
	return 0;
}

static int check_file(const char *file, const char *name, const char *output, bool json)
{
	struct options options = { .output = output, .json = json };
	int result;

	capture_begin();
	result = vbios_check(root, file, name, &options);
	capture_end();
	return result;
}

static int check(const void *data, size_t size)
{
	char path[PATH_MAX];

	root_bytes(data, size, "/file.rom");
	snprintf(path, sizeof(path), "%s/file.rom", root);
	return check_file(path, NULL, NULL, false);
}

static void assert_not_written(void)
{
	assert_int_equal(access(target, F_OK), -1);
}

static void test_check(void **state)
{
	(void)state;
	assert_int_equal(check(bytes, sizeof(bytes)), RESULT_DONE);
	assert_says(out, "the ROM of 0000:01:00.0, 1024 bytes\n");
	assert_string_equal(err, "");
	/* Without one for UEFI that is worth a word. */
	bytes[PCIR + 0x15] = 0x80;
	image_sum(bytes);
	assert_int_equal(check(bytes, UNIT), RESULT_DONE);
	assert_says(out, "no image for UEFI");
	/* On a machine without a GPU there is nothing to compare with. */
	root_remove();
	root = root_make();
	assert_int_equal(check(bytes, UNIT), RESULT_DONE);
	assert_says(out, "a ROM, 512 bytes\n");
}

/* Each way to be of no use has its own words. */
static void test_check_bad(void **state)
{
	(void)state;
	assert_int_equal(check("", 0), RESULT_FAILED);
	assert_says(err, "/file.rom: it is empty\n");
	assert_string_equal(out, "");
	assert_int_equal(check(bytes + ROM_SIZE, UNIT), RESULT_FAILED);
	assert_says(err, "all 512 bytes are FF");
	assert_int_equal(check("hello", 5), RESULT_FAILED);
	assert_says(err, "it is no ROM");
	assert_int_equal(check(bytes, ROM_SIZE - 1), RESULT_FAILED);
	assert_says(err, "it is truncated");
	assert_says(out, "1023 bytes\n  legacy  at 0      512 bytes  10de:25a2  checksum right\n");
	bytes[0x70] ^= 1;
	assert_int_equal(check(bytes, ROM_SIZE), RESULT_FAILED);
	assert_says(err, "it is corrupt: the checksum");
	assert_says(out, "broken");
}

static void test_check_foreign(void **state)
{
	char path[PATH_MAX];

	(void)state;
	image_put(bytes, 1, ROM_LEGACY, other, true);
	assert_int_equal(check(bytes, UNIT), RESULT_FAILED);
	assert_says(err, "it is for another GPU: for 10de:25a0, and this one is 10de:25a2\n");
	assert_says(out, "for another GPU\n");
	/* With two GPUs there is no "this one", unless it is named. */
	root_file("0x8086\n", PCI "/0000:00:02.0/vendor");
	root_file("0x9a60\n", PCI "/0000:00:02.0/device");
	root_file("0x030000\n", PCI "/0000:00:02.0/class");
	assert_int_equal(check(bytes, UNIT), RESULT_FAILED);
	assert_says(err, "for 10de:25a0, and this machine has none\n");
	snprintf(path, sizeof(path), "%s/file.rom", root);
	assert_int_equal(check_file(path, "00:02", NULL, false), RESULT_FAILED);
	assert_says(err, "for 10de:25a0, and this one is 8086:9a60\n");
	assert_int_equal(check_file(path, NULL, target, true), RESULT_FAILED);
	assert_says(out, "\"problem\": \"foreign\"");
	assert_says(out, "and this machine has none\"");
	assert_not_written();
	/* One image for it is enough, and it is told which are not. */
	image_put(bytes, 1, ROM_LEGACY, other, false);
	assert_int_equal(check(bytes, ROM_SIZE), RESULT_DONE);
	assert_says(out, "the ROM of 0000:01:00.0");
	assert_says(out, "for another GPU\n");
}

/* What is before it keeps QEMU's guests from finding it. */
static void test_check_trims(void **state)
{
	char path[PATH_MAX];

	(void)state;
	memmove(bytes + 100, bytes, sizeof(bytes) - 100);
	memcpy(bytes, "NVGI", 4);
	assert_int_equal(check(bytes, sizeof(bytes)), RESULT_FAILED);
	assert_says(err, "100 bytes before the ROM keep it from being found; -o FILE writes");
	snprintf(path, sizeof(path), "%s/file.rom", root);
	assert_int_equal(check_file(path, NULL, NULL, true), RESULT_FAILED);
	assert_says(out, "\"problem\": \"start\"");
	assert_int_equal(check_file(path, "01:00", target, false), RESULT_DONE);
	memmove(bytes, bytes + 100, ROM_SIZE);
	assert_image(target, bytes, ROM_SIZE);
	assert_int_equal(check_file(path, NULL, "/dev/full", false), RESULT_FAILED);
	assert_says(err, "No space left");
	/* One's own link to what is no file is followed, that of somebody else is not. */
	assert_int_equal(symlink("/dev/null", target), 0);
	assert_int_equal(check_file(path, NULL, target, false), RESULT_DONE);
	if (!lchown(target, 65534, 65534)) {
		assert_int_equal(check_file(path, NULL, target, false), RESULT_NOT_PERMITTED);
		assert_says(err, "Permission denied");
	}
	unlink(target);
}

static void test_check_file(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(check_file(root, NULL, NULL, false), RESULT_FAILED);
	assert_says(err, "Is a directory");
	snprintf(path, sizeof(path), "%s/none", root);
	assert_int_equal(check_file(path, NULL, NULL, false), RESULT_FAILED);
	assert_says(err, "No such file");
	mkfifo(path, 0600);
	assert_int_equal(check_file(path, NULL, NULL, false), RESULT_FAILED);
	assert_says(err, "it is no file");
	snprintf(path, sizeof(path), "%s/file.rom", root);
	root_bytes("", 0, "/file.rom");
	assert_int_equal(truncate(path, VBIOS_FILE_MAX + 1), 0);
	assert_int_equal(check_file(path, NULL, NULL, false), RESULT_FAILED);
	assert_says(err, "it is larger than 64 MiB");
	assert_int_equal(check_file(path, "07:00", NULL, false), RESULT_NO_GPU);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, capture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_check),
		TEST(test_check_bad),
		TEST(test_check_foreign),
		TEST(test_check_trims),
		TEST(test_check_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
