// SPDX-License-Identifier: GPL-2.0-only
#include "../show/duration.h"
#include "../show/value.h"
#include "../show/table.h"
#include "../show/text.h"
#include "cmd.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What the daemon answers comes from VMs in part: any member may be odd. */
static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, key, &value);
	return value;
}

static bool is_true(struct json_object *object, const char *key)
{
	return json_object_get_boolean(member(object, key));
}

/* Return: whether it is known. */
static bool number(struct json_object *object, const char *key, double *value)
{
	struct json_object *found = member(object, key);

	*value = found ? json_object_get_double(found) : 0;
	return found;
}

/* Adds to a text what fits. */
static void __attribute__((format(printf, 3, 4)))
add(char *buf, size_t size, const char *format, ...)
{
	size_t n = strlen(buf);
	va_list args;

	va_start(args, format);
	vsnprintf(buf + n, size - n, format, args);
	va_end(args);
}

/* A report for people: "battery, 57 % of 48.1 Wh, discharging at 12.3 W". */
static void report_words(char *buf, size_t size, struct json_object *report)
{
	const char *does = is_true(report, "discharging") ? "discharging" :
			   is_true(report, "charging") ? "charging" : "";
	double full, remaining, rate;

	if (!report) {
		snprintf(buf, size, "nothing yet");
		return;
	}
	snprintf(buf, size, "%s", is_true(report, "on_ac") ? "AC" : "battery");
	if (number(report, "full_mwh", &full) && number(report, "remaining_mwh", &remaining) &&
	    full > 0)
		add(buf, size, ", %.0f %% of %.1f Wh", 100 * remaining / full, full / 1000);
	if (*does)
		add(buf, size, ", %s", does);
	if (*does && number(report, "rate_mw", &rate))
		add(buf, size, " at %.1f W", rate / 1000);
}

static void ways_words(char *buf, size_t size, struct json_object *ways)
{
	*buf = '\0';
	for (size_t i = 0; json_object_is_type(ways, json_type_array) &&
	     i < json_object_array_length(ways); i++)
		add(buf, size, "%s%s", i ? ", " : "",
		    json_object_get_string(json_object_array_get_idx(ways, i)));
}

static void text_cell(struct table *table, const struct style *style, enum paint paint,
		      const char *text)
{
	char clean[256];

	text_clean(style, clean, sizeof(clean), text && *text ? text : "-");
	table_cell(table, paint, "%s", clean);
}

static void show_guest(struct table *table, const struct style *style, struct json_object *guest)
{
	const char *comm = json_object_get_string(member(guest, "comm"));
	int pid = json_object_get_int(member(guest, "pid"));
	char words[128], ago[DURATION_SIZE];

	text_cell(table, style, PAINT_BOLD, json_object_get_string(member(guest, "vm")));
	snprintf(words, sizeof(words), "%.64s (pid %d)", comm ? comm : "?", pid);
	text_cell(table, style, PAINT_PLAIN, pid ? words : NULL);
	text_cell(table, style, PAINT_PLAIN, json_object_get_string(member(guest, "backend")));
	report_words(words, sizeof(words), member(guest, "report"));
	text_cell(table, style, PAINT_PLAIN, words);
	if (member(guest, "age_ms"))
		table_cell(table, PAINT_PLAIN, "%s ago",
			   duration_format(ago, json_object_get_uint64(member(guest, "age_ms"))));
	else
		table_cell(table, PAINT_PLAIN, "-");
	ways_words(words, sizeof(words), member(guest, "ways"));
	text_cell(table, style, PAINT_PLAIN, words);
	table_row(table);
}

static int show_guests(struct json_object *guests)
{
	static const char * const heads[] = { "VM", "process", "by", "was told", "last", "ways" };
	struct table table = { .narrow = 1 << 3 };
	struct style style;
	size_t n;

	if (!json_object_is_type(guests, json_type_array)) {
		complain("the answer of gpupmd makes no sense: install both from the same version");
		return RESULT_FAILED;
	}
	n = json_object_array_length(guests);
	if (!n) {
		puts("No guest is connected. A VM gets a battery with what 'gpupm qemu-args' prints.");
		return RESULT_DONE;
	}
	style_detect(&style, stdout);
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		table_cell(&table, PAINT_DIM, "%s", heads[i]);
	table_row(&table);
	for (size_t i = 0; i < n; i++)
		show_guest(&table, &style, json_object_array_get_idx(guests, i));
	table_print(&table, &style, stdout);
	return RESULT_DONE;
}

static int guests_run(int argc, char **argv)
{
	struct json_object *request, *answer = NULL;
	struct options options;
	int result = options_parse(&cmd_guests, &argc, &argv, 0, &options);

	if (result >= 0)
		return result;
	request = json_object_new_object();
	json_add(request, "command", json_string("guests"));
	result = ask_daemon(request, &answer);
	json_object_put(request);
	if (result)
		return result;
	if (options.json) {
		json_print(stdout, answer, false);
		return RESULT_DONE;
	}
	result = show_guests(member(answer, "guests"));
	json_object_put(answer);
	return result;
}

const struct command cmd_guests = {
	.name = "guests",
	.arguments = "[--json]",
	.summary = "Show the VMs that are told the host's power, and what they were told.",
	.help =
	"\"ways\" are those by which the VM was seen to notice: event, heartbeat, read.\n"
	"It asks gpupmd.\n",
	.options = OPTION_JSON,
	.run = guests_run,
};
