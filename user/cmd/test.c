// SPDX-License-Identifier: GPL-2.0-only
#include "../client/process.h"
#include "../show/json.h"
#include "../show/status.h"
#include "../show/table.h"
#include "../show/words.h"
#include "cmd.h"
#include "rounds.h"
#include "signals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long one of the steps took, over all rounds. */
struct spread {
	double min, median, max;
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* @n is not zero; @values get sorted. */
static struct spread spread_of(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), by_value);
	return (struct spread){
		.min = values[0],
		.median = n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2,
		.max = values[n - 1],
	};
}

/* Blockers that no waiting ends. */
static bool permanent(__u32 reason)
{
	switch (reason) {
	case GPUPM_BLOCKER_FAILED_WAKE:
	case GPUPM_BLOCKER_HOLD:
	case GPUPM_BLOCKER_POLICY:
	case GPUPM_BLOCKER_D3COLD:
	case GPUPM_BLOCKER_BRIDGE_D3:
	case GPUPM_BLOCKER_POWER_RESOURCE:
		return true;
	}
	return false;
}

/* Return: whether the test makes no sense now, after a complaint. */
static bool refuse(struct gpu *gpu)
{
	const struct style plain = {};
	char text[256];

	if (gpu->state == GPUPM_STATE_IN_USE) {
		process_find_user("", gpu);
		complain("%s is in use by %s: stop the VM first", gpu->address,
			 status_user(text, sizeof(text), &plain, &gpu->user));
	} else if (gpu->state == GPUPM_STATE_LOST) {
		complain("%s does not answer: gpupm why %s", gpu->address, gpu->address);
	} else if (permanent(gpu->blocker.reason)) {
		complain("the power of %s would not be cut: %s. What to do: gpupm why %s",
			 gpu->address, sentence_blocker(text, sizeof(text), &plain, gpu),
			 gpu->address);
	} else if (gpu->holds) {
		complain("%s is held: gpupm why %s", gpu->address, gpu->address);
	} else if (gpu->policy != GPUPM_POLICY_AUTO) {
		complain("the policy of %s is not auto: sudo gpupm policy %s auto", gpu->address,
			 gpu->address);
	} else {
		return false;
	}
	return true;
}

static void show_round(const struct style *style, size_t number, const struct round *round)
{
	if (number == 1)
		printf("\n  %sround       awake         off%s\n", style_begin(style, PAINT_DIM),
		       style_end(style, PAINT_DIM));
	printf("  %5zu  %7.1f ms  %7.1f ms\n", number, round->wake_ms, round->off_ms);
}

static void show_spread(const struct style *style, const struct spread *wake,
			const struct spread *off)
{
	const double rows[][2] = {
		{ wake->min, off->min }, { wake->median, off->median }, { wake->max, off->max }
	};
	static const char * const names[] = { "min", "median", "max" };

	putchar('\n');
	for (int i = 0; i < 3; i++)
		printf("  %s%6s %7.1f ms  %7.1f ms%s\n", style_begin(style, PAINT_BOLD), names[i],
		       rows[i][0], rows[i][1], style_end(style, PAINT_BOLD));
}

static void show_verdict(const struct style *style, const struct gpu *gpu, int err,
			 const char *failure)
{
	enum paint paint = err ? PAINT_RED : PAINT_GREEN;

	putchar('\n');
	if (!err) {
		printf("  after each wake %zu function%s answered:", gpu->n_functions,
		       gpu->n_functions == 1 ? "" : "s");
		for (size_t i = 0; i < gpu->n_functions; i++)
			printf(" %s", gpu->functions[i].address);
		printf("\n  %sthis machine is safe for auto%s\n", style_begin(style, paint),
		       style_end(style, paint));
		return;
	}
	printf("  %s\n", failure);
	if (err == -EIO)
		printf("  %snot safe: sudo gpupm policy %s warm%s\n", style_begin(style, paint),
		       gpu->address, style_end(style, paint));
	else if (err == -ETIMEDOUT)
		printf("  %spower was not cut; what to do: gpupm why %s%s\n",
		       style_begin(style, paint), gpu->address, style_end(style, paint));
}

static struct json_object *spread_object(const struct spread *spread)
{
	struct json_object *object = json_object_new_object();

	json_add(object, "min", json_ms(spread->min));
	json_add(object, "median", json_ms(spread->median));
	json_add(object, "max", json_ms(spread->max));
	return object;
}

static void print_json(const struct gpu *gpu, const struct round *rounds, size_t n,
		       const struct spread *wake, const struct spread *off, int err,
		       const char *failure)
{
	struct json_object *object = json_object_new_object();
	struct json_object *array = json_object_new_array();
	struct json_object *functions = json_object_new_array();

	for (size_t i = 0; i < n; i++) {
		struct json_object *round = json_object_new_object();

		json_add(round, "wake_ms", json_ms(rounds[i].wake_ms));
		json_add(round, "off_ms", json_ms(rounds[i].off_ms));
		json_object_array_add(array, round);
	}
	for (size_t i = 0; i < gpu->n_functions; i++)
		json_object_array_add(functions, json_string(gpu->functions[i].address));
	json_add(object, "gpu", json_string(gpu->address));
	json_add(object, "functions", functions);
	json_add(object, "rounds", array);
	json_add(object, "wake_ms", n ? spread_object(wake) : NULL);
	json_add(object, "off_ms", n ? spread_object(off) : NULL);
	json_add(object, "safe", err && err != -EIO ? NULL : json_object_new_boolean(!err));
	json_add(object, "failure", err ? json_string(failure) : NULL);
	json_print(stdout, object, false);
}

static void report(const struct style *style, const struct gpu *gpu, const struct round *rounds,
		   size_t n, int err, const char *failure, bool json)
{
	struct spread wake = {}, off = {};
	double *values = calloc(n + 1, sizeof(*values));

	if (n && values) {
		for (size_t i = 0; i < n; i++)
			values[i] = rounds[i].wake_ms;
		wake = spread_of(values, n);
		for (size_t i = 0; i < n; i++)
			values[i] = rounds[i].off_ms;
		off = spread_of(values, n);
	}
	free(values);
	if (json) {
		print_json(gpu, rounds, n, &wake, &off, err, failure);
		return;
	}
	if (n)
		show_spread(style, &wake, &off);
	show_verdict(style, gpu, err, failure);
}

/* Run the rounds. Return: RESULT_DONE when all went well. */
static int run(struct rounds *r, const struct gpu *gpu, size_t wanted, bool json)
{
	struct round *rounds = calloc(wanted, sizeof(*rounds));
	struct style style;
	size_t n = 0;
	__u64 at;
	int err;

	if (!rounds) {
		complain("out of memory");
		return RESULT_FAILED;
	}
	style_detect(&style, stdout);
	if (!json)
		printf("cutting the power of %s and waking it, %zu time%s\n", gpu->address, wanted,
		       wanted == 1 ? "" : "s");
	fflush(stdout);
	err = rounds_wait_off(r, &at);
	while (!err && n < wanted) {
		err = rounds_run_one(r, &rounds[n]);
		if (err)
			break;
		n++;
		if (!json)
			show_round(&style, n, &rounds[n - 1]);
		fflush(stdout);
	}
	if (err == -EPERM)
		complain("%s", r->failure);
	else
		report(&style, gpu, rounds, n, err, r->failure, json);
	free(rounds);
	return finish(result_of(err));
}

static int test(struct client *client, struct gpu *gpu, const struct options *options)
{
	struct rounds rounds = {
		.client = client,
		.address = gpu->address,
		.opens = gpu->opens,
		.failures = gpu->failures,
	};
	int err, result;

	if (refuse(gpu))
		return RESULT_FAILED;
	err = events_open(client, &rounds.events);
	if (err) {
		complain("could not listen to events: %s", strerror(-err));
		return RESULT_FAILED;
	}
	rounds.signals = signals_open();
	result = run(&rounds, gpu, options->rounds, options->json);
	close(rounds.signals);
	events_close(rounds.events);
	return result;
}

static int test_run(int argc, char **argv)
{
	struct gpu_list list = {};
	struct client *client = NULL;
	struct options options;
	struct gpu *gpu;
	int result = options_parse(&cmd_test, &argc, &argv, 1, &options);

	if (result >= 0)
		return result;
	result = connect_and_read(&client, &list);
	if (!result)
		result = pick_gpu(&cmd_test, &list, argc ? argv[0] : NULL, &gpu);
	if (!result)
		result = test(client, gpu, &options);
	gpu_list_free(&list);
	client_close(client);
	return result;
}

const struct command cmd_test = {
	.name = "test",
	.arguments = "[GPU] [-n N] [--json]",
	.summary = "Cut the power of a GPU and wake it, again and again, and time it.",
	.help =
	"It says whether every function answered after every wake, that is, whether this\n"
	"machine is safe for policy auto. It refuses while a VM uses the GPU, and when\n"
	"the power would not be cut anyway. ^C ends it and leaves the GPU as it was.\n",
	.options = OPTION_JSON | OPTION_ROUNDS,
	.run = test_run,
};
