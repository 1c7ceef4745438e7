// SPDX-License-Identifier: GPL-2.0-only
/* The configuration file: what it means, and what is said of every mistake in it. */
#include "unit.h"

#include "profile/config.h"
#include "profile/cpus.h"
#include "profile/nearest.h"
#include "profile/parse.h"
#include "profile/split.h"

#include <errno.h>
#include <limits.h>
#include <linux/gpupm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Parse text; the complaints go to @errors. */
static int parse(const char *text, size_t size, struct config *config, char **errors)
{
	FILE *file = fmemopen((void *)text, size, "r"), *complaints;
	size_t n;
	int err;

	assert_non_null(file);
	complaints = open_memstream(errors, &n);
	assert_non_null(complaints);
	*config = (struct config){};
	err = parse_config(file, "conf", config, complaints);
	fclose(complaints);
	fclose(file);
	return err;
}

static void assert_fine(const char *text, struct config *config)
{
	char *errors = NULL;
	int err = parse(text, strlen(text), config, &errors);

	assert_string_equal(errors, "");
	assert_int_equal(err, 0);
	free(errors);
}

/* One mistake, and this is all that is said. */
static void assert_mistake(const char *text, const char *want)
{
	struct config config;
	char *errors = NULL;
	int err = parse(text, strlen(text), &config, &errors);

	assert_int_equal(err, -EINVAL);
	assert_int_equal(strcspn(errors, "\n"), strlen(errors) - 1);
	errors[strlen(errors) - 1] = '\0';
	assert_string_equal(errors, want);
	free(errors);
	config_free(&config);
}

#define SECTIONS "[daemon], [ac], [battery], [vm NAME], [vm NAME ac] and [vm NAME battery]"
#define ACTIONS "gpu-policy, guest-power, vcpu-affinity, guest-command, host-command"

static void test_sections(void **state)
{
	(void)state;
	assert_mistake("[foo]", "conf:1: no section [foo]; there are " SECTIONS);
	assert_mistake("[]", "conf:1: no section []; there are " SECTIONS);
	assert_mistake("\n[battry]\ngpu-policy = x\n",
		       "conf:2: no section [battry]; did you mean [battery]? There are " SECTIONS);
	assert_mistake("[VM x]",
		       "conf:1: no section [VM x]; did you mean [vm NAME]? There are " SECTIONS);
	assert_mistake("[ac x]", "conf:1: no section [ac x]; there are " SECTIONS);
	assert_mistake("[\033[2J]", "conf:1: no section [?[2J]; there are " SECTIONS);
	assert_mistake("[vm]", "conf:1: [vm] lacks the name of the VM: [vm NAME]");
	assert_mistake("[vm \"\"]", "conf:1: [vm] lacks the name of the VM: [vm NAME]");
	assert_mistake("[vm my game]",
		       "conf:1: after the name of a VM comes ac, battery or nothing; a name with spaces needs quotes: [vm \"NAME\"]");
	assert_mistake("[vm x ac ac]",
		       "conf:1: after the name of a VM comes ac, battery or nothing; a name with spaces needs quotes: [vm \"NAME\"]");
	assert_mistake("[vm 'x]", "conf:1: [vm 'x]: its last ' is not closed");
	assert_mistake("[vm 0123456789012345678901234567890123456789012345678901234567890123]",
		       "conf:1: names of VMs are known by 63 characters; this one has more");
	assert_mistake("[ac", "conf:1: the ] is missing");
	assert_mistake("[vm x ;]", "conf:1: a ; after a space begins a comment, and the ] is missing");
	assert_mistake("[ac] x", "conf:1: nothing can stand behind a section: 'x'");
	assert_mistake("[ac]\n[battery]\n[ac]",
		       "conf:3: this section is there already, at line 1; put its keys together");
	assert_mistake("[vm x]\n[vm 'x']",
		       "conf:2: this section is there already, at line 1; put its keys together");
	assert_mistake("gpu-policy = on\nfoo = x\n",
		       "conf:1: a section must come before the first key; there are " SECTIONS);
}

static void test_keys(void **state)
{
	(void)state;
	assert_mistake("[ac]\ngpu-polcy = on",
		       "conf:2: no key 'gpu-polcy' in this section; did you mean gpu-policy? There are "
		       ACTIONS " and acpi-table");
	assert_mistake("[ac]\nqmp = /x",
		       "conf:2: no key 'qmp' in this section; there are " ACTIONS " and acpi-table");
	assert_mistake("[daemon]\ngpu-policy = on",
		       "conf:2: no key 'gpu-policy' in this section; there are socket and group");
	assert_mistake("[vm x ac]\nagent = /x",
		       "conf:2: no key 'agent' in this section; there are " ACTIONS " and acpi-table");
	assert_mistake("[vm x]\nagnt = /x",
		       "conf:2: no key 'agnt' in this section; did you mean agent? There are "
		       ACTIONS ", acpi-table, qmp, agent and forward");
	assert_mistake("[ac]\nforward = 1:2",
		       "conf:2: no key 'forward' in this section; there are " ACTIONS " and acpi-table");
	assert_mistake("[vm x]\nforward = 13389",
		       "conf:2: forward: '13389' is not of the form [ADDRESS:]PORT:[ADDRESS:]PORT, as in 13389:3389");
	assert_mistake("[ac]\n= on",
		       "conf:2: no key '' in this section; there are " ACTIONS " and acpi-table");
	assert_mistake("[ac]\ngpu-policy = on\n\ngpu-policy = on",
		       "conf:4: gpu-policy is set already, at line 2");
	assert_mistake("[ac]\ngpu-policy", "conf:2: this is no [section], no 'key = value' and no comment");
	assert_mistake("[ac]\ngpu-policy ;= on",
		       "conf:2: this is no [section], no 'key = value' and no comment");
}

static void test_values(void **state)
{
	(void)state;
	assert_mistake("[ac]\ngpu-policy =", "conf:2: gpu-policy has no value");
	assert_mistake("[ac]\ngpu-policy = ; on", "conf:2: gpu-policy has no value");
	assert_mistake("[ac]\ngpu-policy = cold",
		       "conf:2: gpu-policy is auto, warm or on, not 'cold'");
	assert_mistake("[ac]\ngpu-policy = wram",
		       "conf:2: gpu-policy is auto, warm or on, not 'wram'; did you mean warm?");
	assert_mistake("[ac]\ngpu-policy = on # always",
		       "conf:2: gpu-policy is auto, warm or on, not 'on # always' (behind a value, a comment begins with ; and not with #)");
	assert_mistake("[ac]\nguest-power = miror",
		       "conf:2: guest-power is mirror, ac or battery, not 'miror'; did you mean mirror?");
	assert_mistake("[ac]\nvcpu-affinity = fast",
		       "conf:2: vcpu-affinity is performance, efficiency, all or a list of CPUs as 0-3,8, not 'fast'");
	assert_mistake("[ac]\nvcpu-affinity = eficiency",
		       "conf:2: vcpu-affinity is performance, efficiency, all or a list of CPUs as 0-3,8, not 'eficiency'; did you mean efficiency?");
	assert_mistake("[ac]\nvcpu-affinity = a list of CPUs as 0-3,8",
		       "conf:2: vcpu-affinity is performance, efficiency, all or a list of CPUs as 0-3,8, not 'a list of CPUs as 0-3,8'");
	assert_mistake("[ac]\nvcpu-affinity = 3-1",
		       "conf:2: vcpu-affinity '3-1' is no list of CPUs: a range goes from the lower number to the higher");
	assert_mistake("[ac]\nacpi-table = dead",
		       "conf:2: acpi-table is live, ac, battery or a path that begins with /, not 'dead'");
	assert_mistake("[ac]\nacpi-table = a path that begins with /",
		       "conf:2: acpi-table is live, ac, battery or a path that begins with /, not 'a path that begins with /'");
	assert_mistake("[vm a/b]\nacpi-table = ac",
		       "conf:2: acpi-table cannot be set for a VM with a / in its name");
	assert_mistake("[daemon]\nsocket = guest.sock",
		       "conf:2: socket is a path that begins with /, not 'guest.sock'");
	assert_mistake("[vm x]\nqmp = /0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678",
		       "conf:2: qmp is the path of a socket, which has at most 107 characters");
}

static void test_commands(void **state)
{
	const char * const hint = "a ; after a space begins a comment, also within quotes";
	char want[256];

	(void)state;
	snprintf(want, sizeof(want), "conf:2: host-command: its last ' is not closed (%s)", hint);
	assert_mistake("[ac]\nhost-command = sh -c 'a", want);
	assert_mistake("[ac]\nhost-command = sh -c 'a ; b'", want);
	assert_mistake("[ac]\nhost-command = sh -c 'a\n b", want);
	snprintf(want, sizeof(want), "conf:2: guest-command: its last \" is not closed (%s)", hint);
	assert_mistake("[ac]\nguest-command = \"", want);
	assert_mistake("[ac]\nguest-command = c:\\",
		       "conf:2: guest-command: nothing follows the \\ at its end");
	assert_mistake("[ac]\nhost-command = '' x",
		       "conf:2: host-command: its first word, the program, is empty");
}

static void test_lines(void **state)
{
	char text[512] = "[ac]\nhost-command = ";
	struct config config;

	(void)state;
	assert_mistake("[ac]\ngpu-policy = on\n guest-power = ac",
		       "conf:3: a line that begins with a space goes on with the value above, here that of gpu-policy; remove the space");
	assert_mistake("[ac]\nhost-command = a\n\tguest-power : ac",
		       "conf:3: a line that begins with a space goes on with the value above, here that of host-command; remove the space");
	assert_mistake("[ac]\nhost-command = a\n [battery]",
		       "conf:3: a line that begins with a space goes on with the value above, here that of host-command; remove the space");
	memset(text + strlen(text), 'x', 300);
	strcat(text, "\n");
	assert_mistake(text,
		       "conf:2: this line is longer than 198 characters; a command can go on in a line that begins with a space");
	/* As long as it may be, and one more. */
	strcpy(text, "; ");
	memset(text + 2, 'x', 196);
	strcpy(text + 198, "\n[ac]\ngpu-policy = on");
	assert_fine(text, &config);
	assert_true(config.profiles[PROFILE_AC].has_gpu_policy);
	config_free(&config);
	strcpy(text + 198, "x\n");
	assert_mistake(text,
		       "conf:1: this line is longer than 198 characters; a command can go on in a line that begins with a space");
}

static void test_no_text(void **state)
{
	static const char zero[] = "[ac]\ngpu-\0policy = on\n[foo]\n";
	struct config config;
	char *errors, *endless = malloc(2 << 20);

	(void)state;
	assert_int_equal(parse(zero, sizeof(zero) - 1, &config, &errors), -EINVAL);
	assert_string_equal(errors, "conf:2: this is no text\n");
	free(errors);
	memset(endless, 'x', 2 << 20);
	assert_int_equal(parse(endless, 2 << 20, &config, &errors), -EINVAL);
	assert_string_equal(errors, "conf:1: this is no text\n");
	free(errors);
	free(endless);
}

/* Whole files: every mistake is told, in the order of the lines where it can be. */
static void test_all_mistakes(void **state)
{
	static const char text[] =
		"# mine\n"
		"guest-power = ac\n"
		"[daemon]\n"
		"socket = guest.sock\n"
		"[ac]\n"
		"gpu-policy = cold\n"
		"what\n"
		"host-command = run 'this\n"
		"   and that'\n"
		"gpu-policy = on\n"
		"[battry]\n"
		"nothing here = is looked at\n"
		"[vm win11]\n"
		"vcpu-affinity = 0-\n"
		"qmp =\n"
		"[vm win11 ac]\n"
		"qmp = /run/qmp\n"
		"[battery\n"
		"[vm win11]\n"
		"gpu-policy = on";
	struct config config;
	char *errors, *many, *end;

	(void)state;
	assert_int_equal(parse(text, strlen(text), &config, &errors), -EINVAL);
	assert_golden(errors, "config-mistakes.txt");
	free(errors);
	config_free(&config);

	many = calloc(1, 4096);
	for (end = many; end - many < 300; end += 2)
		strcpy(end, "x\n");
	assert_int_equal(parse(many, strlen(many), &config, &errors), -EINVAL);
	end = strstr(errors, "conf:50: ");
	assert_non_null(end);
	assert_string_equal(strchr(end, '\n'), "\nconf: too many mistakes; the rest was not read\n");
	free(errors);
	free(many);
}

static const char full[] =
	"\xef\xbb\xbf; a comment\r\n"
	"[daemon]\r\n"
	"socket = /run/x/guest.sock ; there\r\n"
	"group=qemu\r\n"
	"\r\n"
	"[ac]   ; plugged in\r\n"
	"gpu-policy: auto\r\n"
	"guest-power = mirror\r\n"
	"vcpu-affinity = performance\r\n"
	"host-command = sh -c 'echo \"a; b\"'\r\n"
	"\t--more\r\n"
	"# between\r\n"
	"\r\n"
	"  'and more'\r\n"
	"[battery]\r\n"
	"gpu-policy = warm\r\n"
	"acpi-table = /etc/gpupm/mine.aml\r\n"
	"[vm \"my games\" battery]\r\n"
	"vcpu-affinity = 0-3, 8\r\n"
	"[vm \"my games\"]\r\n"
	"qmp = /run/qmp\r\n"
	"agent = /run/agent\r\n"
	"forward = 13389:3389,\r\n"
	"   127.0.0.1:2222:192.168.122.50:22\r\n"
	"gpu-policy = on\r\n"
	"vcpu-affinity = all\r\n"
	"guest-command = 'C:\\x.exe' C:\\\\y\r\n"
	"[vm ac]\r\n"
	"[vm win11]\r\n"
	"guest-power = battery";

static void test_meaning(void **state)
{
	struct config config;
	const struct vm_config *vm;
	struct actions a;

	(void)state;
	assert_fine(full, &config);
	assert_string_equal(config.socket, "/run/x/guest.sock");
	assert_string_equal(config.group, "qemu");
	assert_int_equal(config.n_vms, 3);

	a = config_actions(&config, "", PROFILE_AC);
	assert_true(a.has_gpu_policy && a.has_guest_power);
	assert_int_equal(a.gpu_policy, GPUPM_POLICY_AUTO);
	assert_int_equal(a.guest_power, GUEST_POWER_MIRROR);
	assert_int_equal(a.affinity, AFFINITY_PERFORMANCE);
	assert_string_equal(a.host_command[0], "sh");
	assert_string_equal(a.host_command[2], "echo \"a; b\"");
	assert_string_equal(a.host_command[3], "--more");
	assert_string_equal(a.host_command[4], "and more");
	assert_null(a.host_command[5]);
	assert_null(a.guest_command);
	assert_null(a.acpi_table);

	/* The VM's own for a profile, the VM's own, the profile's. */
	vm = config_vm(&config, "my games");
	assert_string_equal(vm->qmp, "/run/qmp");
	assert_string_equal(vm->agent, "/run/agent");
	assert_int_equal(vm->n_forwards, 2);
	assert_string_equal(vm->forwards[0].host, "");
	assert_int_equal(vm->forwards[0].host_port, 13389);
	assert_string_equal(vm->forwards[1].host, "127.0.0.1");
	assert_string_equal(vm->forwards[1].guest, "192.168.122.50");
	assert_int_equal(vm->forwards[1].guest_port, 22);
	a = config_actions(&config, "my games", PROFILE_BATTERY);
	assert_int_equal(a.affinity, AFFINITY_LIST);
	assert_string_equal(a.cpus, "0-3, 8");
	assert_int_equal(a.gpu_policy, GPUPM_POLICY_ON);
	assert_string_equal(a.acpi_table, "/etc/gpupm/mine.aml");
	assert_string_equal(a.guest_command[0], "C:\\x.exe");
	assert_string_equal(a.guest_command[1], "C:\\y");
	assert_false(a.has_guest_power);
	a = config_actions(&config, "my games", PROFILE_AC);
	assert_int_equal(a.affinity, AFFINITY_ALL);
	assert_string_equal(a.host_command[0], "sh");
	a = config_actions(&config, "win11", PROFILE_AC);
	assert_int_equal(a.guest_power, GUEST_POWER_BATTERY);
	assert_int_equal(a.gpu_policy, GPUPM_POLICY_AUTO);
	assert_non_null(config_vm(&config, "ac"));
	assert_null(config_vm(&config, "other"));
	assert_null(config_vm(&config, ""));
	config_free(&config);
}

static void test_file(void **state)
{
	const char *root = root_make();
	char path[PATH_MAX], want[PATH_MAX + 64], *errors = NULL;
	struct config config;
	FILE *complaints;
	size_t n;

	(void)state;
	complaints = open_memstream(&errors, &n);
	snprintf(path, sizeof(path), "%s/conf", root);
	assert_int_equal(config_read(path, &config, complaints), -ENOENT);
	fflush(complaints);
	snprintf(want, sizeof(want), "%s: No such file or directory\n", path);
	assert_string_equal(errors, want);
	assert_int_equal(config_read(root, &config, complaints), -EISDIR);
	fclose(complaints);
	free(errors);

	root_file("", "/conf");
	assert_int_equal(config_read(path, &config, stderr), 0);
	assert_string_equal(config.socket, CONFIG_SOCKET);
	assert_string_equal(config.group, CONFIG_GROUP);
	assert_int_equal(config.n_vms, 0);
	assert_false(config_actions(&config, "x", PROFILE_AC).has_guest_power);
	config_free(&config);
	root_remove();
}

static void assert_words(const char *line, ...)
{
	const char *wrong, *want;
	char **words = split_words(line, &wrong);
	va_list args;
	size_t i = 0;

	assert_non_null(words);
	va_start(args, line);
	while ((want = va_arg(args, const char *))) {
		assert_non_null(words[i]);
		assert_string_equal(words[i++], want);
	}
	va_end(args);
	assert_null(words[i]);
	split_free(words);
}

static void test_split(void **state)
{
	(void)state;
	assert_words("", NULL);
	assert_words(" \t ", NULL);
	assert_words("a", "a", NULL);
	assert_words("  a\tb  c ", "a", "b", "c", NULL);
	assert_words("'a  b' \"c  d\"", "a  b", "c  d", NULL);
	assert_words("a'b'\"c\"d", "abcd", NULL);
	assert_words("'' \"\"", "", "", NULL);
	assert_words("'a\\b' \"a\\b\" \"\\\"\\\\\" a\\ b \\\\ \\'", "a\\b", "a\\b", "\"\\", "a b",
		     "\\", "'", NULL);
	assert_words("'\"' \"'\"", "\"", "'", NULL);
	assert_words("$HOME ~ * | > & ; `x`", "$HOME", "~", "*", "|", ">", "&", ";", "`x`", NULL);
}

static void test_split_mistakes(void **state)
{
	const char *wrong;

	(void)state;
	assert_null(split_words("a 'b", &wrong));
	assert_string_equal(wrong, "its last ' is not closed");
	assert_null(split_words("a \"b\\\"", &wrong));
	assert_string_equal(wrong, "its last \" is not closed");
	assert_null(split_words("a b\\", &wrong));
	assert_string_equal(wrong, "nothing follows the \\ at its end");
	split_free(NULL);
}

static void assert_cpus(const char *list, const char *want)
{
	char text[64];
	cpu_set_t cpus;

	assert_null(cpus_parse(list, &cpus));
	assert_string_equal(cpus_format(&cpus, text, sizeof(text)), want);
}

static void test_cpus(void **state)
{
	static const char * const wrong[] = {
		"", "x", ",", "0,", ",0", "0-", "-3", "0--3", "3-1", "0 1", "0x1", "1024", "0-1024",
		"99999999999999999999999", "0;1", "+1",
	};
	cpu_set_t cpus;
	char text[4];

	(void)state;
	assert_cpus("0", "0");
	assert_cpus("0-3", "0-3");
	assert_cpus(" 8 , 0 - 3 ", "0-3,8");
	assert_cpus("1,0,2,2", "0-2");
	assert_cpus("0,2,4-5,1023", "0,2,4-5,1023");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_non_null(cpus_parse(wrong[i], &cpus));
	assert_null(cpus_parse("10-20,30", &cpus));
	assert_string_equal(cpus_format(&cpus, text, sizeof(text)), "10-");
	CPU_ZERO(&cpus);
	assert_string_equal(cpus_format(&cpus, text, sizeof(text)), "");
}

static void test_nearest(void **state)
{
	static const char * const words[] = { "auto", "warm", "on", "performance", NULL };

	(void)state;
	assert_string_equal(nearest_word("wrm", words), "warm");
	assert_string_equal(nearest_word("WARM", words), "warm");
	assert_string_equal(nearest_word("onn", words), "on");
	assert_string_equal(nearest_word("perfromence", words), "performance");
	assert_null(nearest_word("cold", words));
	assert_null(nearest_word("x", words));
	assert_null(nearest_word("", words));
	assert_null(nearest_word("a word that is far longer than any that there is", words));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_no_text),
		cmocka_unit_test(test_all_mistakes),
		cmocka_unit_test(test_meaning),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_split_mistakes),
		cmocka_unit_test(test_cpus),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
