// SPDX-License-Identifier: GPL-2.0-only
#include "show.h"

#include <stdlib.h>
#include <string.h>

/*
 * What enabling it would change is what is missing. Whether anything of it is there,
 * when it was not us who enabled it, nobody can say: a PC has much by nature.
 */
void feature_look(xmlDocPtr doc, const struct feature *feature, const struct wish *wish,
		  struct feature_look *look)
{
	struct edit edit = { .doc = xmlCopyDoc(doc, 1), .feature = feature->name };

	if (!edit.doc)
		abort();
	*look = (struct feature_look){ .by_gpupm = edit_has(doc, feature->name) };
	if (!feature->enable(&edit, wish, look->why))
		look->state = look->by_gpupm ? FEATURE_PARTLY : FEATURE_CANNOT;
	else if (!edit.changes)
		look->state = FEATURE_ON;
	else
		look->state = look->by_gpupm ? FEATURE_PARTLY : FEATURE_OFF;
	xmlFreeDoc(edit.doc);
	free(edit.notes);
}
