// SPDX-License-Identifier: GPL-2.0-only
#include "../client/event.h"
#include "../client/process.h"
#include "../show/json.h"
#include "../show/no_gpu.h"
#include "../show/status.h"
#include "cmd.h"
#include "screen.h"
#include "signals.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void show(FILE *out, const struct style *style, struct names *names,
		 struct gpu_list *list, const struct options *options)
{
	for (size_t i = 0; i < list->n; i++)
		process_find_user("", &list->gpus[i]);
	if (options->json)
		json_print(out, json_status(list, names), options->watch);
	else if (list->n)
		status_show(out, style, names, list);
	else
		no_gpu_show(out, style, names, "");
}

static void redraw(const struct style *style, struct names *names, struct gpu_list *list,
		   const struct options *options)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return;
	show(memory, style, names, list, options);
	fclose(memory);
	screen_draw(text);
	free(text);
}

/* Sleep until there is a reason to look again. Return: false when asked to stop. */
static bool wait_for_change(struct events *events, int signals, bool clock)
{
	struct pollfd fds[] = {
		{ .fd = events_fd(events), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	/* In a terminal the durations on the screen go on. */
	if (poll(fds, 2, clock ? 1000 : -1) < 0)
		return errno == EINTR;
	return !signals_stop(signals);
}

/* Take all events; what they say is read again anyway. */
static int drain(struct events *events)
{
	struct event event;
	int result;

	do {
		result = events_next(events, &event);
	} while (result == 1 || result == -ENOBUFS || result == -EBADMSG);
	return result;
}

static int watch(struct client *client, struct names *names, const struct options *options)
{
	struct gpu_list list = {};
	struct events *events;
	struct style style;
	bool screen;
	int err = events_open(client, &events), signals;

	if (err) {
		complain("could not listen to events: %s", strerror(-err));
		return RESULT_FAILED;
	}
	signals = signals_open();
	style_detect(&style, stdout);
	screen = style.terminal && !options->json;
	if (screen)
		screen_begin();
	do {
		err = drain(events);
		if (!err)
			err = client_gpus(client, &list);
		if (err)
			break;
		style_detect(&style, stdout);
		if (screen)
			redraw(&style, names, &list, options);
		else
			show(stdout, &style, names, &list, options);
		if (!screen && !options->json)
			putchar('\n');
		gpu_list_free(&list);
	} while (!finish(0) && wait_for_change(events, signals, screen));
	if (screen)
		screen_end();
	close(signals);
	events_close(events);
	if (err == -EPROTONOSUPPORT)
		complain("the module was unloaded: sudo modprobe gpupm");
	else if (err)
		complain("%s", client_error(client));
	return finish(result_of(err));
}

static int status_run(int argc, char **argv)
{
	struct gpu_list list = {};
	struct client *client = NULL;
	struct names *names = NULL;
	struct options options;
	struct style style;
	int result = options_parse(&cmd_status, &argc, &argv, 0, &options);

	if (result >= 0)
		return result;
	result = connect_and_read(&client, &list);
	if (result)
		goto out;
	names = names_open(NULL);
	if (!names) {
		complain("out of memory");
		result = RESULT_FAILED;
		goto out;
	}
	if (options.watch) {
		result = watch(client, names, &options);
		goto out;
	}
	style_detect(&style, stdout);
	show(stdout, &style, names, &list, &options);
	result = finish(RESULT_DONE);
out:
	names_close(names);
	gpu_list_free(&list);
	client_close(client);
	return result;
}

const struct command cmd_status = {
	.name = "status",
	.arguments = "[-w] [--json]",
	.summary = "Show every GPU: what it is, its state, how long, and who uses it.",
	.help =
	"States: off (power is cut), idle (suspended, power is not cut), awake (in D0,\n"
	"nobody uses it), in-use (a VM has it open), lost (it did not answer after a\n"
	"wake). Looking never wakes a GPU.\n",
	.options = OPTION_JSON | OPTION_WATCH,
	.run = status_run,
};
