// SPDX-License-Identifier: GPL-2.0-only
/* What people and programs get to see. The pictures are in golden/. */
#include "unit.h"

#include "show/json.h"
#include "show/no_gpu.h"
#include "show/status.h"
#include "show/words.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

static const struct style plain;
static const struct style terminal = {
	.terminal = true, .colour = true, .unicode = true, .width = 80
};

static const struct style dumb = { .terminal = true, .width = 80 };

static struct names *names;

static int open_names(void **state)
{
	(void)state;
	setlocale(LC_ALL, "C.UTF-8");
	names = names_open("pci.ids");
	return !names;
}

static int close_names(void **state)
{
	(void)state;
	names_close(names);
	return 0;
}

/* A GPU in a dock: behind a switch, with a third function, in use. */
static void dock_gpu(struct gpu *gpu)
{
	*gpu = (struct gpu){
		.address = "10000:e3:00.0",
		.state = GPUPM_STATE_IN_USE,
		.since_ms = 1234,
		.policy = GPUPM_POLICY_WARM,
		.holds = 2,
		.user = { .pid = 4242, .comm = "qemu-system-x86", .vm = "win11" },
		.n_functions = 3,
		.n_ports = 3,
		.time_ms = { 0, 90061000, 5, 1234, 7000 },
		.opens = 1,
		.failures = 1,
	};
	gpu->functions = calloc(3, sizeof(*gpu->functions));
	gpu->ports = calloc(3, sizeof(*gpu->ports));
	gpu->functions[0] = (struct gpu_function){
		.address = "10000:e3:00.0", .vendor = 0x1002, .device = 0x7480, .class = 0x030000,
		.driver = "vfio-pci", .open = true,
	};
	gpu->functions[1] = (struct gpu_function){
		.address = "10000:e3:00.1", .vendor = 0x1002, .device = 0xffff, .class = 0x040300,
		.driver = "evil\033[2J\n\xff", .d_state = GPUPM_D_STATE_D3HOT,
	};
	gpu->functions[2] = (struct gpu_function){
		.address = "10000:e3:00.2", .vendor = 0xfff0, .device = 0x0001, .class = 0xff0000,
		.d_state = GPUPM_D_STATE_UNKNOWN,
	};
	gpu->ports[0] = (struct gpu_port){ "10000:e2:00.0", "pcieport", 0 };
	gpu->ports[1] = (struct gpu_port){ "10000:e1:00.0", "pcieport", 0 };
	gpu->ports[2] = (struct gpu_port){ "10000:e0:01.0", "", 77 };
}

/* What a newer module might say. */
static void strange_gpu(struct gpu *gpu)
{
	sample_gpu(gpu);
	gpu->state = 9;
	gpu->policy = 8;
	gpu->blocker = (struct gpu_blocker){ 200, "0000:01:00.1" };
	gpu->functions[0].d_state = 42;
	memset(gpu->time_ms, 0, sizeof(gpu->time_ms));
}

static void check_status(const struct style *style, const struct gpu *gpus, size_t n,
			 const char *golden)
{
	struct gpu_list list = { .gpus = (struct gpu *)gpus, .n = n };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	status_show(out, style, names, &list);
	fclose(out);
	assert_golden(text, golden);
	free(text);
}

static void check_json(struct json_object *object, const char *golden)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	json_print(out, object, false);
	fclose(out);
	assert_golden(text, golden);
	free(text);
}

static void test_status_text(void **state)
{
	struct gpu gpus[2];

	(void)state;
	sample_gpu(&gpus[0]);
	dock_gpu(&gpus[1]);
	check_status(&plain, gpus, 2, "status.txt");
	check_status(&terminal, gpus, 2, "status-terminal.txt");
	check_status(&dumb, gpus, 2, "status-dumb.txt");
	gpu_free(&gpus[0]);
	gpu_free(&gpus[1]);

	strange_gpu(&gpus[0]);
	check_status(&plain, gpus, 1, "status-strange.txt");
	gpu_free(&gpus[0]);
}

static void test_status_json(void **state)
{
	struct gpu gpus[3];
	struct gpu_list list = { .gpus = gpus, .n = 3 }, none = {};

	(void)state;
	sample_gpu(&gpus[0]);
	gpus[0].state = GPUPM_STATE_AWAKE;
	gpus[0].blocker = (struct gpu_blocker){ .reason = GPUPM_BLOCKER_HOLD };
	dock_gpu(&gpus[1]);
	strange_gpu(&gpus[2]);
	check_json(json_status(&list, names), "status.json");
	check_json(json_status(&none, names), "status-none.json");
	check_json(json_policies(&list), "policy.json");
	for (int i = 0; i < 3; i++)
		gpu_free(&gpus[i]);
}

static void test_user(void **state)
{
	char buf[128];

	(void)state;
	assert_string_equal(status_user(buf, sizeof(buf), &plain, &(struct gpu_user){}), "unknown");
	assert_string_equal(status_user(buf, sizeof(buf), &plain,
					&(struct gpu_user){ .hidden = true }),
			    "unknown (run as root to see)");
	assert_string_equal(status_user(buf, sizeof(buf), &plain,
					&(struct gpu_user){ 1, "a\tb", "v\n", false }),
			    "a?b (pid 1), VM v?");
}

static void test_wakes_json(void **state)
{
	struct wake wakes[] = {
		{ "0000:01:00.0", 1700000000123, GPUPM_STATE_OFF, "0000:00:01.0", 99, "lspci" },
		{ "0000:01:00.0", 1700000000124, GPUPM_STATE_IDLE, "", 0, "" },
	};
	struct wake_list list = { wakes, 2 }, none = {};

	(void)state;
	check_json(json_wakes(&list), "wakes.json");
	check_json(json_wakes(&none), "wakes-none.json");
}

static void test_event_json(void **state)
{
	const struct event opened = {
		.gpu = "0000:01:00.0", .cause = GPUPM_CAUSE_OPENED, .state = GPUPM_STATE_IN_USE,
		.previous = GPUPM_STATE_AWAKE, .policy = GPUPM_POLICY_AUTO,
		.at_ns = 18446744073709551615ULL, .pid = 42, .comm = "a\"\\\001\xff",
	};
	const struct event strange = {
		.gpu = "0000:01:00.0", .cause = 99, .device = "0000:00:01.0",
	};
	struct gpu gpu;

	(void)state;
	check_json(json_event(&opened), "event.json");
	check_json(json_event(&strange), "event-strange.json");
	sample_gpu(&gpu);
	check_json(json_events_lost(&gpu, 5), "events-lost.json");
	gpu_free(&gpu);
}

/* Every number has a word, and no two have the same. */
static void check_words(const char *(*word)(char *buf, __u32 number), int first, int last)
{
	char a[WORD_SIZE], b[WORD_SIZE];

	for (int i = first; i <= last; i++) {
		assert_null(strstr(word(a, i), "unknown"));
		for (int j = first; j < i; j++)
			assert_string_not_equal(a, word(b, j));
	}
	assert_non_null(strstr(word(a, last + 1), "unknown"));
	assert_string_equal(word(a, ~0U), "unknown (4294967295)");
	if (first)
		assert_string_equal(word(a, 0), "unknown (0)");
}

static void test_words(void **state)
{
	__u32 policy;

	(void)state;
	check_words(word_state, 0, GPUPM_STATE_MAX);
	check_words(word_policy, 0, GPUPM_POLICY_MAX);
	check_words(word_blocker, 1, GPUPM_BLOCKER_MAX);
	check_words(word_cause, 1, GPUPM_CAUSE_MAX);
	check_words(word_d_state, 0, GPUPM_D_STATE_D3COLD);
	assert_true(policy_from_word("warm", &policy));
	assert_int_equal(policy, GPUPM_POLICY_WARM);
	assert_false(policy_from_word("Warm", &policy));
	assert_false(policy_from_word("", &policy));
}

/* Every blocker and every cause has a sentence of its own that names the device. */
static void test_sentences(void **state)
{
	char buf[256], last[256] = "";
	struct event event = { .device = "0000:01:00.1", .pid = 7, .comm = "tlp\n" };
	struct gpu gpu;

	(void)state;
	sample_gpu(&gpu);
	gpu.holds = 2;
	strcpy(gpu.blocker.device, "0000:01:00.1");
	for (__u32 i = 1; i <= GPUPM_BLOCKER_MAX; i++) {
		gpu.blocker.reason = i;
		sentence_blocker(buf, sizeof(buf), &plain, &gpu);
		assert_string_not_equal(buf, last);
		assert_null(strstr(buf, "unknown"));
		if (i != GPUPM_BLOCKER_HOLD && i != GPUPM_BLOCKER_POLICY)
			assert_non_null(strstr(buf, "0000:01:00.1"));
		strcpy(last, buf);
	}
	for (__u32 i = 1; i <= GPUPM_CAUSE_MAX; i++) {
		event.cause = i;
		sentence_cause(buf, sizeof(buf), &plain, &event);
		assert_string_not_equal(buf, last);
		assert_null(strchr(buf, '\n'));
		assert_null(strstr(buf, "unknown"));
		strcpy(last, buf);
	}
	event.cause = GPUPM_CAUSE_RUNTIME_PM_OFF;
	assert_string_equal(sentence_cause(buf, sizeof(buf), &plain, &event),
			    "runtime PM of 0000:01:00.1 turned off by tlp? (pid 7)");
	gpu_free(&gpu);
}

static void test_names(void **state)
{
	char buf[256], tiny[8];

	(void)state;
	assert_true(names_device(names, 0x10de, 0x25a2, buf, sizeof(buf)));
	assert_string_equal(buf, "NVIDIA Corporation GA107M [GeForce RTX 3050 Mobile]");
	assert_false(names_device(names, 0x10de, 0xffff, buf, sizeof(buf)));
	assert_string_equal(buf, "");
	names_short(names, 0x10de, 0x25a2, buf, sizeof(buf));
	assert_string_equal(buf, "NVIDIA GA107M [GeForce RTX 3050 Mobile]");
	names_short(names, 0x1af4, 0x1050, buf, sizeof(buf));
	assert_string_equal(buf, "Red Hat device 1050");
	names_short(names, 0xffff, 0x1050, buf, sizeof(buf));
	assert_string_equal(buf, "device ffff:1050");
	names_class(names, 0x0c0330, buf, sizeof(buf));
	assert_string_equal(buf, "USB controller");
	names_class(names, 0xabcdef, buf, sizeof(buf));
	assert_string_equal(buf, "class abcdef");
	names_class(names, 0x0c0330, tiny, sizeof(tiny));
	assert_true(strlen(tiny) < sizeof(tiny));
}

static void check_no_gpu(const char *root, const char *golden)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	no_gpu_show(out, &plain, names, root);
	fclose(out);
	assert_golden(text, golden);
	free(text);
}

static void make_display(const char *address, const char *class, const char *driver)
{
	root_file(class, "/sys/bus/pci/devices/%s/class", address);
	root_file("0x10de\n", "/sys/bus/pci/devices/%s/vendor", address);
	root_file("0x25a2\n", "/sys/bus/pci/devices/%s/device", address);
	if (driver)
		root_link(driver, "/sys/bus/pci/devices/%s/driver", address);
}

static void test_no_gpu(void **state)
{
	const char *root = root_make();

	(void)state;
	check_no_gpu(root, "no-gpu-none.txt");
	make_display("0000:00:1f.3", "0x040300\n", NULL);
	make_display("0000:01:00.0", "0x030000\n", "../../bus/pci/drivers/nouveau");
	make_display("0000:01:00.1", "0x040300\n", NULL);
	check_no_gpu(root, "no-gpu-one.txt");
	make_display("0000:00:02.0", "0x030200\n", NULL);
	check_no_gpu(root, "no-gpu-two.txt");
	root_remove();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_text),
		cmocka_unit_test(test_status_json),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_wakes_json),
		cmocka_unit_test(test_event_json),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_no_gpu),
	};

	return cmocka_run_group_tests(tests, open_names, close_names);
}
