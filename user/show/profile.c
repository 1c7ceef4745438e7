// SPDX-License-Identifier: GPL-2.0-only
#include "profile.h"
#include "../profile/cpus.h"
#include "../profile/topology.h"
#include "table.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

/* Longer commands are cut; all of it is in the JSON. */
#define VALUE_SIZE	512

static const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) && value ?
		json_object_get_string(value) : NULL;
}

/* A word as it is written in the configuration. */
static size_t quote(char *to, size_t size, const char *word)
{
	const char *mark = "";
	int n;

	if (!*word || strpbrk(word, " \t'\"\\;"))
		mark = strchr(word, '\'') ? "\"" : "'";
	if (*mark != '"') {
		n = snprintf(to, size, "%s%s%s", mark, word, mark);
		return (size_t)n < size ? (size_t)n : size - 1;
	}
	n = 0;
	for (to[n++] = '"'; *word && (size_t)n + 3 < size; word++) {
		if (*word == '"' || *word == '\\')
			to[n++] = '\\';
		to[n++] = *word;
	}
	to[n++] = '"';
	to[n] = '\0';
	return n;
}

static void command_words(char *to, size_t size, struct json_object *words)
{
	size_t n = 0;

	*to = '\0';
	for (size_t i = 0; i < json_object_array_length(words) && n + 4 < size; i++) {
		const char *word = json_object_get_string(json_object_array_get_idx(words, i));

		if (i)
			to[n++] = ' ';
		n += quote(to + n, size - n, word ? word : "");
	}
}

/* "performance" and the like get the CPUs that are meant on this machine. */
static void affinity_words(char *to, size_t size, const char *root, const char *word)
{
	const cpu_set_t *cpus = NULL;
	struct topology topology;
	char list[128];

	snprintf(to, size, "%s", word);
	if (topology_read(root, &topology))
		return;
	if (!strcmp(word, "all"))
		cpus = &topology.all;
	else if (!strcmp(word, "performance"))
		cpus = &topology.performance;
	else if (!strcmp(word, "efficiency"))
		cpus = &topology.efficiency;
	if (!cpus)
		return;
	cpus_format(cpus, list, sizeof(list));
	snprintf(to, size, "%s: CPUs %s%s", word, list,
		 topology.source || !strcmp(word, "all") ? "" : ", all of one kind");
}

static void value_words(char *to, size_t size, const char *root, const char *key,
			struct json_object *value)
{
	const char *word;

	if (json_object_is_type(value, json_type_array)) {
		command_words(to, size, value);
		return;
	}
	word = json_object_get_string(value);
	if (!strcmp(key, "vcpu_affinity"))
		affinity_words(to, size, root, word);
	else
		snprintf(to, size, "%s", word);
}

/* What can be set; @standard is what holds when it is not. */
static const struct {
	const char *key;
	const char *name;
	const char *standard;
} known[] = {
	{ "acpi_table", "acpi-table", "live" },
	{ "guest_power", "guest-power", "mirror" },
	{ "gpu_policy", "gpu-policy", NULL },
	{ "vcpu_affinity", "vcpu-affinity", NULL },
	{ "guest_command", "guest-command", NULL },
	{ "host_command", "host-command", NULL },
};

static void show_row(struct table *table, const struct style *style, const char *name,
		     const char *words)
{
	char clean[VALUE_SIZE];

	text_clean(style, clean, sizeof(clean), words);
	table_cell(table, PAINT_PLAIN, "%s", name);
	table_cell(table, PAINT_PLAIN, "%s", clean);
	table_row(table);
}

/* What is set, and else the standard if there is to be one. */
static void show_actions(struct table *table, const struct style *style, const char *root,
			 struct json_object *actions, bool standard)
{
	char words[VALUE_SIZE];
	struct json_object *value;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (json_object_object_get_ex(actions, known[i].key, &value) && value)
			value_words(words, sizeof(words), root, known[i].key, value);
		else if (standard && known[i].standard)
			snprintf(words, sizeof(words), "%s", known[i].standard);
		else
			continue;
		show_row(table, style, known[i].name, words);
	}
}

static void show_one(FILE *out, const struct style *style, const char *root, const char *title,
		     bool active, struct json_object *actions)
{
	struct table table = { .indent = 4, .narrow = 1 << 1 };

	show_actions(&table, style, root, actions, true);
	fprintf(out, "%s %s%s%s\n", active ? "*" : " ",
		style_begin(style, active ? PAINT_BOLD : PAINT_PLAIN), title,
		style_end(style, active ? PAINT_BOLD : PAINT_PLAIN));
	table_print(&table, style, out);
}

static void show_vm(FILE *out, const struct style *style, const char *root,
		    struct json_object *vm, const char *profile)
{
	struct table table = { .indent = 4, .narrow = 1 << 1 };
	const char *name = text_of(vm, "name");
	struct json_object *actions;
	char clean[128];

	if (!name || !json_object_object_get_ex(vm, profile, &actions))
		return;
	show_actions(&table, style, root, actions, false);
	if (!table.n)
		return;
	text_clean(style, clean, sizeof(clean), name);
	fprintf(out, "  %s, VM %s\n", profile, clean);
	table_print(&table, style, out);
}

/* The sockets and forwards of a VM, which are the same in every profile. */
static void show_sockets(FILE *out, const struct style *style, struct json_object *vm)
{
	struct table table = { .indent = 4, .narrow = 1 << 1 };
	const char *qmp = text_of(vm, "qmp"), *agent = text_of(vm, "agent");
	const char *name = text_of(vm, "name");
	struct json_object *forwards = NULL;
	char clean[128];

	json_object_object_get_ex(vm, "forward", &forwards);
	if (!name || (!qmp && !agent && !forwards))
		return;
	if (qmp)
		show_row(&table, style, "qmp", qmp);
	if (agent)
		show_row(&table, style, "agent", agent);
	for (size_t i = 0; json_object_is_type(forwards, json_type_array) &&
	     i < json_object_array_length(forwards); i++)
		show_row(&table, style, i ? "" : "forward",
			 json_object_get_string(json_object_array_get_idx(forwards, i)) ?: "");
	text_clean(style, clean, sizeof(clean), name);
	fprintf(out, "  VM %s\n", clean);
	table_print(&table, style, out);
}

/* What becomes of a forward of a VM that runs. */
static void show_forward(struct table *table, const struct style *style,
			 struct json_object *forward)
{
	const char *error = text_of(forward, "error"), *address = text_of(forward, "address");
	struct json_object *listens = NULL;
	char words[VALUE_SIZE];

	json_object_object_get_ex(forward, "listens", &listens);
	text_clean(style, words, sizeof(words), text_of(forward, "vm") ?: "?");
	table_cell(table, PAINT_BOLD, "%s", words);
	text_clean(style, words, sizeof(words), text_of(forward, "forward") ?: "?");
	table_cell(table, PAINT_PLAIN, "%s", words);
	text_clean(style, words, sizeof(words), address ?: "-");
	table_cell(table, PAINT_PLAIN, "%s", words);
	text_clean(style, words, sizeof(words),
		   error ?: json_object_get_boolean(listens) ? "listens" : "starts");
	table_cell(table, error ? PAINT_RED : PAINT_GREEN, "%s", words);
	table_row(table);
}

static void show_forwards(FILE *out, const struct style *style, struct json_object *forwards)
{
	static const char * const heads[] = { "VM", "forward", "guest", "state" };
	struct table table = { .indent = 2, .narrow = 1 << 3 };

	if (!json_object_is_type(forwards, json_type_array) ||
	    !json_object_array_length(forwards))
		return;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		table_cell(&table, PAINT_DIM, "%s", heads[i]);
	table_row(&table);
	for (size_t i = 0; i < json_object_array_length(forwards); i++)
		show_forward(&table, style, json_object_array_get_idx(forwards, i));
	fputc('\n', out);
	table_print(&table, style, out);
}

void profiles_show(FILE *out, const struct style *style, const char *root,
		   struct json_object *profiles)
{
	static const char * const words[] = { "ac", "battery" };
	const char *active = text_of(profiles, "active");
	struct json_object *all = NULL, *vms = NULL, *forwards, *actions;
	size_t n = 0;

	json_object_object_get_ex(profiles, "profiles", &all);
	if (json_object_object_get_ex(profiles, "vms", &vms) &&
	    json_object_is_type(vms, json_type_array))
		n = json_object_array_length(vms);
	for (size_t i = 0; i < 2; i++) {
		if (!all || !json_object_object_get_ex(all, words[i], &actions))
			continue;
		show_one(out, style, root, words[i], active && !strcmp(active, words[i]), actions);
		for (size_t j = 0; j < n; j++)
			show_vm(out, style, root, json_object_array_get_idx(vms, j), words[i]);
	}
	for (size_t j = 0; j < n; j++)
		show_sockets(out, style, json_object_array_get_idx(vms, j));
	if (json_object_object_get_ex(profiles, "forwards", &forwards))
		show_forwards(out, style, forwards);
}
