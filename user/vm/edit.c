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

/* Of an XPath of ours, and of the texts that are compared: paths of files. */
#define PLACE_MAX	8192

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

/* Return: an attribute, for xmlFree(); NULL when there is none. */
static xmlChar *get(xmlNodePtr node, const char *name)
{
	return node && node->type == XML_ELEMENT_NODE ? xmlGetNoNsProp(node, BAD_CAST name) : NULL;
}

static void set(struct edit *edit, const char *base, const char *path, const char *name,
		const char *value, bool force)
{
	char at[PLACE_MAX];
	xmlNodePtr node = reach(edit, base, path, at, sizeof(at)), note;
	xmlChar *was = get(node, name);

	if (node && (!was || (force && !xmlStrEqual(was, BAD_CAST value)))) {
		xmlSetProp(node, BAD_CAST name, BAD_CAST value);
		note = changed(edit, "set", at);
		xmlSetProp(note, BAD_CAST "name", BAD_CAST name);
		xmlSetProp(note, BAD_CAST "is", BAD_CAST value);
		if (was)
			xmlSetProp(note, BAD_CAST "was", was);
	}
	xmlFree(was);
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

static void set_text(xmlNodePtr node, const xmlChar *text)
{
	xmlNodeSetContent(node, NULL);
	if (*text)
		xmlNodeAddContent(node, text);
}

/* Whether the text of an element, without spaces around it, is this. */
static bool is_text(xmlDocPtr doc, const char *at, const xmlChar *text)
{
	char now[PLACE_MAX];

	xml_value(doc, now, sizeof(now), "%s", at);
	return xmlStrEqual(BAD_CAST now, text);
}

void edit_text(struct edit *edit, const char *base, const char *path, const char *text)
{
	char at[PLACE_MAX];
	xmlNodePtr node = reach(edit, base, path, at, sizeof(at)), note;
	xmlChar *was;

	/* Where a text is expected, elements are not libvirt's. */
	if (!node || xml_first_element(node->children) || is_text(edit->doc, at, BAD_CAST text))
		return;
	was = xmlNodeGetContent(node);
	set_text(node, BAD_CAST text);
	note = changed(edit, "text", at);
	xmlSetProp(note, BAD_CAST "is", BAD_CAST text);
	xmlSetProp(note, BAD_CAST "was", was);
	xmlFree(was);
}

void edit_make(struct edit *edit, const char *base, const char *path)
{
	char at[PLACE_MAX];

	reach(edit, base, path, at, sizeof(at));
}

void edit_make_with(struct edit *edit, const char *base, const char *element, const char *name,
		    const char *value)
{
	xmlNodePtr parent = xml_find(edit->doc, "%s", base), node, note;
	char at[PLACE_MAX];

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
	char *at;

	if (!parent || xml_find(edit->doc, "%s/%s", base, which))
		return;
	if (xmlParseInNodeContext(parent, xml, strlen(xml), XML_PARSE_NONET | XML_PARSE_NOBLANKS,
				  &list) || asprintf(&at, "%s/%s", base, which) < 0)
		abort();
	xmlAddChildList(parent, list);
	changed(edit, "added", at);
	free(at);
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

static void drop(xmlNodePtr node)
{
	xmlUnlinkNode(node);
	xmlFreeNode(node);
}

/*
 * A note is text that somebody may have changed: it can name whatever it likes, but
 * only elements of the VM go, not the whole of it, and not the notes.
 */
static void drop_noted(xmlNodePtr node)
{
	xmlNodePtr top = node;

	if (node->type != XML_ELEMENT_NODE || node->parent->type != XML_ELEMENT_NODE)
		return;
	while (top->parent->parent->type == XML_ELEMENT_NODE)
		top = top->parent;
	if (strcmp((const char *)top->name, "metadata"))
		drop(node);
}

/* ---- what libvirt adds by itself -------------------------------------------- */

static void follow(struct edit *edit, xmlDocPtr sent, const char *at)
{
	if (!xml_find(sent, "%s", at))
		record_followed(edit->doc, at);
}

void edit_follow(struct edit *edit, xmlDocPtr sent)
{
	xmlNodePtr *nodes;
	size_t n = xml_all(edit->doc, &nodes, "/domain/devices/controller[@type and @index]");

	for (size_t i = 0; i < n; i++) {
		xmlChar *type = get(nodes[i], "type"), *index = get(nodes[i], "index");
		char at[256];

		snprintf(at, sizeof(at), "/domain/devices/controller[@type='%s' and @index='%s']",
			 (char *)type, (char *)index);
		follow(edit, sent, at);
		xmlFree(type);
		xmlFree(index);
	}
	free(nodes);
	if (xml_find(edit->doc, "/domain/devices/console"))
		follow(edit, sent, "/domain/devices/console");
}

/* Whether something still needs what libvirt has added. */
static bool is_needed(xmlDocPtr doc, const xmlNode *node, const char *at)
{
	char type[64], index[32];

	if (!strcmp((const char *)node->name, "console"))
		return xml_find(doc, "/domain/devices/serial");
	xml_value(doc, type, sizeof(type), "%s/@type", at);
	xml_value(doc, index, sizeof(index), "%s/@index", at);
	if (!strcmp(type, "pci"))
		return xml_find(doc, "/domain/devices/*/address[@type='pci' and @bus='0x%02lx']",
				strtoul(index, NULL, 10));
	return xml_find(doc, "/domain/devices/*/address[@type='%s' and @controller='%s']", type,
			index);
}

static void drop_unneeded(xmlDocPtr doc, xmlNodePtr note)
{
	xmlChar *at = get(note, "at");
	xmlNodePtr node = at ? xml_find(doc, "%s", (char *)at) : NULL;

	if (!node || !is_needed(doc, node, (char *)at)) {
		if (node)
			drop_noted(node);
		drop(note);
	}
	xmlFree(at);
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

/* One that was made to have something in it, and has nothing in it now. */
static void undo_made(xmlDocPtr doc, xmlNodePtr note, const char *at)
{
	xmlNodePtr node = xml_find(doc, "%s", at);
	xmlChar *with;

	if (!node || node->type != XML_ELEMENT_NODE || node->children)
		return;
	with = get(note, "with");
	if (with)
		xmlUnsetProp(node, with);
	xmlFree(with);
	if (!node->properties)
		drop_noted(node);
}

static void undo_set(struct edit *edit, xmlNodePtr note, const char *at)
{
	xmlNodePtr node = xml_find(edit->doc, "%s", at);
	xmlChar *name = get(note, "name"), *is = get(note, "is"), *was = get(note, "was");
	xmlChar *now = name ? get(node, (char *)name) : NULL;

	if (now && !xmlStrEqual(now, is))
		edit_note(edit, "%s: %s of %s was changed to '%s' since, and stays", edit->feature,
			  (char *)name, at, (char *)now);
	else if (now && was)
		xmlSetProp(node, name, was);
	else if (now)
		xmlUnsetProp(node, name);
	xmlFree(name);
	xmlFree(is);
	xmlFree(was);
	xmlFree(now);
}

static void undo_text(struct edit *edit, xmlNodePtr note, const char *at)
{
	xmlNodePtr node = xml_find(edit->doc, "%s", at);
	xmlChar *is = get(note, "is"), *was = get(note, "was");

	if (node && node->type == XML_ELEMENT_NODE && is && was &&
	    !xml_first_element(node->children) && is_text(edit->doc, at, is))
		set_text(node, was);
	else if (node)
		edit_note(edit, "%s: %s was changed since, and stays", edit->feature, at);
	xmlFree(is);
	xmlFree(was);
}

static void undo_added(xmlDocPtr doc, const char *at)
{
	xmlNodePtr *nodes;
	size_t n = xml_all(doc, &nodes, "%s", at);

	/* What is in another goes before that. */
	for (size_t i = n; i-- > 0;)
		drop_noted(nodes[i]);
	free(nodes);
}

static void undo_removed(struct edit *edit, xmlNodePtr note)
{
	xmlNodePtr node = xml_first_element(note->children), parent;
	xmlChar *from = get(note, "from");

	parent = from ? xml_find(edit->doc, "%s", (char *)from) : NULL;
	if (node && parent && xml_find(edit->doc, "%s/%s", (char *)from, (char *)node->name)) {
		edit_note(edit, "%s: there is a new %s in %s, which stays", edit->feature,
			  (char *)node->name, (char *)from);
	} else if (node && parent && parent->type == XML_ELEMENT_NODE) {
		xmlUnlinkNode(node);
		xmlAddChild(parent, node);
	}
	xmlFree(from);
}

static void undo_one(struct edit *edit, xmlNodePtr note)
{
	const char *kind = (const char *)note->name;
	xmlChar *at = get(note, "at");

	if (!strcmp(kind, "removed"))
		undo_removed(edit, note);
	else if (!at)
		edit_note(edit, "%s: a note in <metadata> makes no sense", edit->feature);
	else if (!strcmp(kind, "made"))
		undo_made(edit->doc, note, (char *)at);
	else if (!strcmp(kind, "set"))
		undo_set(edit, note, (char *)at);
	else if (!strcmp(kind, "text"))
		undo_text(edit, note, (char *)at);
	else if (!strcmp(kind, "added"))
		undo_added(edit->doc, (char *)at);
	xmlFree(at);
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
