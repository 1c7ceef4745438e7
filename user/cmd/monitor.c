// SPDX-License-Identifier: GPL-2.0-only
#include "../client/event.h"
#include "../show/duration.h"
#include "../show/json.h"
#include "../show/text.h"
#include "../show/words.h"
#include "cmd.h"
#include "signals.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Event times are of CLOCK_BOOTTIME; people want the time of day. */
static void clock_time(char *buf, size_t size, __u64 at_ns)
{
	__u64 ms = time_now_ms() - (time_boot_ns() - at_ns) / 1000000;
	time_t seconds = ms / 1000;
	struct tm local;
	size_t n;

	localtime_r(&seconds, &local);
	n = strftime(buf, size, "%H:%M:%S", &local);
	snprintf(buf + n, size - n, ".%03llu", ms % 1000);
}

static void print_line(const struct style *style, __u64 at_ns, const char *gpu, const char *change,
		       enum paint paint, const char *words)
{
	int pad = (int)strlen("in-use -> awake") - text_columns(change);
	char when[32];

	clock_time(when, sizeof(when), at_ns);
	printf("%s%s%s  %s  %s%s%s%*s  %s\n", style_begin(style, PAINT_DIM), when,
	       style_end(style, PAINT_DIM), gpu, style_begin(style, paint), change,
	       style_end(style, paint), pad > 0 ? pad : 0, "", words);
}

static void print_event(const struct style *style, const struct event *event)
{
	char before[WORD_SIZE], after[WORD_SIZE], change[2 * WORD_SIZE + 4], words[256];

	word_state(before, event->previous);
	word_state(after, event->state);
	if (event->state == event->previous)
		snprintf(change, sizeof(change), "%s", after);
	else
		snprintf(change, sizeof(change), "%s %s %s", before,
			 style->unicode ? "\u2192" : "->", after);
	print_line(style, event->at_ns, event->gpu, change, paint_state(event->state),
		   sentence_cause(words, sizeof(words), style, event));
}

/* Some events are gone for good, so say where every GPU stands now. */
static int catch_up(struct client *client, const struct style *style, bool json)
{
	struct gpu_list list = {};
	char word[WORD_SIZE];
	int err = client_gpus(client, &list);

	for (size_t i = 0; i < list.n; i++) {
		const struct gpu *gpu = &list.gpus[i];

		if (json)
			json_print(stdout, json_events_lost(gpu, time_boot_ns()), true);
		else
			print_line(style, time_boot_ns(), gpu->address,
				   word_state(word, gpu->state), paint_state(gpu->state),
				   "events were lost; this is the state now");
	}
	gpu_list_free(&list);
	return err;
}

/* Print all that waits. Return: 0, or negative errno when there is no going on. */
static int print_events(struct client *client, struct events *events, const struct style *style,
			bool json)
{
	struct event event;
	bool lost = false;
	int result;

	for (;;) {
		result = events_next(events, &event);
		if (!result)
			break;
		if (result == -ENOBUFS)
			lost = true;
		else if (result == -EBADMSG)
			complain("left out an event that makes no sense: do module and tool fit?");
		else if (result < 0)
			return result;
		else if (json)
			json_print(stdout, json_event(&event), true);
		else
			print_event(style, &event);
		if (finish(RESULT_DONE))
			return -EPIPE;
	}
	/* What waited is from before the loss: the kernel adds nothing until all is read. */
	result = lost ? catch_up(client, style, json) : 0;
	return finish(RESULT_DONE) ? -EPIPE : result;
}

static int monitor(struct client *client, bool json)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	struct events *events;
	struct style style;
	int err = events_open(client, &events);

	if (err) {
		complain("could not listen to events: %s", strerror(-err));
		return RESULT_FAILED;
	}
	style_detect(&style, stdout);
	fds[0].fd = events_fd(events);
	fds[1].fd = signals_open();
	while (!err) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR) {
			err = -errno;
			continue;
		}
		if (signals_stop(fds[1].fd))
			break;
		err = print_events(client, events, &style, json);
	}
	close(fds[1].fd);
	events_close(events);
	if (err == -EPROTONOSUPPORT)
		complain("the module was unloaded: sudo modprobe gpupm");
	else if (err && err != -EPIPE)
		complain("could not read events: %s", strerror(-err));
	return result_of(err);
}

static int monitor_run(int argc, char **argv)
{
	struct client *client = NULL;
	struct options options;
	int err, result = options_parse(&cmd_monitor, &argc, &argv, 0, &options);

	if (result >= 0)
		return result;
	err = client_open(&client);
	result = err ? client_failed(client, err) : monitor(client, options.json);
	client_close(client);
	return result;
}

const struct command cmd_monitor = {
	.name = "monitor",
	.arguments = "[--json]",
	.summary = "Print what happens to GPUs as it happens, a line each, until ^C.",
	.help =
	"A line has the local time, the GPU, its state before and after, and the cause.\n"
	"When events come faster than they are printed and some are lost, it says so.\n",
	.options = OPTION_JSON,
	.run = monitor_run,
};
