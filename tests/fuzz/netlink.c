// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel sends, as recvmsg() gives it; of which command, the first message
 * says. Whatever can be read of it can be shown.
 */
#include "fuzz.h"

#include "client/event.h"
#include "client/family.h"
#include "client/power.h"
#include "client/wake.h"
#include "cmd/explain.h"
#include "show/json.h"
#include "show/power.h"
#include "show/status.h"
#include "show/words.h"

#include <linux/genetlink.h>

#include <errno.h>
#include <stdio.h>

#define HEADER	(NLMSG_HDRLEN + GENL_HDRLEN)

static const struct style plain, rich = { .colour = false, .unicode = true, .width = 80 };
static struct names *names;

/* A message that says how long it is gets further; so most do. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	uint32_t length;

	size = LLVMFuzzerMutate(data, size, max);
	length = size;
	if (seed % 4 && size >= NLMSG_HDRLEN)
		memcpy(data, &length, sizeof(length));
	return size;
}

static char *text;
static size_t text_size;

static FILE *begin(void)
{
	FILE *out = open_memstream(&text, &text_size);

	MUST(out);
	return out;
}

static void end(FILE *out)
{
	fclose(out);
	MUST(strlen(text) == text_size);
	/* JSON is for programs. */
	MUST(*text == '{' || harmless(text));
	free(text);
}

static void show_json(struct json_object *object)
{
	struct json_object *again;
	FILE *out = begin();

	json_print(out, object, true);
	fflush(out);
	again = json_tokener_parse(text);
	MUST(again);
	json_object_put(again);
	end(out);
}

static void show_gpus(struct gpu_list *list, const struct style *style)
{
	struct explanation e;
	FILE *out = begin();

	status_show(out, style, names, list);
	for (size_t i = 0; i < list->n; i++) {
		explain("/nowhere", style, &list->gpus[i], &e);
		fprintf(out, "%s\n", e.summary);
		for (size_t j = 0; j < e.evidence.n; j++)
			fprintf(out, "%s\n", e.evidence.text[j]);
		for (size_t j = 0; j < e.advice.n; j++)
			fprintf(out, "%s\n", e.advice.text[j]);
		for (size_t j = 0; j < e.commands.n; j++)
			fprintf(out, "%s\n", e.commands.text[j]);
	}
	end(out);
}

static int feed(reply_fn each, void *arg, const struct nlmsghdr *head, const void *bytes, int size)
{
	struct reply reply = {
		.family = head->nlmsg_type, .seq = head->nlmsg_seq, .each = each, .arg = arg,
	};
	int result = reply_feed(&reply, bytes, size);

	MUST(result <= 1);
	MUST((result == -EBADMSG) <= !!reply.malformed.text[0]);
	MUST(memchr(reply.extack, '\0', sizeof(reply.extack)));
	return result;
}

/* Addresses are the kernel's own, and shown as they are. */
static void make_harmless(char *address)
{
	if (!harmless(address))
		*address = '\0';
}

static int add_gpu(void *arg, const struct nlattr *head, int len, struct malformed *m)
{
	return gpu_list_add(arg, head, len, m);
}

static int add_wake(void *arg, const struct nlattr *head, int len, struct malformed *m)
{
	return wake_list_add(arg, head, len, m);
}

static int read_power(void *arg, const struct nlattr *head, int len, struct malformed *m)
{
	return power_read(arg, head, len, m);
}

static int read_event(void *arg, const struct nlattr *head, int len, struct malformed *m)
{
	return event_read(arg, head, len, m);
}

static void clean_gpu(struct gpu *gpu)
{
	make_harmless(gpu->address);
	make_harmless(gpu->blocker.device);
	for (size_t i = 0; i < gpu->n_functions; i++)
		make_harmless(gpu->functions[i].address);
	for (size_t i = 0; i < gpu->n_ports; i++)
		make_harmless(gpu->ports[i].address);
}

static void fuzz_gpus(const struct nlmsghdr *head, const void *bytes, int size)
{
	struct gpu_list list = {};

	if (feed(add_gpu, &list, head, bytes, size) >= 0 && list.n) {
		for (size_t i = 0; i < list.n; i++)
			clean_gpu(&list.gpus[i]);
		show_gpus(&list, &plain);
		show_gpus(&list, &rich);
		show_json(json_status(&list, names));
		show_json(json_policies(&list));
	}
	gpu_list_free(&list);
}

static void fuzz_wakes(const struct nlmsghdr *head, const void *bytes, int size)
{
	struct wake_list list = {};

	if (feed(add_wake, &list, head, bytes, size) >= 0)
		show_json(json_wakes(&list));
	wake_list_free(&list);
}

static void fuzz_power(const struct nlmsghdr *head, const void *bytes, int size)
{
	struct host_power power = {};
	FILE *out;

	if (feed(read_power, &power, head, bytes, size) < 0)
		return;
	MUST(power.n <= SUPPLIES_MAX && power_equal(&power, &power));
	out = begin();
	power_show(out, &plain, &power);
	end(out);
	show_json(json_power(&power));
}

static void fuzz_event(const struct nlmsghdr *head, const void *bytes, int size)
{
	struct event event = {};
	char words[256];

	if (feed(read_event, &event, head, bytes, size) < 0)
		return;
	make_harmless(event.device);
	MUST(harmless(sentence_cause(words, sizeof(words), &plain, &event)));
	show_json(json_event(&event));
}

static void fuzz_family(const struct nlmsghdr *head, const void *bytes, int size)
{
	struct family family = { .groups = { { .name = "gpu" }, { .name = "power" } } };

	feed(family_read, &family, head, bytes, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct genlmsghdr command = {};
	struct nlmsghdr head;
	void *bytes;

	if (!names)
		names = names_open("/dev/null");
	if (size < NLMSG_HDRLEN || size > 8192)
		return 0;
	/* Aligned as in a buffer, and with nothing readable behind it. */
	bytes = malloc(size);
	MUST(bytes && names);
	memcpy(bytes, data, size);
	memcpy(&head, data, sizeof(head));
	if (size >= HEADER)
		memcpy(&command, data + NLMSG_HDRLEN, sizeof(command));
	if (head.nlmsg_type == GENL_ID_CTRL)
		fuzz_family(&head, bytes, size);
	else if (command.cmd == GPUPM_CMD_WAKE_GET)
		fuzz_wakes(&head, bytes, size);
	else if (command.cmd == GPUPM_CMD_POWER_GET || command.cmd == GPUPM_CMD_POWER_NTF)
		fuzz_power(&head, bytes, size);
	else if (command.cmd == GPUPM_CMD_GPU_NTF)
		fuzz_event(&head, bytes, size);
	else
		fuzz_gpus(&head, bytes, size);
	free(bytes);
	return 0;
}
