// SPDX-License-Identifier: GPL-2.0-only
/* What is added to a text, and taken out of it. */
#include "unit.h"

#include "bind/splice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN	"# gpupm bind: from here ...\n"
#define END	"# ... to here: taken out by \"gpupm bind --undo\"\n"

static void assert_splice(enum splice_kind kind, const char *text, const char *added,
			  const char *want)
{
	char *with = splice_add(kind, text, added), *without;

	assert_string_equal(with, want);
	without = splice_strip(kind, with, added);
	if (text && *text && text[strlen(text) - 1] == '\n')
		assert_string_equal(without, text);
	free(with);
	free(without);
}

static void test_splice(void **state)
{
	char *text;

	(void)state;
	assert_splice(SPLICE_OPTIONS, "options a\r\nlinux b\r\n", "x y", "options a x y\r\nlinux b\r\n");
	assert_splice(SPLICE_OPTIONS, "options a\noptions b\n# options\n", "x",
		      "options a\noptions b x\n# options\n");
	assert_splice(SPLICE_OPTIONS, "optionsx\nlinux b\n", "x", "optionsx\nlinux b\noptions x\n");
	assert_splice(SPLICE_OPTIONS, "linux b", "x", "linux b\noptions x\n");
	assert_splice(SPLICE_OPTIONS, "options a", "x", "options a x");
	assert_splice(SPLICE_LINE, "a b\n\n", "x y", "a b x y\n\n");
	assert_splice(SPLICE_LINE, "a\nb", "x", "a\nb x");
	assert_splice(SPLICE_LINE, NULL, "x", "x");
	assert_splice(SPLICE_BLOCK, NULL, "x\n", BEGIN "x\n" END);
	assert_splice(SPLICE_BLOCK, "a\n", "x\n", "a\n" BEGIN "x\n" END);
	/* Part of a word is another. */
	text = splice_strip(SPLICE_LINE, "a ab x=1 ab=1 ab\n", "ab");
	assert_string_equal(text, "a x=1 ab=1\n");
	free(text);
	/* Who took half of it out took all of it out. */
	text = splice_strip(SPLICE_BLOCK, "a\n" BEGIN "x\n", NULL);
	assert_string_equal(text, "a\n" BEGIN "x\n");
	free(text);
	assert_null(splice_strip(SPLICE_LINE, NULL, "x"));
	assert_int_equal(errno, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_splice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
