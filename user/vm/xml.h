/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_VM_XML_H
#define GPUPM_VM_XML_H

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The XML of a VM. In XPaths, the prefix "qemu" is that of libvirt's own namespace for
 * QEMU's arguments, and "gpupm" that of our record; see edit.h.
 */
#define XML_QEMU	"http://libvirt.org/schemas/domain/qemu/1.0"
#define XML_GPUPM	"urn:gpupm:setup:1"

/**
 * xml_parse - parse the XML of a VM
 * @text: the XML; nothing that it names is loaded
 * @why: set to what is wrong with it, clean
 * @size: size of @why
 *
 * Return: the document, for xmlFreeDoc(), or NULL.
 */
xmlDocPtr xml_parse(const char *text, char *why, size_t size);

/**
 * xml_print - write XML as libvirt does
 * @doc: the document
 *
 * Return: the text, for free().
 */
char *xml_print(xmlDocPtr doc);

/**
 * xml_all - every node that an XPath stands for
 * @doc: the document
 * @nodes: set to them, in the order of the document; for free(); NULL when there is none
 * @format: the XPath
 *
 * Return: how many there are.
 */
size_t __attribute__((format(printf, 3, 4)))
xml_all(xmlDocPtr doc, xmlNodePtr **nodes, const char *format, ...);

/** xml_find - the first node that an XPath stands for; NULL when there is none */
xmlNodePtr __attribute__((format(printf, 2, 3)))
xml_find(xmlDocPtr doc, const char *format, ...);

/**
 * xml_value - the value of an XPath: an attribute's, or the text of an element
 * @doc: the document
 * @value: set to the value, without spaces around it; empty when there is none
 * @size: size of @value; what does not fit is cut
 * @format: the XPath
 *
 * Return: whether there is such an attribute or element.
 */
bool __attribute__((format(printf, 4, 5)))
xml_value(xmlDocPtr doc, char *value, size_t size, const char *format, ...);

/** xml_number - the same, as a number, in hexadecimal after "0x"; @none when it is none */
unsigned long __attribute__((format(printf, 3, 4)))
xml_number(xmlDocPtr doc, unsigned long none, const char *format, ...);

/** xml_first_element - the first of a node and what follows it that is an element */
xmlNodePtr xml_first_element(xmlNodePtr node);

/**
 * xml_escape - text as it may stand in XML, in quotes, too
 * @text: the text
 *
 * Return: it, for free().
 */
char *xml_escape(const char *text);

#endif
