// SPDX-License-Identifier: GPL-2.0-only
/* What is a ROM, what is in it, and each way of being none. */
#include "image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct rom_id mine = { 0x10de, 0x25a2 }, other = { 0x10de, 0x25a0 };

/* A legacy image of two units and one for UEFI of three, with room before and behind. */
#define LEGACY	1024
#define UEFI	(LEGACY + 2 * UNIT)
#define END	(UEFI + 3 * UNIT)

static __u8 bytes[END + 24 * UNIT];
static struct rom rom;

static int setup(void **state)
{
	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	image_put(bytes + LEGACY, 2, ROM_LEGACY, mine, false);
	image_put(bytes + UEFI, 3, ROM_UEFI, mine, true);
	return 0;
}

static void assert_problem(enum rom_problem problem, const char *word, size_t at, const char *says)
{
	char buf[256];

	assert_string_equal(rom_problem_word(rom.problem), word);
	assert_int_equal(rom.problem, problem);
	assert_int_equal(rom.at, at);
	if (!strstr(rom_explain(&rom, buf, sizeof(buf)), says))
		fail_msg("'%s' is not in: %s", says, buf);
}

/* The ROM alone, which is not to be good. On a heap, where too far a read is seen. */
static void assert_bad(size_t size, enum rom_problem problem, const char *word, size_t at,
		       const char *says)
{
	__u8 *copy = malloc(size + !size);

	memcpy(copy, bytes + LEGACY, size);
	assert_false(rom_parse(copy, size, &mine, &rom));
	free(copy);
	assert_problem(problem, word, at, says);
}

static void test_good(void **state)
{
	char buf[64];

	(void)state;
	assert_true(rom_parse(bytes + LEGACY, END - LEGACY, &mine, &rom));
	assert_int_equal(rom.problem, ROM_GOOD);
	assert_int_equal(rom.start, 0);
	assert_int_equal(rom.length, END - LEGACY);
	assert_int_equal(rom.n, 2);
	assert_int_equal(rom.images[0].offset, 0);
	assert_int_equal(rom.images[0].length, 2 * UNIT);
	assert_int_equal(rom.images[0].code, ROM_LEGACY);
	assert_int_equal(rom.images[0].id.device, 0x25a2);
	assert_true(rom.images[0].matches && rom.images[1].matches);
	assert_int_equal(rom.images[1].offset, 2 * UNIT);
	assert_string_equal(rom_code(rom.images[0].code), "legacy");
	assert_string_equal(rom_code(rom.images[1].code), "UEFI");
	assert_null(rom_code(1));
	assert_true(rom_has(&rom, ROM_LEGACY) && rom_has(&rom, ROM_UEFI));
	assert_false(rom_has(&rom, 1));
	assert_string_equal(rom_explain(&rom, buf, sizeof(buf)), "nothing is wrong");
	assert_string_equal(rom_problem_word(rom.problem), "none");
	assert_true(rom_parse(bytes + UEFI, END - UEFI, NULL, &rom));
	assert_false(rom_has(&rom, ROM_LEGACY));
	assert_false(rom.images[0].matches);
}

/* With a vendor's header before it, and more behind it. */
static void test_trim(void **state)
{
	(void)state;
	assert_true(rom_parse(bytes, sizeof(bytes), &mine, &rom));
	assert_int_equal(rom.start, LEGACY);
	assert_int_equal(rom.length, END - LEGACY);
	/* 55 AA by chance is no start. */
	memcpy(bytes + 100, "\x55\xaa", 2);
	memcpy(bytes + LEGACY - 2, "\x55\xaa", 2);
	assert_true(rom_parse(bytes, sizeof(bytes), NULL, &rom));
	assert_int_equal(rom.start, LEGACY);
	/* Nor need it be at the beginning of anything. */
	assert_true(rom_parse(bytes + 1, sizeof(bytes) - 1, &mine, &rom));
	assert_int_equal(rom.start, LEGACY - 1);
	assert_int_equal(rom.images[1].offset, UEFI - 1);
}

static void test_nothing(void **state)
{
	(void)state;
	assert_bad(0, ROM_EMPTY, "empty", 0, "it is empty");
	memset(bytes, 0, sizeof(bytes));
	assert_bad(1024, ROM_ALL_ZERO, "all-zero", 0, "all 1024 bytes are 00");
	memset(bytes, 0xff, sizeof(bytes));
	assert_bad(1024, ROM_ALL_FF, "all-ff", 0, "all 1024 bytes are FF, as when a GPU is read while its power is cut");
	bytes[LEGACY + 7] = 0x55;
	assert_bad(1024, ROM_NONE, "no-rom", 0, "it is no ROM: nowhere in its 1024 bytes");
	bytes[LEGACY + 1023] = 0x55;
	assert_bad(1024, ROM_NONE, "no-rom", 0, "it is no ROM");
	memset(bytes, 'x', sizeof(bytes));
	assert_bad(1, ROM_NONE, "no-rom", 0, "it is no ROM");
	assert_bad(2000, ROM_NONE, "no-rom", 0, "it is no ROM");
}

/* Cut anywhere, it is truncated, and says where. */
static void test_truncated(void **state)
{
	(void)state;
	assert_bad(2, ROM_TRUNCATED, "truncated", 0, "the image at 0 goes on after the last of 2 bytes");
	for (size_t size = 3; size < END - LEGACY; size++) {
		if (size == 2 * UNIT + 1)
			continue;
		assert_bad(size, ROM_TRUNCATED, "truncated", size < 2 * UNIT ? 0 : 2 * UNIT,
			   "truncated");
	}
	assert_bad(2 * UNIT, ROM_TRUNCATED, "truncated", 2 * UNIT,
		   "it is truncated: the image at 0x400 goes on after the last of 1024 bytes");
}

static void test_corrupt(void **state)
{
	__u8 *legacy = bytes + LEGACY, *uefi = bytes + UEFI;

	legacy[0x70] ^= 1;
	assert_bad(END - LEGACY, ROM_CHECKSUM, "checksum", 0, "the checksum of the image at 0 is wrong");
	setup(state);
	legacy[PCIR] = 'p';
	assert_bad(END - LEGACY, ROM_NO_PCIR, "no-pcir", 0, "the image at 0 has no PCIR");
	setup(state);
	legacy[0x18] = 0x10;
	assert_bad(END - LEGACY, ROM_NO_PCIR, "no-pcir", 0, "no PCIR");
	setup(state);
	legacy[2] = 0;
	assert_bad(END - LEGACY, ROM_LENGTH, "length", 0, "lengths in the image at 0 contradict");
	legacy[2] = 3;
	assert_bad(END - LEGACY, ROM_LENGTH, "length", 0, "lengths");
	setup(state);
	legacy[PCIR + 0x10] = 0;
	assert_bad(END - LEGACY, ROM_LENGTH, "length", 0, "lengths");
	setup(state);
	uefi[0] = 0;
	assert_bad(END - LEGACY, ROM_NO_NEXT, "no-next", 2 * UNIT, "another image should follow at 0x400");
	setup(state);
	uefi[4] = 0;
	assert_bad(END - LEGACY, ROM_CODE, "code", 2 * UNIT, "the UEFI image at 0x400 has no program");
	setup(state);
	uefi[0x60] = 'm';
	assert_bad(END - LEGACY, ROM_CODE, "code", 2 * UNIT, "no program");
	setup(state);
	uefi[0x17] = 0x06;
	assert_bad(END - LEGACY, ROM_LENGTH, "length", 2 * UNIT, "lengths");
	setup(state);
	uefi[2] = 4;
	assert_bad(END - LEGACY, ROM_LENGTH, "length", 2 * UNIT, "lengths");
}

/* Most are compressed, and say how long that is. */
static void test_compressed(void **state)
{
	__u8 *uefi = bytes + UEFI;

	(void)state;
	uefi[0x0c] = 1;
	memcpy(uefi + 0x60, "\x98\x05\0\0\0\x10\0\0", 8);
	assert_true(rom_parse(bytes, sizeof(bytes), &mine, &rom));
	uefi[0x60]++;
	assert_false(rom_parse(bytes, sizeof(bytes), &mine, &rom));
	assert_problem(ROM_LENGTH, "length", UEFI, "lengths");
}

static void test_foreign(void **state)
{
	(void)state;
	assert_false(rom_parse(bytes, sizeof(bytes), &other, &rom));
	assert_problem(ROM_FOREIGN, "foreign", LEGACY,
		       "it is for another GPU: for 10de:25a2, and this one is 10de:25a0");
	assert_true(rom_parse(bytes, sizeof(bytes), NULL, &rom));
	assert_false(rom_parse(bytes, sizeof(bytes), &(struct rom_id){ 0x1002, 0x25a2 }, &rom));
	/* One image for it is enough; which, can be told. */
	bytes[UEFI + PCIR + 6] = 0xa0;
	assert_true(rom_parse(bytes, sizeof(bytes), &other, &rom));
	assert_false(rom.images[0].matches);
	assert_true(rom.images[1].matches);
}

static void test_list(void **state)
{
	__u8 *legacy = bytes + LEGACY;

	(void)state;
	legacy[PCIR + 8] = 0x30;
	memcpy(legacy + PCIR + 0x30, "\x01\x25\xa0\x25\0\0", 6);
	image_sum(legacy);
	assert_true(rom_parse(bytes, sizeof(bytes), &other, &rom));
	assert_true(rom.images[0].matches);
	assert_false(rom.images[1].matches);
	/* In an old image these two bytes are something else. */
	legacy[PCIR + 0x0c] = 0;
	image_sum(legacy);
	assert_false(rom_parse(bytes, sizeof(bytes), &other, &rom));
	/* A list that never ends, and one that begins nowhere. */
	legacy[PCIR + 0x0c] = 3;
	memset(legacy + PCIR + 0x30, 'x', UNIT * 2 - PCIR - 0x30);
	image_sum(legacy);
	assert_false(rom_parse(legacy, END - LEGACY, &other, &rom));
	assert_int_equal(rom.problem, ROM_FOREIGN);
	memcpy(legacy + PCIR + 8, "\xff\xff", 2);
	image_sum(legacy);
	assert_false(rom_parse(legacy, END - LEGACY, &other, &rom));
	assert_int_equal(rom.problem, ROM_FOREIGN);
}

/* The firmware of a machine has the ROMs of all its devices. */
static void test_several(void **state)
{
	__u8 *second = bytes + END + 100;

	(void)state;
	image_put(second, 1, ROM_LEGACY, other, true);
	assert_true(rom_parse(bytes, sizeof(bytes), &other, &rom));
	assert_int_equal(rom.start, END + 100);
	assert_int_equal(rom.length, UNIT);
	assert_true(rom_parse(bytes, sizeof(bytes), &mine, &rom));
	assert_int_equal(rom.start, LEGACY);
	/* It is none the less found when the first is broken. */
	bytes[LEGACY + 0x70] ^= 1;
	assert_true(rom_parse(bytes, sizeof(bytes), &other, &rom));
	assert_false(rom_parse(bytes, sizeof(bytes), NULL, &rom));
	assert_int_equal(rom.problem, ROM_CHECKSUM);
	/* The image that follows the broken one does not pass for a whole ROM. */
	assert_false(rom_parse(bytes, sizeof(bytes), &mine, &rom));
	assert_int_equal(rom.problem, ROM_CHECKSUM);
	assert_int_equal(rom.at, LEGACY);
}

static void test_nvidias_own(void **state)
{
	(void)state;
	bytes[UEFI + PCIR + 0x15] = 0;
	assert_false(rom_parse(bytes, sizeof(bytes), &mine, &rom));
	assert_problem(ROM_NO_NEXT, "no-next", END, "another image should follow");
	image_put(bytes + END, 1, 0xe0, mine, true);
	memcpy(bytes + END, "VN", 2);
	assert_true(rom_parse(bytes, sizeof(bytes), &mine, &rom));
	assert_int_equal(rom.n, 3);
	assert_int_equal(rom.length, END + UNIT - LEGACY);
	memcpy(bytes + END + PCIR, "NPDS", 4);
	assert_true(rom_parse(bytes, sizeof(bytes), &mine, &rom));
	memcpy(bytes + END, "\x77\xbb", 2);
	memcpy(bytes + END + PCIR, "RGIS", 4);
	assert_true(rom_parse(bytes, sizeof(bytes), &mine, &rom));
	memcpy(bytes + END + PCIR, "frob", 4);
	assert_false(rom_parse(bytes, sizeof(bytes), &mine, &rom));
	assert_problem(ROM_NO_PCIR, "no-pcir", END, "no PCIR");
	/* Others have no such names. */
	memcpy(bytes + END, "\x55\xaa", 2);
	memcpy(bytes + END + PCIR, "NPDS", 4);
	assert_false(rom_parse(bytes, sizeof(bytes), &mine, &rom));
	/* Not at the beginning, and not in half. */
	memcpy(bytes + LEGACY, "VN", 2);
	assert_false(rom_parse(bytes + LEGACY, UNIT, &mine, &rom));
	assert_int_equal(rom.problem, ROM_NONE);
}

static void test_many(void **state)
{
	(void)state;
	for (int i = 0; i < 17; i++)
		image_put(bytes + i * UNIT, 1, i ? 0xe0 : ROM_LEGACY, mine, i == 15);
	assert_true(rom_parse(bytes, 17 * UNIT, &mine, &rom));
	assert_int_equal(rom.n, 16);
	bytes[15 * UNIT + PCIR + 0x15] = 0;
	assert_false(rom_parse(bytes, 17 * UNIT, &mine, &rom));
	assert_problem(ROM_MANY, "many", 16 * UNIT, "it has more than 16 images");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_good, setup),
		cmocka_unit_test_setup(test_trim, setup),
		cmocka_unit_test_setup(test_nothing, setup),
		cmocka_unit_test_setup(test_truncated, setup),
		cmocka_unit_test_setup(test_corrupt, setup),
		cmocka_unit_test_setup(test_compressed, setup),
		cmocka_unit_test_setup(test_foreign, setup),
		cmocka_unit_test_setup(test_list, setup),
		cmocka_unit_test_setup(test_several, setup),
		cmocka_unit_test_setup(test_nvidias_own, setup),
		cmocka_unit_test_setup(test_many, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
