// SPDX-License-Identifier: GPL-2.0-only
/* Durations, tables, and text of unknown origin. */
#include "unit.h"

#include "show/duration.h"
#include "show/table.h"
#include "show/text.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct style plain, unicode = { .unicode = true };

static void test_duration(void **state)
{
	static const struct {
		__u64 ms;
		const char *text;
	} cases[] = {
		{ 0, "0 ms" },
		{ 999, "999 ms" },
		{ 1000, "1.0 s" },
		{ 9999, "9.9 s" },
		{ 10000, "10 s" },
		{ 59999, "59 s" },
		{ 60000, "1 min 0 s" },
		{ 3599999, "59 min 59 s" },
		{ 3600000, "1 h 0 min" },
		{ 86399999, "23 h 59 min" },
		{ 86400000, "1 d 0 h" },
		{ 90000000, "1 d 1 h" },
		{ ~0ULL, "213503982334 d 14 h" },
	};
	char buf[DURATION_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(duration_format(buf, cases[i].ms), cases[i].text);
}

static void test_time(void **state)
{
	char buf[64];

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	assert_string_equal(time_format(buf, sizeof(buf), 1700000000000, 1700000005000),
			    "22:13:20");
	assert_string_equal(time_format(buf, sizeof(buf), 1700000000000, 1700100000000),
			    "2023-11-14 22:13:20");
}

static const char *clean(const struct style *style, const char *from)
{
	static char buf[32];

	text_clean(style, buf, sizeof(buf), from);
	return buf;
}

static void test_clean(void **state)
{
	(void)state;
	assert_string_equal(clean(&plain, "qemu-system-x86"), "qemu-system-x86");
	assert_string_equal(clean(&unicode, "a\033[31mb\n\r\t\177c"), "a?[31mb????c");
	assert_string_equal(clean(&unicode, "M\u00fcller"), "M\u00fcller");
	assert_string_equal(clean(&plain, "M\u00fcller"), "M?ller");
	/* C1 controls, a bidirectional override, a byte order mark. */
	assert_string_equal(clean(&unicode, "\xc2\x9bm\u202e\ufeff"), "?m??");
	/* No UTF-8: a lone byte, an overlong slash, a surrogate, a cut character. */
	assert_string_equal(clean(&unicode, "\xff|\xc0\xaf|\xed\xa0\x80|\xe2\x82"), "?|??|???|??");
	assert_string_equal(clean(&plain, "0123456789012345678901234567890123456789"),
			    "0123456789012345678901234567890");
	/* A character that does not fit is left out whole. */
	assert_string_equal(clean(&unicode, "012345678901234567890123456789\u00fc"),
			    "012345678901234567890123456789");
}

static void test_utf8(void **state)
{
	char buf[8];

	(void)state;
	text_utf8(buf, sizeof(buf), "a\033\xff");
	assert_string_equal(buf, "a\033\ufffd");
	text_utf8(buf, sizeof(buf), "abcdef\xff");
	assert_string_equal(buf, "abcdef");
	text_utf8(buf, sizeof(buf), "abcdefgh");
	assert_string_equal(buf, "abcdefg");
}

static void test_clip(void **state)
{
	char buf[16] = "0123456789";

	(void)state;
	text_clip(&plain, buf, sizeof(buf), 10);
	assert_string_equal(buf, "0123456789");
	text_clip(&plain, buf, sizeof(buf), 9);
	assert_string_equal(buf, "01234567~");
	text_clip(&unicode, buf, sizeof(buf), 4);
	assert_string_equal(buf, "012\u2026");
	text_clip(&unicode, buf, sizeof(buf), 0);
	assert_string_equal(buf, "\u2026");
	strcpy(buf, "ab");
	/* No room for the mark. */
	text_clip(&unicode, buf, 3, 1);
	assert_string_equal(buf, "");
}

static void test_columns(void **state)
{
	(void)state;
	setlocale(LC_ALL, "C.UTF-8");
	assert_int_equal(text_columns(""), 0);
	assert_int_equal(text_columns("abc"), 3);
	assert_int_equal(text_columns("\u251c\u2500 x"), 4);
	assert_int_equal(text_columns("\u00fc\u00fc"), 2);
}

static char *print_table(struct table *table, const struct style *style)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	table_print(table, style, out);
	fclose(out);
	return text;
}

static void test_table(void **state)
{
	const struct style narrow = { .width = 25 }, colour = { .colour = true };
	struct table table = { .indent = 2, .right = 1 << 1, .narrow = 1 << 2 };
	char *text;

	(void)state;
	for (int pass = 0; pass < 3; pass++) {
		table_cell(&table, PAINT_GREEN, "off");
		table_cell(&table, PAINT_PLAIN, "%d", 5);
		table_cell(&table, PAINT_PLAIN, "%s", pass == 1 ? "the longest" : "last");
		table_row(&table);
		table_cell(&table, PAINT_PLAIN, "in-use");
		table_cell(&table, PAINT_PLAIN, "%d", 12345);
		table_cell(&table, PAINT_PLAIN, "%s", "");
		table_row(&table);
		text = print_table(&table, pass == 0 ? &plain : pass == 1 ? &narrow : &colour);
		assert_string_equal(text, pass == 0 ?
				    "  off         5  last\n"
				    "  in-use  12345\n" : pass == 1 ?
				    "  off         5  the lon~\n"
				    "  in-use  12345\n" :
				    "  \033[32moff\033[0m         5  last\n"
				    "  in-use  12345\n");
		free(text);
	}
}

static char *wrap(int width, const char *text)
{
	const struct style style = { .width = width };
	static char buf[256];
	FILE *out = fmemopen(buf, sizeof(buf), "w");

	text_wrap(out, &style, 2, text);
	fclose(out);
	return buf;
}

static void test_wrap(void **state)
{
	(void)state;
	assert_string_equal(wrap(0, "one two  three"), "  one two three\n");
	assert_string_equal(wrap(9, "one two three"), "  one two\n  three\n");
	assert_string_equal(wrap(8, "one two three"), "  one\n  two\n  three\n");
	assert_string_equal(wrap(4, "one two"), "  one\n  two\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_clip),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
