// SPDX-License-Identifier: GPL-2.0-only
#include "duration.h"
#include "status.h"
#include "table.h"
#include "text.h"
#include "words.h"

#include <string.h>

const char *status_user(char *buf, size_t size, const struct style *style,
			const struct gpu_user *user)
{
	char comm[NAME_SIZE], vm[sizeof(user->vm)];

	text_clean(style, comm, sizeof(comm), user->comm);
	text_clean(style, vm, sizeof(vm), user->vm);
	if (user->pid)
		snprintf(buf, size, "%s (pid %u)%s%s", comm, user->pid, vm[0] ? ", VM " : "", vm);
	else if (user->hidden)
		snprintf(buf, size, "unknown (run as root to see)");
	else
		snprintf(buf, size, "unknown");
	return buf;
}

static void show_title(FILE *out, const struct style *style, struct names *names,
		       const struct gpu *gpu)
{
	const struct gpu_function *function = gpu_function(gpu, gpu->address);
	char raw[384] = "", name[384];
	int used = (int)strlen(gpu->address) + 4;

	if (function)
		names_short(names, function->vendor, function->device, raw, sizeof(raw));
	text_clean(style, name, sizeof(name), raw);
	if (style->width)
		text_clip(style, name, sizeof(name), style->width - used);
	if (style->unicode)
		fprintf(out, "%s\u25cf%s ", style_begin(style, paint_state(gpu->state)),
			style_end(style, paint_state(gpu->state)));
	fprintf(out, "%s%s  %s%s\n", style_begin(style, PAINT_BOLD), gpu->address, name,
		style_end(style, PAINT_BOLD));
}

static const char *policy_meaning(__u32 policy)
{
	switch (policy) {
	case GPUPM_POLICY_AUTO:
		return ": cut power when no VM uses it";
	case GPUPM_POLICY_WARM:
		return ": suspend when no VM uses it, never cut power";
	case GPUPM_POLICY_ON:
		return ": stay in D0";
	}
	return "";
}

static void show_facts(FILE *out, const struct style *style, const struct gpu *gpu)
{
	char since[DURATION_SIZE], word[WORD_SIZE], text[256];
	struct table table = { .indent = 2, .narrow = 1 << 1 };

	duration_format(since, gpu->since_ms);
	table_cell(&table, PAINT_DIM, "state");
	table_cell(&table, paint_state(gpu->state), "%s for %s", word_state(word, gpu->state),
		   since);
	table_row(&table);
	if (gpu->state == GPUPM_STATE_IN_USE) {
		table_cell(&table, PAINT_DIM, "user");
		table_cell(&table, PAINT_PLAIN, "%s",
			   status_user(text, sizeof(text), style, &gpu->user));
		table_row(&table);
	}
	if (gpu->blocker.reason) {
		table_cell(&table, PAINT_DIM, "blocker");
		table_cell(&table, PAINT_PLAIN, "%s",
			   sentence_blocker(text, sizeof(text), style, gpu));
		table_row(&table);
	}
	table_cell(&table, PAINT_DIM, "policy");
	table_cell(&table, PAINT_PLAIN, "%s%s", word_policy(word, gpu->policy),
		   policy_meaning(gpu->policy));
	table_row(&table);
	table_cell(&table, PAINT_DIM, "holds");
	if (gpu->holds)
		table_cell(&table, PAINT_PLAIN, "%u", gpu->holds);
	else
		table_cell(&table, PAINT_PLAIN, "none");
	table_row(&table);
	table_print(&table, style, out);
}

static enum paint paint_d_state(__u32 d_state)
{
	switch (d_state) {
	case GPUPM_D_STATE_D0:
		return PAINT_CYAN;
	case GPUPM_D_STATE_D3COLD:
		return PAINT_GREEN;
	default:
		return PAINT_YELLOW;
	}
}

static void tree_row(struct table *table, const struct style *style, int depth, bool last,
		     const char *address, const char *what, __u32 d_state, const char *driver,
		     bool open)
{
	const char *branch = style->unicode ? (last ? "\u2514\u2500 " : "\u251c\u2500 ") :
			     (last ? "`- " : "|- ");
	char word[WORD_SIZE], name[NAME_SIZE];

	table_cell(table, PAINT_PLAIN, "%*s%s%s", depth > 1 ? 3 * (depth - 1) : 0, "",
		   depth ? branch : "", address);
	table_cell(table, PAINT_PLAIN, "%s", what);
	table_cell(table, paint_d_state(d_state), "%s", word_d_state(word, d_state));
	text_clean(style, name, sizeof(name), driver);
	if (name[0])
		table_cell(table, PAINT_PLAIN, "%s%s", name, open ? ", open" : "");
	else
		table_cell(table, PAINT_DIM, "no driver");
	table_row(table);
}

/* The root port first, then what is below it. */
static void show_tree(FILE *out, const struct style *style, struct names *names,
		      const struct gpu *gpu)
{
	struct table table = { .indent = 2, .narrow = 1 << 1 };
	char raw[128], what[128];
	int depth = 0;

	for (size_t i = gpu->n_ports; i--; depth++)
		tree_row(&table, style, depth, true, gpu->ports[i].address,
			 depth ? "port" : "root port", gpu->ports[i].d_state, gpu->ports[i].driver,
			 false);
	for (size_t i = 0; i < gpu->n_functions; i++) {
		const struct gpu_function *function = &gpu->functions[i];

		names_class(names, function->class, raw, sizeof(raw));
		text_clean(style, what, sizeof(what), raw);
		tree_row(&table, style, depth, i + 1 == gpu->n_functions, function->address, what,
			 function->d_state, function->driver, function->open);
	}
	table_print(&table, style, out);
}

/* Columns of the longest bar. */
#define BAR_COLUMNS	40

/* A bar for @part of @whole, in eighths of a column where they can be shown. */
static void bar_format(char *buf, size_t size, const struct style *style, __u64 part, __u64 whole)
{
	static const char * const eighths[] = {
		"", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589",
	};
	unsigned int n = (double)part / whole * BAR_COLUMNS * 8 + 0.5;
	size_t len = 0;

	if (!n)
		n = 1;
	buf[0] = '\0';
	for (unsigned int i = 0; i < n / 8; i++)
		len += snprintf(buf + len, size - len, "%s", style->unicode ? "\u2588" : "#");
	if (style->unicode)
		snprintf(buf + len, size - len, "%s", eighths[n % 8]);
}

static void show_time(FILE *out, const struct style *style, const struct gpu *gpu)
{
	struct table table = { .indent = 2, .right = 1 << 1, .narrow = 1 << 3 };
	char word[WORD_SIZE], duration[DURATION_SIZE], bar[BAR_COLUMNS * 4];
	__u64 whole = 0;

	for (int i = 0; i < N_STATES; i++)
		whole += gpu->time_ms[i];
	if (!whole)
		return;
	for (int i = 0; i < N_STATES; i++) {
		__u64 part = gpu->time_ms[i];

		if (!part)
			continue;
		table_cell(&table, PAINT_DIM, "%s", word_state(word, i));
		table_cell(&table, PAINT_PLAIN, "%.1f %%", 100.0 * part / whole);
		table_cell(&table, PAINT_PLAIN, "%s", duration_format(duration, part));
		if (style->terminal) {
			bar_format(bar, sizeof(bar), style, part, whole);
			table_cell(&table, paint_state(i), "%s", bar);
		}
		table_row(&table);
	}
	table_print(&table, style, out);
	fputc('\n', out);
}

static void show_count(FILE *out, __u64 n, const char *one, const char *many, const char *end)
{
	fprintf(out, "%llu %s%s", n, n == 1 ? one : many, end);
}

static void show_gpu(FILE *out, const struct style *style, struct names *names,
		     const struct gpu *gpu)
{
	const char *between = style->unicode ? " \u00b7 " : ", ";

	show_title(out, style, names, gpu);
	fputc('\n', out);
	show_facts(out, style, gpu);
	fputc('\n', out);
	show_tree(out, style, names, gpu);
	fputc('\n', out);
	show_time(out, style, gpu);
	fputs("  ", out);
	show_count(out, gpu->opens, "open", "opens", between);
	show_count(out, gpu->power_cuts, "power cut", "power cuts", between);
	show_count(out, gpu->wakes, "wake", "wakes", between);
	show_count(out, gpu->failures, "failure", "failures", "\n");
}

void status_show(FILE *out, const struct style *style, struct names *names,
		 const struct gpu_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			fputc('\n', out);
		show_gpu(out, style, names, &list->gpus[i]);
	}
}
