// SPDX-License-Identifier: GPL-2.0-only
/* The tables that new VMs get: which, where, and what is no table. */
#include "backend.h"

#include "guest/aml.h"
#include "profile/file.h"
#include "profile/parse.h"
#include "profile/tables.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define assert_logged(text)	assert_true(was_logged(text))

static struct config config;
static char dir[256], mine[256];

static int setup(void **state)
{
	const char *root = root_make();

	(void)state;
	loop_open();
	snprintf(dir, sizeof(dir), "%s/tables", root);
	snprintf(mine, sizeof(mine), "%s/mine.aml", root);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	config_free(&config);
	root_remove();
	loop_close();
	return 0;
}

/* With the path of mine.aml where the text has a format for it. */
static void __attribute__((format(printf, 1, 2))) read_config(const char *format, ...)
{
	char text[PATH_MAX + 256];
	va_list args;
	FILE *file;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	file = fmemopen(text, n, "r");
	config_free(&config);
	assert_int_equal(parse_config(file, "conf", &config, stderr), 0);
	fclose(file);
}

static void assert_table(const char *name, const char *builtin)
{
	char path[PATH_MAX], *data;
	size_t size, want_size;
	const void *want = aml_builtin(builtin, &want_size);
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(file_read(path, 65535, &data, &size), 0);
	assert_int_equal(size, want_size);
	assert_memory_equal(data, want, size);
	free(data);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

static void test_which(void **state)
{
	char path[PATH_MAX + 32];
	size_t size;
	const void *table = aml_builtin("ac", &size);

	(void)state;
	assert_true(tables_apply(&config, PROFILE_AC, dir));
	assert_table("power.aml", "live");
	assert_int_equal(file_replace(mine, table, size), 0);
	read_config("[ac]\nacpi-table = battery\n[vm 'my game' ac]\nacpi-table = %s\n"
		    "[vm other]\nguest-power = ac\n", mine);
	assert_true(tables_apply(&config, PROFILE_AC, dir));
	assert_table("power.aml", "battery");
	assert_table("power-my game.aml", "ac");
	snprintf(path, sizeof(path), "%s/power-other.aml", dir);
	assert_int_equal(access(path, F_OK), -1);
	/* The path of a VM with a table of its own is there in every profile. */
	assert_true(tables_apply(&config, PROFILE_BATTERY, dir));
	assert_table("power.aml", "live");
	assert_table("power-my game.aml", "live");
	assert_int_equal(warnings, 0);
}

static int count(const char *text)
{
	int n = 0;

	for (const char *at = logged; (at = strstr(at, text)); at++)
		n++;
	return n;
}

/* What a daemon left that was killed in the middle goes, even where nothing is to change. */
static void test_left(void **state)
{
	char left[PATH_MAX];

	(void)state;
	assert_true(tables_apply(&config, PROFILE_AC, dir));
	snprintf(left, sizeof(left), "%s/power.aml.new", dir);
	assert_int_equal(file_replace(left, "half", 4), 0);
	assert_true(tables_apply(&config, PROFILE_AC, dir));
	assert_int_equal(access(left, F_OK), -1);
	assert_table("power.aml", "live");
}

/* What is no table would keep QEMU from starting: the old one stays. */
static void test_bad(void **state)
{
	size_t size;
	const void *table = aml_builtin("ac", &size);
	char *copy = malloc(size);

	(void)state;
	assert_true(tables_apply(&config, PROFILE_AC, dir));
	read_config("[ac]\nacpi-table = %s\n", mine);
	tables_apply(&config, PROFILE_AC, dir);
	assert_logged("mine.aml: No such file or directory\n");
	memcpy(copy, table, size);
	copy[size - 1] ^= 1;
	assert_int_equal(file_replace(mine, copy, size), 0);
	tables_apply(&config, PROFILE_AC, dir);
	assert_logged("mine.aml is no ACPI table (length or checksum is wrong)\n");
	assert_int_equal(file_replace(mine, table, size - 1), 0);
	tables_apply(&config, PROFILE_AC, dir);
	assert_int_equal(file_replace(mine, table, 20), 0);
	tables_apply(&config, PROFILE_AC, dir);
	assert_int_equal(count("is no ACPI table"), 3);
	free(copy);
	unlink(mine);
	mkdir(mine, 0755);
	tables_apply(&config, PROFILE_AC, dir);
	assert_logged("mine.aml: Is a directory\n");
	rmdir(mine);
	mkfifo(mine, 0600);
	tables_apply(&config, PROFILE_AC, dir);
	assert_logged("mine.aml: it is no file\n");
	assert_table("power.aml", "live");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_which, setup, teardown),
		cmocka_unit_test_setup_teardown(test_left, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
