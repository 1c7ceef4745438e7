// SPDX-License-Identifier: GPL-2.0-only
#include "duration.h"
#include "power.h"
#include "table.h"
#include "text.h"
#include "words.h"

#include <stdarg.h>
#include <string.h>

/* uW and uWh as W and Wh. */
static double units(__u64 micro)
{
	return micro / 1e6;
}

static void __attribute__((format(printf, 2, 3))) add(char *buf, const char *format, ...)
{
	size_t len = strlen(buf);
	va_list args;

	va_start(args, format);
	vsnprintf(buf + len, POWER_SUMMARY_SIZE - len, format, args);
	va_end(args);
}

static void add_battery(char *buf, const struct battery_sum *sum, bool on_ac)
{
	const char *how_long = sum->status == GPUPM_SUPPLY_STATUS_CHARGING ? "until full" : "left";
	char duration[DURATION_SIZE];
	const char *at = ", ";

	if (sum->capacity != POWER_UNKNOWN32)
		add(buf, ", %u %%", sum->capacity);
	switch (sum->status) {
	case GPUPM_SUPPLY_STATUS_CHARGING:
		add(buf, ", charging");
		break;
	case GPUPM_SUPPLY_STATUS_DISCHARGING:
		if (on_ac)
			add(buf, ", discharging");
		break;
	case GPUPM_SUPPLY_STATUS_NOT_CHARGING:
		add(buf, ", not charging");
		return;
	case GPUPM_SUPPLY_STATUS_FULL:
		add(buf, ", full");
		return;
	default:
		return;
	}
	if (sum->seconds_left != POWER_UNKNOWN) {
		duration_format(duration, sum->seconds_left * 1000);
		add(buf, ", %s %s", duration, how_long);
		at = " at ";
	}
	if (sum->power != POWER_UNKNOWN && sum->power)
		add(buf, "%s%.1f W", at, units(sum->power));
}

const char *power_summary(char *buf, const struct host_power *power)
{
	struct battery_sum sum;

	buf[0] = '\0';
	switch (power->on_ac) {
	case GPUPM_ON_AC_YES:
		add(buf, "On AC");
		break;
	case GPUPM_ON_AC_NO:
		add(buf, "On battery");
		break;
	default:
		add(buf, "No supply tells whether it runs on AC");
	}
	power_sum(power, &sum);
	if (sum.present)
		add_battery(buf, &sum, power->on_ac == GPUPM_ON_AC_YES);
	return buf;
}

static void cell_state(struct table *table, const struct supply *supply)
{
	char word[WORD_SIZE];

	if (supply->type != GPUPM_SUPPLY_TYPE_BATTERY) {
		if (supply->online == POWER_UNKNOWN32)
			table_cell(table, PAINT_DIM, "unknown");
		else
			table_cell(table, supply->online ? PAINT_GREEN : PAINT_DIM, "%s",
				   supply->online ? "online" : "offline");
	} else if (!supply->present) {
		table_cell(table, PAINT_DIM, "not there");
	} else if (supply->status == GPUPM_SUPPLY_STATUS_NOT_CHARGING) {
		table_cell(table, PAINT_PLAIN, "not charging");
	} else {
		table_cell(table, supply->status == GPUPM_SUPPLY_STATUS_DISCHARGING ? PAINT_YELLOW :
										      PAINT_GREEN,
			   "%s", word_supply_status(word, supply->status));
	}
}

static void cell_energy(struct table *table, const struct supply *supply)
{
	if (supply->energy_now == POWER_UNKNOWN)
		table_cell(table, PAINT_PLAIN, "%s", "");
	else if (supply->energy_full == POWER_UNKNOWN)
		table_cell(table, PAINT_PLAIN, "%.1f Wh", units(supply->energy_now));
	else
		table_cell(table, PAINT_PLAIN, "%.1f/%.1f Wh", units(supply->energy_now),
			   units(supply->energy_full));
}

static void cell_wear(struct table *table, const struct supply *supply)
{
	char cycles[32] = "", worn[32] = "";

	if (supply->cycles != POWER_UNKNOWN32 && supply->cycles)
		snprintf(cycles, sizeof(cycles), "%u cycle%s", supply->cycles,
			 supply->cycles == 1 ? "" : "s");
	if (supply->energy_full != POWER_UNKNOWN && supply->energy_design != POWER_UNKNOWN &&
	    supply->energy_full < supply->energy_design)
		snprintf(worn, sizeof(worn), "%.0f %% worn%s",
			 100 - 100.0 * supply->energy_full / supply->energy_design,
			 cycles[0] ? ", " : "");
	table_cell(table, PAINT_PLAIN, "%s%s", worn, cycles);
}

static void supply_row(struct table *table, const struct style *style, const struct supply *supply)
{
	char name[SUPPLY_NAME_SIZE], type[WORD_SIZE];

	text_clean(style, name, sizeof(name), supply->name);
	table_cell(table, PAINT_BOLD, "%s", name);
	table_cell(table, PAINT_PLAIN, "%s", word_supply_type(type, supply->type));
	cell_state(table, supply);
	if (supply->capacity == POWER_UNKNOWN32)
		table_cell(table, PAINT_PLAIN, "%s", "");
	else
		table_cell(table, PAINT_PLAIN, "%u %%", supply->capacity);
	cell_energy(table, supply);
	if (supply->power == POWER_UNKNOWN || !supply->power)
		table_cell(table, PAINT_PLAIN, "%s", "");
	else
		table_cell(table, PAINT_PLAIN, "%.1f W", units(supply->power));
	cell_wear(table, supply);
	table_row(table);
}

void power_show(FILE *out, const struct style *style, const struct host_power *power)
{
	struct table table = {
		.indent = 2, .right = 1 << 3 | 1 << 4 | 1 << 5, .narrow = 1 << 0 | 1 << 6,
	};
	char summary[POWER_SUMMARY_SIZE];

	fprintf(out, "%s%s%s\n", style_begin(style, PAINT_BOLD), power_summary(summary, power),
		style_end(style, PAINT_BOLD));
	if (!power->n)
		return;
	fputc('\n', out);
	for (size_t i = 0; i < power->n; i++)
		supply_row(&table, style, &power->supplies[i]);
	table_print(&table, style, out);
}
