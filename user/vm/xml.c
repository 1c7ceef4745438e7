// SPDX-License-Identifier: GPL-2.0-only
#include "xml.h"
#include "../show/text.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libvirt's own limit for the XML of a VM is 10 MB. */
#define TEXT_MAX	(10 << 20)

/* What it has to say is in xmlGetLastError(), too. */
static void hush(void *data, xmlErrorPtr error)
{
	(void)data;
	(void)error;
}

xmlDocPtr xml_parse(const char *text, char *why, size_t size)
{
	static const struct style plain;
	const xmlError *error;
	xmlNodePtr root;
	xmlDocPtr doc;

	if (strlen(text) > TEXT_MAX) {
		snprintf(why, size, "it has more than %d MiB", TEXT_MAX >> 20);
		return NULL;
	}
	xmlSetStructuredErrorFunc(NULL, hush);
	doc = xmlReadMemory(text, strlen(text), NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOBLANKS);
	if (!doc) {
		char words[256];

		error = xmlGetLastError();
		snprintf(words, sizeof(words), "%s", error && error->message ? error->message : "");
		words[strcspn(words, "\n")] = '\0';
		snprintf(why, size, "line %d: ", error ? error->line : 0);
		text_clean(&plain, why + strlen(why), size - strlen(why), words);
		return NULL;
	}
	root = xmlDocGetRootElement(doc);
	if (doc->intSubset || !root || strcmp((const char *)root->name, "domain")) {
		snprintf(why, size, "it is not that of a VM");
		xmlFreeDoc(doc);
		return NULL;
	}
	return doc;
}

/* ---- to write ---------------------------------------------------------------- */

/* @quote is what is around it, which libvirt and libxml2 do not agree upon; 0 for none. */
static void put_escaped(FILE *out, const char *text, char quote)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '\'':
			fputs(quote == '\'' ? "&apos;" : "'", out);
			break;
		case '"':
			fputs(quote ? "&quot;" : "\"", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

static void put_name(FILE *out, const xmlNs *ns, const xmlChar *name)
{
	if (ns && ns->prefix)
		fprintf(out, "%s:", (const char *)ns->prefix);
	fputs((const char *)name, out);
}

static void put_attributes(FILE *out, xmlNodePtr node, char quote)
{
	for (xmlAttrPtr attribute = node->properties; attribute; attribute = attribute->next) {
		xmlChar *value = xmlNodeListGetString(node->doc, attribute->children, 1);

		fputc(' ', out);
		put_name(out, attribute->ns, attribute->name);
		fprintf(out, "=%c", quote);
		put_escaped(out, value ? (const char *)value : "", quote);
		fputc(quote, out);
		xmlFree(value);
	}
	for (const xmlNs *ns = node->nsDef; ns; ns = ns->next) {
		fprintf(out, " xmlns%s%s=%c", ns->prefix ? ":" : "",
			(const char *)ns->prefix ?: "", quote);
		put_escaped(out, (const char *)ns->href ?: "", quote);
		fputc(quote, out);
	}
}

static bool has_text(xmlNodePtr node)
{
	for (xmlNodePtr child = node->children; child; child = child->next)
		if (child->type != XML_ELEMENT_NODE && child->type != XML_COMMENT_NODE)
			return true;
	return false;
}

/* What is in <metadata> libvirt leaves to libxml2. */
static bool is_metadata(xmlNodePtr node)
{
	for (; node; node = node->parent)
		if (node->parent && !strcmp((const char *)node->parent->name ?: "", "metadata"))
			return true;
	return false;
}

static void put_node(FILE *out, xmlNodePtr node, int depth, bool in_text)
{
	int indent = in_text ? 0 : 2 * depth;
	const char *end = in_text ? "" : "\n";

	if (node->type == XML_COMMENT_NODE) {
		fprintf(out, "%*s<!--%s-->%s", indent, "", (const char *)node->content ?: "", end);
		return;
	}
	if (node->type != XML_ELEMENT_NODE) {
		put_escaped(out, (const char *)node->content ?: "", 0);
		return;
	}
	fprintf(out, "%*s<", indent, "");
	put_name(out, node->ns, node->name);
	put_attributes(out, node, is_metadata(node) ? '"' : '\'');
	if (!node->children) {
		fprintf(out, "/>%s", end);
		return;
	}
	in_text = in_text || has_text(node);
	fprintf(out, ">%s", in_text ? "" : "\n");
	for (xmlNodePtr child = node->children; child; child = child->next)
		put_node(out, child, depth + 1, in_text);
	fprintf(out, "%*s</", in_text ? 0 : indent, "");
	put_name(out, node->ns, node->name);
	fprintf(out, ">%s", end);
}

char *xml_print(xmlDocPtr doc)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	for (xmlNodePtr node = doc->children; node; node = node->next)
		put_node(out, node, 0, false);
	if (fclose(out))
		abort();
	return text;
}

char *xml_escape(const char *text)
{
	char *escaped = NULL;
	size_t size;
	FILE *out = open_memstream(&escaped, &size);

	if (!out)
		abort();
	put_escaped(out, text, '\'');
	if (fclose(out))
		abort();
	return escaped;
}

/* ---- to find ----------------------------------------------------------------- */

static size_t evaluate(xmlDocPtr doc, xmlNodePtr **nodes, const char *format, va_list args)
{
	xmlXPathContextPtr context = xmlXPathNewContext(doc);
	xmlXPathObjectPtr object = NULL;
	char *path;
	size_t n = 0;

	*nodes = NULL;
	if (!context || vasprintf(&path, format, args) < 0)
		abort();
	xmlXPathRegisterNs(context, BAD_CAST "qemu", BAD_CAST XML_QEMU);
	xmlXPathRegisterNs(context, BAD_CAST "gpupm", BAD_CAST XML_GPUPM);
	xmlSetStructuredErrorFunc(NULL, hush);
	object = xmlXPathEvalExpression(BAD_CAST path, context);
	if (object && object->nodesetval && object->nodesetval->nodeNr > 0) {
		xmlXPathNodeSetSort(object->nodesetval);
		n = object->nodesetval->nodeNr;
		*nodes = calloc(n, sizeof(**nodes));
		if (!*nodes)
			abort();
		memcpy(*nodes, object->nodesetval->nodeTab, n * sizeof(**nodes));
	}
	xmlXPathFreeObject(object);
	xmlXPathFreeContext(context);
	free(path);
	return n;
}

size_t xml_all(xmlDocPtr doc, xmlNodePtr **nodes, const char *format, ...)
{
	va_list args;
	size_t n;

	va_start(args, format);
	n = evaluate(doc, nodes, format, args);
	va_end(args);
	return n;
}

static xmlNodePtr first(xmlDocPtr doc, const char *format, va_list args)
{
	xmlNodePtr *nodes, node;

	node = evaluate(doc, &nodes, format, args) ? nodes[0] : NULL;
	free(nodes);
	return node;
}

xmlNodePtr xml_find(xmlDocPtr doc, const char *format, ...)
{
	xmlNodePtr node;
	va_list args;

	va_start(args, format);
	node = first(doc, format, args);
	va_end(args);
	return node;
}

static bool value_of(xmlNodePtr node, char *value, size_t size)
{
	xmlChar *content = node ? xmlNodeGetContent(node) : NULL;
	const char *from = content ? (const char *)content : "";
	size_t length;

	from += strspn(from, " \t\r\n");
	length = strlen(from);
	while (length && strchr(" \t\r\n", from[length - 1]))
		length--;
	snprintf(value, size, "%.*s", (int)length, from);
	xmlFree(content);
	return node;
}

bool xml_value(xmlDocPtr doc, char *value, size_t size, const char *format, ...)
{
	xmlNodePtr node;
	va_list args;

	va_start(args, format);
	node = first(doc, format, args);
	va_end(args);
	return value_of(node, value, size);
}

unsigned long xml_number(xmlDocPtr doc, unsigned long none, const char *format, ...)
{
	char value[32], *end;
	unsigned long number;
	xmlNodePtr node;
	va_list args;

	va_start(args, format);
	node = first(doc, format, args);
	va_end(args);
	if (!value_of(node, value, sizeof(value)) || !*value)
		return none;
	/* libvirt writes hexadecimal with "0x", and nothing in octal. */
	number = strtoul(value, &end, strncmp(value, "0x", 2) ? 10 : 16);
	return *end ? none : number;
}

xmlNodePtr xml_first_element(xmlNodePtr node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}
