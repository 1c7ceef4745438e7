// SPDX-License-Identifier: GPL-2.0-only
#include "../cmd/cmd.h"
#include "../machine/slot.h"
#include "../show/table.h"
#include "../show/text.h"
#include "../show/value.h"
#include "domain.h"
#include "show.h"

#include <stdio.h>
#include <stdlib.h>

/* A VM in the list: its XML is NULL when it cannot be had. */
struct entry {
	virDomainPtr domain;
	xmlDocPtr doc;
};

static xmlDocPtr read_doc(virDomainPtr domain)
{
	char *text = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE), why[256];
	xmlDocPtr doc = text ? xml_parse(text, why, sizeof(why)) : NULL;

	free(text);
	return doc;
}

/* Whether the VM has the GPU's display function. */
static bool has_gpu(const struct entry *entry, const struct gpu *gpu)
{
	char place[PLACE_SIZE];

	feature_hostdev(place, gpu->address);
	return entry->doc && xml_find(entry->doc, "%s", place);
}

static struct json_object *entry_json(const struct entry *entry, const struct gpu_list *gpus)
{
	struct json_object *vm = json_must(json_object_new_object());
	struct json_object *has = json_must(json_object_new_array());
	struct json_object *enabled = json_must(json_object_new_array());

	json_add(vm, "name", json_string(virDomainGetName(entry->domain)));
	json_add(vm, "state", json_string(domain_state(entry->domain)));
	for (size_t i = 0; i < gpus->n; i++)
		if (has_gpu(entry, &gpus->gpus[i]))
			json_append(has, json_string(gpus->gpus[i].address));
	json_add(vm, "gpus", has);
	for (size_t i = 0; features[i]; i++)
		if (entry->doc && edit_has(entry->doc, features[i]->name))
			json_append(enabled, json_string(features[i]->name));
	json_add(vm, "enabled", enabled);
	return vm;
}

static void list_json(const struct entry *entries, size_t n, const struct gpu_list *gpus)
{
	struct json_object *object = json_must(json_object_new_object());
	struct json_object *vms = json_must(json_object_new_array());

	for (size_t i = 0; i < n; i++)
		json_append(vms, entry_json(&entries[i], gpus));
	json_add(object, "vms", vms);
	json_print(stdout, object, false);
}

static void entry_row(struct table *table, const struct style *style, const struct entry *entry,
		      const struct gpu_list *gpus)
{
	char name[256], words[256] = "";
	size_t n = 0;

	text_clean(style, name, sizeof(name), virDomainGetName(entry->domain));
	table_cell(table, PAINT_PLAIN, "%s", name);
	table_cell(table, PAINT_PLAIN, "%s", domain_state(entry->domain));
	for (size_t i = 0; i < gpus->n && n < sizeof(words); i++)
		if (has_gpu(entry, &gpus->gpus[i]))
			n += snprintf(words + n, sizeof(words) - n, "%s%s", n ? " " : "",
				      gpus->gpus[i].address);
	table_cell(table, PAINT_PLAIN, "%s", *words ? words : "-");
	words[0] = '\0';
	n = 0;
	for (size_t i = 0; features[i] && n < sizeof(words); i++)
		if (entry->doc && edit_has(entry->doc, features[i]->name))
			n += snprintf(words + n, sizeof(words) - n, "%s%s", n ? " " : "",
				      features[i]->name);
	table_cell(table, PAINT_PLAIN, "%s", *words ? words : "-");
	table_row(table);
}

static void list_table(const struct entry *entries, size_t n, const struct gpu_list *gpus)
{
	static const char * const heads[] = { "VM", "state", "GPU", "enabled" };
	struct table table = { .narrow = 1 << 0 | 1 << 3 };
	struct style style;

	if (!n) {
		puts("libvirt knows no VM.");
		return;
	}
	style_detect(&style, stdout);
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		table_cell(&table, PAINT_DIM, "%s", heads[i]);
	table_row(&table);
	for (size_t i = 0; i < n; i++)
		entry_row(&table, &style, &entries[i], gpus);
	table_print(&table, &style, stdout);
}

int vm_list(virConnectPtr connection, const struct wish *wish, bool json)
{
	struct gpu_list gpus;
	struct entry *entries;
	virDomainPtr *domains;
	size_t n;
	int result = domains_all(connection, &domains, &n);

	if (result)
		return result;
	entries = calloc(n + 1, sizeof(*entries));
	if (!entries || slots_read(wish->root, &gpus))
		abort();
	for (size_t i = 0; i < n; i++)
		entries[i] = (struct entry){ domains[i], read_doc(domains[i]) };
	if (json)
		list_json(entries, n, &gpus);
	else
		list_table(entries, n, &gpus);
	for (size_t i = 0; i < n; i++)
		xmlFreeDoc(entries[i].doc);
	free(entries);
	gpu_list_free(&gpus);
	domains_free(domains, n);
	return RESULT_DONE;
}
