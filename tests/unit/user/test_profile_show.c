// SPDX-License-Identifier: GPL-2.0-only
/* What people see of profiles. */
#include "unit.h"

#include "profile/config_json.h"
#include "profile/parse.h"
#include "show/profile.h"
#include "show/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct style plain = {};
static const char *root;

static int setup(void **state)
{
	(void)state;
	root = root_make();
	root_file("0-7\n", "/sys/devices/system/cpu/online");
	root_file("0-3\n", "/sys/devices/cpu_core/cpus");
	root_file("4-7\n", "/sys/devices/cpu_atom/cpus");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	root_remove();
	return 0;
}

static char *show(struct json_object *object)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	profiles_show(out, &plain, root, object);
	fclose(out);
	json_object_put(object);
	return text;
}

static void assert_shown(struct json_object *object, const char *golden)
{
	char *text = show(object);

	assert_golden(text, golden);
	free(text);
}

static const char file[] =
	"[ac]\n"
	"vcpu-affinity = performance\n"
	"host-command = sh -c 'echo \"a b\"' it\\'s \"'\\\"\" '' back\\\\slash\n"
	"[battery]\n"
	"acpi-table = /etc/gpupm/mine.aml\n"
	"guest-power = battery\n"
	"gpu-policy = warm\n"
	"vcpu-affinity = efficiency\n"
	"guest-command = C:/x\n"
	"[vm \"my \033[1mgame\" battery]\n"
	"vcpu-affinity = 0-3,7\n"
	"[vm win11]\n"
	"qmp = /run/qmp\n"
	"agent = /run/agent\n"
	"forward = 13389:3389,\n"
	" [::1]:2222:[FD00:0::5]:22\n"
	"vcpu-affinity = all\n"
	"[vm silent]\n";

static const char forwards[] =
	"[{\"vm\":\"win11\",\"forward\":\"13389:3389\",\"listens\":true,\n"
	"\"address\":\"192.168.122.50\",\"error\":null},\n"
	"{\"vm\":\"my \\u001b[1mgame\",\"forward\":\"1:2\",\"listens\":false,\n"
	"\"address\":null,\"error\":null},\n"
	"{\"vm\":\"win11\",\"forward\":\"[::1]:2222:[fd00::5]:22\",\"listens\":false,\n"
	"\"address\":null,\"error\":\"another program \\u001b[1m\"}]";

static void test_all(void **state)
{
	struct json_object *object = json_object_new_object();
	FILE *in = fmemopen((void *)file, strlen(file), "r");
	struct config config = {};

	(void)state;
	assert_int_equal(parse_config(in, "conf", &config, stderr), 0);
	fclose(in);
	json_config(object, &config);
	config_free(&config);
	json_add(object, "active", json_string("battery"));
	json_add(object, "forwards", json_tokener_parse(forwards));
	assert_shown(object, "profile.txt");
}

/* With nothing in the file. */
static void test_defaults(void **state)
{
	struct json_object *object = json_object_new_object();
	struct config config = {};

	(void)state;
	json_config(object, &config);
	assert_shown(object, "profile-defaults.txt");
}

/* Of a daemon that is not of this version, anything may come. */
static void test_odd(void **state)
{
	static const char * const odd[] = {
		"{}", "{\"profiles\":1}", "{\"profiles\":{}}", "{\"profiles\":{\"ac\":null}}",
		"{\"profiles\":{\"ac\":[]},\"vms\":{}}", "{\"active\":7,\"vms\":[1,null,{}]}",
		"{\"vms\":[{\"name\":1,\"ac\":2}],\"profiles\":{\"ac\":{\"host_command\":[1,null]}}}",
		"{\"forwards\":{}}", "{\"forwards\":[1,null,{},{\"vm\":7,\"error\":[]}]}",
		"{\"vms\":[{\"name\":\"x\",\"forward\":[1,null]},{\"name\":\"x\",\"forward\":7}]}",
		"{\"profiles\":{\"battery\":{\"vcpu_affinity\":{},\"acpi_table\":[[]]}}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		struct json_object *object = json_tokener_parse(odd[i]);

		assert_non_null(object);
		free(show(object));
	}
}

/* However long a command is, what is shown ends. */
static void test_long(void **state)
{
	struct json_object *object = json_object_new_object(), *words = json_object_new_array();
	struct json_object *profiles = json_object_new_object(), *ac = json_object_new_object();
	char *text;

	(void)state;
	for (int i = 0; i < 200; i++)
		json_append(words, json_string(i % 3 ? "it's a word" :
					       i % 2 ? "'\"\"\"\"\"\"'" : ""));
	json_add(ac, "host_command", words);
	json_add(profiles, "ac", ac);
	json_add(object, "profiles", profiles);
	text = show(object);
	assert_in_range(strlen(text), 200, 700);
	free(text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all),
		TEST(test_defaults),
		TEST(test_odd),
		TEST(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
