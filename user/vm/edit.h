/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_VM_EDIT_H
#define GPUPM_VM_EDIT_H

#include "xml.h"

/**
 * DOC: Changes that can be taken back
 *
 * A feature asks for what it needs: an element, an attribute, a device. What is there
 * already stays, whoever put it there, and everything that is changed is noted in the
 * XML itself, in its <metadata>, together with what was there before. So a feature
 * that is enabled twice changes nothing the second time, and to disable it is to go
 * back through the notes. What somebody changed by hand in the meantime is found to
 * differ from the note, and is left alone.
 *
 * Places are XPaths that say what a thing is, not the how many-th it is, for libvirt
 * sorts what it is given, and people add things.
 */

/**
 * struct edit - XML that is being changed
 * @doc: the XML
 * @feature: the one that is being enabled
 * @changes: how many were made
 * @notes: lines for the person, each ended by a newline; owned
 */
struct edit {
	xmlDocPtr doc;
	const char *feature;
	size_t changes;
	char *notes;
};

/** edit_note - add a line for the person */
void __attribute__((format(printf, 2, 3)))
edit_note(struct edit *edit, const char *format, ...);

/**
 * edit_set - see to it that an attribute has a value
 * @edit: the XML
 * @base: XPath of an element that is there
 * @path: names of elements from there on, with slashes between; made when missing;
 *	empty for @base itself
 * @name: of the attribute
 * @value: its value
 */
void edit_set(struct edit *edit, const char *base, const char *path, const char *name,
	      const char *value);

/** edit_set_missing - the same, but one that has a value already keeps that */
void edit_set_missing(struct edit *edit, const char *base, const char *path, const char *name,
		      const char *value);

/**
 * edit_text - see to it that an element has a text
 * @edit: the XML
 * @base: XPath of an element that is there
 * @path: as for edit_set()
 * @text: its text
 */
void edit_text(struct edit *edit, const char *base, const char *path, const char *text);

/** edit_make - see to it that an element is there, empty if it was not */
void edit_make(struct edit *edit, const char *base, const char *path);

/**
 * edit_make_with - see to it that an element with an attribute is there
 * @edit: the XML
 * @base: XPath of an element that is there
 * @element: its name
 * @name: of the attribute that tells it from others of that name
 * @value: its value
 */
void edit_make_with(struct edit *edit, const char *base, const char *element, const char *name,
		    const char *value);

/**
 * edit_add - see to it that elements are there, such as a device
 * @edit: the XML
 * @base: XPath of an element that is there, in which they are
 * @which: XPath from there that stands for them and nothing else
 * @xml: as they are made when they are not there
 */
void edit_add(struct edit *edit, const char *base, const char *which, const char *xml);

/**
 * edit_remove - see to it that an element is not there
 * @edit: the XML
 * @base: XPath of the element it is in
 * @which: XPath from there that stands for it
 */
void edit_remove(struct edit *edit, const char *base, const char *which);

/**
 * edit_follow - note what libvirt has added by itself after a change
 * @edit: the XML as libvirt has it now
 * @sent: as it was given to libvirt
 *
 * A device may need a controller. It goes with the last one that needs it, and only
 * when it is noted here: one of the owner's stays.
 */
void edit_follow(struct edit *edit, xmlDocPtr sent);

/** edit_has - whether there are notes of a feature */
bool edit_has(xmlDocPtr doc, const char *feature);

/**
 * edit_undo - take back what a feature changed
 * @edit: the XML, with its feature
 *
 * What somebody has changed since stays, and there is a note for the person.
 */
void edit_undo(struct edit *edit);

#endif
