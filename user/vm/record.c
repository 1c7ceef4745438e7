// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"

#include <stdlib.h>

#define SETUP	"/domain/metadata/gpupm:setup"

/* The record; made when there is none. */
static xmlNodePtr setup(xmlDocPtr doc)
{
	xmlNodePtr node = xml_find(doc, SETUP), metadata;

	if (node)
		return node;
	metadata = xml_find(doc, "/domain/metadata");
	if (!metadata)
		metadata = xmlNewChild(xmlDocGetRootElement(doc), NULL, BAD_CAST "metadata", NULL);
	node = xmlNewChild(metadata, NULL, BAD_CAST "setup", NULL);
	xmlSetNs(node, xmlNewNs(node, BAD_CAST XML_GPUPM, BAD_CAST "gpupm"));
	return node;
}

xmlNodePtr record_add(xmlDocPtr doc, const char *feature, const char *kind, const char *at)
{
	xmlNodePtr all = setup(doc), node, note;

	node = xml_find(doc, SETUP "/gpupm:feature[@name='%s']", feature);
	if (!node) {
		node = xmlNewChild(all, all->ns, BAD_CAST "feature", NULL);
		xmlSetProp(node, BAD_CAST "name", BAD_CAST feature);
	}
	note = xmlNewChild(node, all->ns, BAD_CAST kind, NULL);
	if (at)
		xmlSetProp(note, BAD_CAST "at", BAD_CAST at);
	return note;
}

void record_followed(xmlDocPtr doc, const char *at)
{
	xmlNodePtr all, *notes;
	size_t n = record_followers(doc, &notes);
	bool known = false;

	for (size_t i = 0; i < n; i++) {
		xmlChar *value = xmlGetNoNsProp(notes[i], BAD_CAST "at");

		known |= value && xmlStrEqual(value, BAD_CAST at);
		xmlFree(value);
	}
	free(notes);
	if (known)
		return;
	all = setup(doc);
	xmlSetProp(xmlNewChild(all, all->ns, BAD_CAST "followed", NULL), BAD_CAST "at",
		   BAD_CAST at);
}

size_t record_notes(xmlDocPtr doc, const char *feature, xmlNodePtr **notes)
{
	return xml_all(doc, notes, SETUP "/gpupm:feature[@name='%s']/gpupm:*", feature);
}

size_t record_followers(xmlDocPtr doc, xmlNodePtr **notes)
{
	return xml_all(doc, notes, SETUP "/gpupm:followed");
}

static void drop(xmlNodePtr node)
{
	if (!node)
		return;
	xmlUnlinkNode(node);
	xmlFreeNode(node);
}

void record_drop(xmlDocPtr doc, const char *feature)
{
	xmlNodePtr *nodes;
	size_t n = xml_all(doc, &nodes, SETUP "/gpupm:feature[@name='%s']", feature);

	for (size_t i = 0; i < n; i++)
		drop(nodes[i]);
	free(nodes);
}

void record_drop_empty(xmlDocPtr doc)
{
	/* Without a feature, what libvirt added in its wake is nobody's but the owner's. */
	if (xml_find(doc, SETUP "/gpupm:feature"))
		return;
	drop(xml_find(doc, SETUP));
	drop(xml_find(doc, "/domain/metadata[not(*)]"));
}
