// SPDX-License-Identifier: GPL-2.0-only
#include "../cmd/cmd.h"
#include "../show/table.h"
#include "../show/text.h"
#include "../show/value.h"
#include "domain.h"
#include "list.h"

#include <stdio.h>

static void list_json(virDomainPtr *domains, size_t n)
{
	struct json_object *object = json_must(json_object_new_object());
	struct json_object *vms = json_must(json_object_new_array());

	for (size_t i = 0; i < n; i++) {
		struct json_object *vm = json_must(json_object_new_object());

		json_add(vm, "name", json_string(virDomainGetName(domains[i])));
		json_add(vm, "state", json_string(domain_state(domains[i])));
		json_append(vms, vm);
	}
	json_add(object, "vms", vms);
	json_print(stdout, object, false);
}

static void list_table(virDomainPtr *domains, size_t n)
{
	struct table table = { .narrow = 1 << 0 };
	struct style style;
	char name[256];

	if (!n) {
		puts("libvirt knows no VM.");
		return;
	}
	style_detect(&style, stdout);
	table_cell(&table, PAINT_DIM, "VM");
	table_cell(&table, PAINT_DIM, "state");
	table_row(&table);
	for (size_t i = 0; i < n; i++) {
		text_clean(&style, name, sizeof(name), virDomainGetName(domains[i]));
		table_cell(&table, PAINT_PLAIN, "%s", name);
		table_cell(&table, PAINT_PLAIN, "%s", domain_state(domains[i]));
		table_row(&table);
	}
	table_print(&table, &style, stdout);
}

int vm_list(virConnectPtr connection, bool json)
{
	virDomainPtr *domains;
	size_t n;
	int result = domains_all(connection, &domains, &n);

	if (result)
		return result;
	if (json)
		list_json(domains, n);
	else
		list_table(domains, n);
	domains_free(domains, n);
	return RESULT_DONE;
}
