// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record, in the order in which things were done:
 *
 *   <metadata>
 *     <gpupm:setup xmlns:gpupm='urn:gpupm:setup:1'>
 *       <gpupm:feature name='disguise'>
 *         <gpupm:made at='/domain/features/kvm'/>
 *         <gpupm:made at="/domain/sysinfo[@type='smbios']" with='type'/>
 *         <gpupm:set at='/domain/features/kvm/hidden' name='state' is='on' was='off'/>
 *         <gpupm:text at='/domain/os/loader' is='/new' was='/old'/>
 *         <gpupm:added at="/domain/devices/hostdev[...]"/>
 *         <gpupm:removed from='/domain/os'><firmware>...</firmware></gpupm:removed>
 *       </gpupm:feature>
 *       <gpupm:followed at="/domain/devices/controller[...]"/>
 *     </gpupm:setup>
 *   </metadata>
 */
#include "edit.h"
#include "record.h"

#include <libxml/parser.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_SIZE	4096

void edit_note(struct edit *edit, const char *format, ...)
{
	char *line, *all;
	va_list args;

	va_start(args, format);
	if (vasprintf(&line, format, args) < 0)
		abort();
	va_end(args);
	if (asprintf(&all, "%s%s\n", edit->notes ?: "", line) < 0)
		abort();
	free(line);
	free(edit->notes);
	edit->notes = all;
}

/* A change, with its note. */
static xmlNodePtr changed(struct edit *edit, const char *kind, const char *at)
{
	edit->changes++;
	return record_add(edit->doc, edit->feature, kind, at);
}

/* The element at @base/@path; what is missing on the way is made. */
static xmlNodePtr reach(struct edit *edit, const char *base, const char *path, char *at,
			size_t size)
{
	xmlNodePtr node = xml_find(edit->doc, "%s", base), child;

	snprintf(at, size, "%s", base);
	while (node && *path) {
		int length = strcspn(path, "/");
		size_t end = strlen(at);

		snprintf(at + end, size - end, "/%.*s", length, path);
		child = xml_find(edit->doc, "%s", at);
		if (!child) {
			char name[64];

			snprintf(name, sizeof(name), "%.*s", length, path);
			child = xmlNewChild(node, NULL, BAD_CAST name, NULL);
			changed(edit, "made", at);
		}
		node = child;
		path += length + (path[length] == '/');
	}
	return node;
}

static bool get(xmlNodePtr node, const char *name, char *value, size_t size)
{
	xmlChar *text = xmlGetNoNsProp(node, BAD_CAST name);

	snprintf(value, size, "%s", text ? (const char *)text : "");
	xmlFree(text);
	return text;
}

static void set(struct edit *edit, const char *base, const char *path, const char *name,
		const char *value, bool force)
{
	char at[VALUE_SIZE], was[VALUE_SIZE];
	xmlNodePtr node = reach(edit, base, path, at, sizeof(at)), note;
	bool there = node && get(node, name, was, sizeof(was));

	if (!node || (there && (!force || !strcmp(was, value))))
		return;
	xmlSetProp(node, BAD_CAST name, BAD_CAST value);
	note = changed(edit, "set", at);
	xmlSetProp(note, BAD_CAST "name", BAD_CAST name);
	xmlSetProp(note, BAD_CAST "is", BAD_CAST value);
	if (there)
		xmlSetProp(note, BAD_CAST "was", BAD_CAST was);
}

void edit_set(struct edit *edit, const char *base, const char *path, const char *name,
	      const char *value)
{
	set(edit, base, path, name, value, true);
}

void edit_set_missing(struct edit *edit, const char *base, const char *path, const char *name,
		      const char *value)
{
	set(edit, base, path, name, value, false);
}

static void set_text(xmlNodePtr node, const char *text)
{
	xmlNodeSetContent(node, NULL);
	if (*text)
		xmlNodeAddContent(node, BAD_CAST text);
}

void edit_text(struct edit *edit, const char *base, const char *path, const char *text)
{
	char at[VALUE_SIZE], was[VALUE_SIZE];
	xmlNodePtr node = reach(edit, base, path, at, sizeof(at)), note;

	if (!node)
		return;
	xml_value(edit->doc, was, sizeof(was), "%s", at);
	if (!strcmp(was, text))
		return;
	set_text(node, text);
	note = changed(edit, "text", at);
	xmlSetProp(note, BAD_CAST "is", BAD_CAST text);
	xmlSetProp(note, BAD_CAST "was", BAD_CAST was);
}

void edit_make(struct edit *edit, const char *base, const char *path)
{
	char at[VALUE_SIZE];

	reach(edit, base, path, at, sizeof(at));
}

void edit_make_with(struct edit *edit, const char *base, const char *element, const char *name,
		    const char *value)
{
	xmlNodePtr parent = xml_find(edit->doc, "%s", base), node, note;
	char at[VALUE_SIZE];

	snprintf(at, sizeof(at), "%s/%s[@%s='%s']", base, element, name, value);
	if (!parent || xml_find(edit->doc, "%s", at))
		return;
	node = xmlNewChild(parent, NULL, BAD_CAST element, NULL);
	xmlSetProp(node, BAD_CAST name, BAD_CAST value);
	note = changed(edit, "made", at);
	xmlSetProp(note, BAD_CAST "with", BAD_CAST name);
}

void edit_add(struct edit *edit, const char *base, const char *which, const char *xml)
{
	xmlNodePtr parent = xml_find(edit->doc, "%s", base), list = NULL;
	char at[VALUE_SIZE];

	if (!parent || xml_find(edit->doc, "%s/%s", base, which))
		return;
	if (xmlParseInNodeContext(parent, xml, strlen(xml), XML_PARSE_NONET | XML_PARSE_NOBLANKS,
				  &list))
		abort();
	xmlAddChildList(parent, list);
	snprintf(at, sizeof(at), "%s/%s", base, which);
	changed(edit, "added", at);
}

void edit_remove(struct edit *edit, const char *base, const char *which)
{
	xmlNodePtr node = xml_find(edit->doc, "%s/%s", base, which), note;

	if (!node)
		return;
	note = changed(edit, "removed", NULL);
	xmlSetProp(note, BAD_CAST "from", BAD_CAST base);
	xmlUnlinkNode(node);
	xmlAddChild(note, node);
}

/* ---- what libvirt adds by itself -------------------------------------------- */

static void follow(struct edit *edit, xmlDocPtr sent, const char *at)
{
	if (!xml_find(sent, "%s", at))
		record_followed(edit->doc, at);
}

void edit_follow(struct edit *edit, xmlDocPtr sent)
{
	char at[256], type[64], index[32];
	xmlNodePtr *nodes;
	size_t n = xml_all(edit->doc, &nodes, "/domain/devices/controller[@type and @index]");

	for (size_t i = 0; i < n; i++) {
		get(nodes[i], "type", type, sizeof(type));
		get(nodes[i], "index", index, sizeof(index));
		snprintf(at, sizeof(at), "/domain/devices/controller[@type='%s' and @index='%s']",
			 type, index);
		follow(edit, sent, at);
	}
	free(nodes);
	if (xml_find(edit->doc, "/domain/devices/console"))
		follow(edit, sent, "/domain/devices/console");
}

/* One that is noted, and that nothing needs any more. */
static void drop_unneeded(xmlDocPtr doc, xmlNodePtr note)
{
	char at[VALUE_SIZE], type[64], index[32];
	xmlNodePtr node;

	get(note, "at", at, sizeof(at));
	node = xml_find(doc, "%s", at);
	if (node && !strcmp((const char *)node->name, "console")) {
		if (xml_find(doc, "/domain/devices/serial"))
			return;
	} else if (node) {
		xml_value(doc, type, sizeof(type), "%s/@type", at);
		xml_value(doc, index, sizeof(index), "%s/@index", at);
		if (!strcmp(type, "pci") &&
		    xml_find(doc, "//address[@type='pci' and @bus='0x%02lx']",
			     strtoul(index, NULL, 10)))
			return;
		if (strcmp(type, "pci") &&
		    xml_find(doc, "//address[@type='%s' and @controller='%s']", type, index))
			return;
	}
	if (node) {
		xmlUnlinkNode(node);
		xmlFreeNode(node);
	}
	xmlUnlinkNode(note);
	xmlFreeNode(note);
}

static void drop_followers(xmlDocPtr doc)
{
	xmlNodePtr *notes;
	size_t n = record_followers(doc, &notes);

	/* The last ones first: a controller may sit on the port that was added with it. */
	for (size_t i = n; i-- > 0;)
		drop_unneeded(doc, notes[i]);
	free(notes);
}

/* ---- the way back ------------------------------------------------------------- */

static void drop(xmlNodePtr node)
{
	xmlUnlinkNode(node);
	xmlFreeNode(node);
}

/* One that was made to have something in it, and has nothing in it now. */
static void undo_made(xmlDocPtr doc, xmlNodePtr note, const char *at)
{
	xmlNodePtr node = xml_find(doc, "%s", at);
	char with[64];

	if (!node || node->children)
		return;
	if (get(note, "with", with, sizeof(with)))
		xmlUnsetProp(node, BAD_CAST with);
	if (!node->properties)
		drop(node);
}

static void undo_set(struct edit *edit, xmlNodePtr note, const char *at)
{
	char name[VALUE_SIZE], is[VALUE_SIZE], was[VALUE_SIZE], now[VALUE_SIZE];
	xmlNodePtr node = xml_find(edit->doc, "%s", at);
	bool there, had;

	get(note, "name", name, sizeof(name));
	get(note, "is", is, sizeof(is));
	had = get(note, "was", was, sizeof(was));
	there = node && get(node, name, now, sizeof(now));
	if (!there)
		return;
	if (strcmp(now, is))
		edit_note(edit, "%s: %s of %s was changed to '%s' since, and stays", edit->feature,
			  name, at, now);
	else if (had)
		xmlSetProp(node, BAD_CAST name, BAD_CAST was);
	else
		xmlUnsetProp(node, BAD_CAST name);
}

static void undo_text(struct edit *edit, xmlNodePtr note, const char *at)
{
	char is[VALUE_SIZE], was[VALUE_SIZE], now[VALUE_SIZE];
	xmlNodePtr node = xml_find(edit->doc, "%s", at);

	get(note, "is", is, sizeof(is));
	get(note, "was", was, sizeof(was));
	if (!node)
		return;
	xml_value(edit->doc, now, sizeof(now), "%s", at);
	if (strcmp(now, is))
		edit_note(edit, "%s: %s was changed to '%s' since, and stays", edit->feature, at,
			  now);
	else
		set_text(node, was);
}

static void undo_added(xmlDocPtr doc, const char *at)
{
	xmlNodePtr *nodes;
	size_t n = xml_all(doc, &nodes, "%s", at);

	for (size_t i = 0; i < n; i++)
		drop(nodes[i]);
	free(nodes);
}

static void undo_removed(struct edit *edit, xmlNodePtr note)
{
	xmlNodePtr node = xml_first_element(note->children), parent;
	char from[VALUE_SIZE];

	get(note, "from", from, sizeof(from));
	parent = xml_find(edit->doc, "%s", from);
	if (!node || !parent)
		return;
	if (xml_find(edit->doc, "%s/%s", from, (const char *)node->name)) {
		edit_note(edit, "%s: there is a new %s in %s, which stays", edit->feature,
			  (const char *)node->name, from);
		return;
	}
	xmlUnlinkNode(node);
	xmlAddChild(parent, node);
}

static void undo_one(struct edit *edit, xmlNodePtr note)
{
	const char *kind = (const char *)note->name;
	char at[VALUE_SIZE];

	get(note, "at", at, sizeof(at));
	if (!strcmp(kind, "made"))
		undo_made(edit->doc, note, at);
	else if (!strcmp(kind, "set"))
		undo_set(edit, note, at);
	else if (!strcmp(kind, "text"))
		undo_text(edit, note, at);
	else if (!strcmp(kind, "added"))
		undo_added(edit->doc, at);
	else if (!strcmp(kind, "removed"))
		undo_removed(edit, note);
}

bool edit_has(xmlDocPtr doc, const char *feature)
{
	xmlNodePtr *notes;
	size_t n = record_notes(doc, feature, &notes);

	free(notes);
	return n;
}

/* QEMU's arguments are of more than one feature. */
static void drop_empty_commandline(xmlDocPtr doc)
{
	xmlNodePtr root = xmlDocGetRootElement(doc);
	xmlNodePtr node = xml_find(doc, "/domain/qemu:commandline[not(*)]");

	if (node)
		drop(node);
	if (xml_find(doc, "//qemu:*"))
		return;
	for (xmlNsPtr ns = root->nsDef, last = NULL; ns; last = ns, ns = ns->next) {
		if (strcmp((const char *)ns->href, XML_QEMU))
			continue;
		if (last)
			last->next = ns->next;
		else
			root->nsDef = ns->next;
		xmlFreeNs(ns);
		return;
	}
}

void edit_undo(struct edit *edit)
{
	xmlNodePtr *notes;
	size_t n = record_notes(edit->doc, edit->feature, &notes);

	for (size_t i = n; i-- > 0;)
		undo_one(edit, notes[i]);
	free(notes);
	edit->changes += n;
	record_drop(edit->doc, edit->feature);
	drop_empty_commandline(edit->doc);
	drop_followers(edit->doc);
	record_drop_empty(edit->doc);
}
