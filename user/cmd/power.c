// SPDX-License-Identifier: GPL-2.0-only
#include "../client/power.h"
#include "../show/json.h"
#include "../show/power.h"
#include "cmd.h"
#include "screen.h"
#include "signals.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void show(FILE *out, const struct style *style, const struct host_power *power,
		 const struct options *options)
{
	if (options->json)
		json_print(out, json_power(power), options->watch);
	else
		power_show(out, style, power);
}

static void redraw(const struct style *style, const struct host_power *power,
		   const struct options *options)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return;
	show(memory, style, power, options);
	fclose(memory);
	screen_draw(text);
	free(text);
}

/* Sleep until there is a reason to show it again. Return: false when asked to stop. */
static bool wait_for_change(struct power_watch *watch, int signals)
{
	struct pollfd fds[] = {
		{ .fd = power_watch_fd(watch), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	if (poll(fds, 2, -1) < 0)
		return errno == EINTR;
	return !signals_stop(signals);
}

static int follow(struct power_watch *watch, struct host_power *power, bool screen,
		  const struct options *options)
{
	int signals = signals_open(), result = 1;
	struct style style;

	if (screen)
		screen_begin();
	do {
		style_detect(&style, stdout);
		/* A signal that is not to stop is a new size of the window. */
		if (screen)
			redraw(&style, power, options);
		while (result == 1) {
			if (!screen)
				show(stdout, &style, power, options);
			if (!screen && !options->json)
				putchar('\n');
			result = power_watch_next(watch, power);
			if (result == 1 && screen)
				redraw(&style, power, options);
		}
		if (result < 0 || finish(0) || !wait_for_change(watch, signals))
			break;
		result = power_watch_next(watch, power);
	} while (result >= 0);
	if (screen)
		screen_end();
	close(signals);
	return result < 0 ? result : 0;
}

static int watch(struct client *client, const struct options *options)
{
	struct host_power power;
	struct power_watch *watch;
	struct style style;
	int err = power_watch_open(client, &watch, &power);

	if (err) {
		complain("could not follow host power: %s",
			 err == -EOPNOTSUPP ? "the module is older than this gpupm" :
					      strerror(-err));
		return result_of(err);
	}
	style_detect(&style, stdout);
	err = follow(watch, &power, style.terminal && !options->json, options);
	power_watch_close(watch);
	if (err == -EPROTONOSUPPORT)
		complain("the module was unloaded: sudo modprobe gpupm");
	else if (err)
		complain("could not follow host power: %s", strerror(-err));
	return finish(result_of(err));
}

static int show_once(struct client *client, const struct options *options)
{
	struct host_power power;
	struct style style;
	int err;

	err = client ? client_power(client, &power) : power_read_sysfs("/sys", &power);
	if (err && client)
		return client_failed(client, err);
	if (err) {
		complain("could not read /sys/class/power_supply: %s", strerror(-err));
		return RESULT_FAILED;
	}
	style_detect(&style, stdout);
	show(stdout, &style, &power, options);
	return finish(RESULT_DONE);
}

static int power_run(int argc, char **argv)
{
	struct client *client = NULL;
	struct options options;
	int err, result = options_parse(&cmd_power, &argc, &argv, 0, &options);

	if (result >= 0)
		return result;
	err = client_open(&client);
	if (err == -EPROTONOSUPPORT && !options.watch) {
		complain("%s; this is what sysfs says", client_error(client));
		result = show_once(NULL, &options);
	} else if (err) {
		result = client_failed(client, err);
	} else {
		result = options.watch ? watch(client, &options) : show_once(client, &options);
	}
	client_close(client);
	return result;
}

const struct command cmd_power = {
	.name = "power",
	.arguments = "[-w] [--json]",
	.summary = "Show host power: AC or battery, time left, and every supply.",
	.help =
	"Batteries of mice, keyboards and the like are left out. No GPU is needed. Without\n"
	"the module it shows what sysfs says, and cannot go on with -w.\n",
	.options = OPTION_JSON | OPTION_WATCH,
	.run = power_run,
};
