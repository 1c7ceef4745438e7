// SPDX-License-Identifier: GPL-2.0-only
#include "show.h"
#include "../cmd/cmd.h"
#include "../show/table.h"
#include "../show/text.h"
#include "../show/value.h"
#include "domain.h"
#include "wish.h"

#include <stdio.h>
#include <stdlib.h>

static const char * const words[] = {
	[FEATURE_OFF] = "off",
	[FEATURE_ON] = "on",
	[FEATURE_PARTLY] = "partly",
	[FEATURE_CANNOT] = "cannot",
};

static const enum paint paints[] = {
	[FEATURE_OFF] = PAINT_DIM,
	[FEATURE_ON] = PAINT_GREEN,
	[FEATURE_PARTLY] = PAINT_YELLOW,
	[FEATURE_CANNOT] = PAINT_DIM,
};

static void show_json(virDomainPtr domain, xmlDocPtr doc, const struct wish *wish)
{
	struct json_object *object = json_must(json_object_new_object());
	struct json_object *array = json_must(json_object_new_array());

	json_add(object, "name", json_string(virDomainGetName(domain)));
	json_add(object, "state", json_string(domain_state(domain)));
	json_add(object, "gpu", wish->gpu ? json_string(wish->gpu->address) : NULL);
	for (size_t i = 0; features[i]; i++) {
		struct json_object *feature = json_must(json_object_new_object());
		struct feature_look look;

		feature_look(doc, features[i], wish, &look);
		json_add(feature, "name", json_string(features[i]->name));
		json_add(feature, "state", json_string(words[look.state]));
		json_add(feature, "by_gpupm",
			 json_must(json_object_new_boolean(look.by_gpupm)));
		json_add(feature, "remark", json_string_or_null(look.why));
		json_append(array, feature);
	}
	json_add(object, "features", array);
	json_print(stdout, object, false);
}

static void show_table(virDomainPtr domain, xmlDocPtr doc, const struct wish *wish)
{
	struct table table = { .indent = 2, .narrow = 1 << 3 };
	struct feature_look look;
	struct style style;
	char buf[WHY_SIZE];

	style_detect(&style, stdout);
	text_clean(&style, buf, sizeof(buf), virDomainGetName(domain));
	printf("%s%s%s  %s, %s%s\n\n", style_begin(&style, PAINT_BOLD), buf,
	       style_end(&style, PAINT_BOLD), domain_state(domain), wish->gpu ? "GPU " : "",
	       wish->gpu ? wish->gpu->address : wish->no_gpu);
	for (size_t i = 0; features[i]; i++) {
		feature_look(doc, features[i], wish, &look);
		table_cell(&table, PAINT_PLAIN, "%s", features[i]->name);
		table_cell(&table, paints[look.state], "%s", words[look.state]);
		table_cell(&table, PAINT_DIM, "%s",
			   look.by_gpupm ? "by gpupm" : look.state == FEATURE_ON ? "by hand" : "");
		text_clean(&style, buf, sizeof(buf), look.why);
		table_cell(&table, PAINT_PLAIN, "%s", *buf ? buf : features[i]->summary);
		table_row(&table);
	}
	table_print(&table, &style, stdout);
}

int vm_show(virConnectPtr connection, const char *name, const char *gpu, const struct wish *wish,
	    bool json)
{
	struct wish whole = *wish;
	struct gpu_list gpus = {};
	virDomainPtr domain;
	char why[256], *text;
	xmlDocPtr doc;
	int result = domain_find(connection, name, &domain);

	if (result)
		return result;
	text = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE);
	doc = text ? xml_parse(text, why, sizeof(why)) : NULL;
	if (!text) {
		result = domain_failed("the XML of VM %s cannot be read", name);
	} else if (!doc) {
		complain("the XML of VM %s cannot be parsed: %s", name, why);
		result = RESULT_FAILED;
	} else {
		result = wish_gpu(&whole, doc, gpu, &gpus);
		if (!result && json)
			show_json(domain, doc, &whole);
		else if (!result)
			show_table(domain, doc, &whole);
	}
	xmlFreeDoc(doc);
	free(text);
	gpu_list_free(&gpus);
	virDomainFree(domain);
	return result;
}
