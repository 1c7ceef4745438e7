/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_VM_RECORD_H
#define GPUPM_VM_RECORD_H

#include "xml.h"

/*
 * What was changed in the XML of a VM, kept in its <metadata>. edit.h says what it is
 * for, and edit.c what is in it.
 */

/**
 * record_add - add a note to those of a feature
 * @doc: the XML
 * @feature: the feature
 * @kind: of the change: the name of the note
 * @at: XPath of what was changed, or NULL
 *
 * Return: the note.
 */
xmlNodePtr record_add(xmlDocPtr doc, const char *feature, const char *kind, const char *at);

/** record_followed - note that libvirt has added something by itself, unless it is noted */
void record_followed(xmlDocPtr doc, const char *at);

/** record_notes - the notes of a feature, as xml_all() */
size_t record_notes(xmlDocPtr doc, const char *feature, xmlNodePtr **notes);

/** record_followers - the notes of record_followed(), as xml_all() */
size_t record_followers(xmlDocPtr doc, xmlNodePtr **notes);

/** record_drop - remove the notes of a feature */
void record_drop(xmlDocPtr doc, const char *feature);

/** record_drop_empty - remove a record without any note, and <metadata> with nothing else */
void record_drop_empty(xmlDocPtr doc);

#endif
