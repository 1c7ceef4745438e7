// SPDX-License-Identifier: GPL-2.0-only
/* Unified diffs: those of diff(1), where that is there to be asked. */
#include "unit.h"

#include "show/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *printed;
static size_t size;

static bool diff(const struct style *style, const char *before, const char *after)
{
	FILE *out = open_memstream(&printed, &size);
	bool differ;

	assert_non_null(out);
	differ = diff_print(out, style, "a", "b", before, after);
	fclose(out);
	return differ;
}

static void assert_diff(const char *before, const char *after, const char *want)
{
	static const struct style plain;

	assert_int_equal(diff(&plain, before, after), !!*want);
	assert_string_equal(printed, want);
	free(printed);
}

static void test_small(void **state)
{
	(void)state;
	assert_diff("", "", "");
	assert_diff("a\nb\n", "a\nb\n", "");
	assert_diff("", "x\n", "--- a\n+++ b\n@@ -0,0 +1 @@\n+x\n");
	assert_diff(NULL, "x\ny\n", "--- a\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n");
	assert_diff("x\n", "", "--- a\n+++ b\n@@ -1 +0,0 @@\n-x\n");
	assert_diff("a\nb\nc\n", "a\nB\nc\n", "--- a\n+++ b\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
	assert_diff("a", "a\n",
		    "--- a\n+++ b\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
	assert_diff("a\nb", "A\nb",
		    "--- a\n+++ b\n@@ -1,2 +1,2 @@\n-a\n+A\n b\n\\ No newline at end of file\n");
	/* Two that are far from each other are two hunks. */
	assert_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "x\n2\n3\n4\n5\n6\n7\n8\ny\n",
		    "--- a\n+++ b\n@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n"
		    "@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+y\n");
	/* Two that are near are one. */
	assert_diff("1\n2\n3\n4\n5\n6\n7\n8\n", "x\n2\n3\n4\n5\n6\n7\ny\n",
		    "--- a\n+++ b\n@@ -1,8 +1,8 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n");
}

static void test_terminal(void **state)
{
	static const struct style terminal = { .terminal = true, .colour = true };

	(void)state;
	/* What would act on a terminal does not get there. */
	assert_true(diff(&terminal, "a\tb\n", "\033[2Jc\n"));
	assert_non_null(strstr(printed, "-a b"));
	assert_non_null(strstr(printed, "+?[2Jc"));
	free(printed);
}

static void test_much(void **state)
{
	static const struct style plain;
	char *a = malloc(1 << 20), *b = malloc(1 << 20), *to_a = a, *to_b = b;

	(void)state;
	assert_true(a && b);
	/* More pairs of lines than there is memory for. */
	for (int i = 0; i < 20000; i++) {
		to_a += sprintf(to_a, "a %d\n", i);
		to_b += sprintf(to_b, "b %d\n", i);
	}
	assert_true(diff(&plain, a, b));
	assert_non_null(strstr(printed, "@@ -1,20000 +1,20000 @@\n-a 0\n"));
	free(printed);
	free(a);
	free(b);
}

static char *file_of(const char *name, const char *text)
{
	char *path;

	root_file(text, "/%s", name);
	assert_true(asprintf(&path, "%s/%s", getenv("GPUPM_TEST_ROOT"), name) > 0);
	return path;
}

/* Texts of few different lines, in any order: patch(1) makes the second of the first. */
static void test_patch(void **state)
{
	static const struct style plain;
	const char *root = root_make();

	(void)state;
	if (system("command -v patch >/dev/null")) {
		print_message("# SKIP there is no patch(1)\n");
		root_remove();
		return;
	}
	setenv("GPUPM_TEST_ROOT", root, 1);
	srandom(7);
	for (int round = 0; round < 40; round++) {
		char texts[2][256], *path, *patch, *command;

		for (int i = 0; i < 2; i++) {
			char *to = texts[i];

			for (long n = random() % 30; n > 0; n--)
				to += sprintf(to, "%c\n", (char)('a' + random() % 4));
			*to = '\0';
			if (to > texts[i] && random() % 4 == 0)
				to[-1] = '\0';
		}
		if (!diff(&plain, texts[0], texts[1])) {
			assert_string_equal(texts[0], texts[1]);
			free(printed);
			continue;
		}
		path = file_of("text", texts[0]);
		patch = file_of("patch", printed);
		assert_true(asprintf(&command,
				     "cd %s && patch -s --posix text patch && printf '%%s' '%s' | cmp -s text -",
				     root, texts[1]) > 0);
		if (system(command))
			fail_msg("patch(1) makes something else of '%s' with:\n%s", texts[0],
				 printed);
		free(command);
		free(patch);
		free(path);
		free(printed);
	}
	root_remove();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_terminal),
		cmocka_unit_test(test_much),
		cmocka_unit_test(test_patch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
