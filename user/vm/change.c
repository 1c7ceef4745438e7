// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the XML of a VM is changed: read, edited, kept as it was, given to libvirt, and
 * looked at again. Until libvirt has taken it nothing has changed, and libvirt takes
 * all of it or nothing.
 */
#include "change.h"
#include "../cmd/cmd.h"
#include "../profile/nearest.h"
#include "../show/diff.h"
#include "../show/text.h"
#include "backup.h"
#include "domain.h"
#include "wish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_SIZE	128

/**
 * struct change - a change of a VM
 * @connection: to libvirt
 * @domain: the VM
 * @name: its name, clean
 * @original: its XML, as libvirt has it
 * @before: the same, parsed and printed
 * @edit: the XML as it is to be
 * @wish: what it is to have
 * @gpus: of the machine
 * @done: names of the features that were changed
 * @kept: of those that needed no change
 */
struct change {
	virConnectPtr connection;
	virDomainPtr domain;
	char name[256];
	char *original;
	char *before;
	struct edit edit;
	struct wish wish;
	struct gpu_list gpus;
	char done[NAMES_SIZE];
	char kept[NAMES_SIZE];
};

int features_check(char **names)
{
	const char *all[16], *near;
	size_t n = 0;

	for (; features[n]; n++)
		all[n] = features[n]->name;
	all[n] = NULL;
	for (; *names; names++) {
		if (feature_find(*names))
			continue;
		near = nearest_word(*names, all);
		complain("no feature '%s'%s%s%s there are:", *names, near ? "; did you mean " : ";",
			 near ?: "", near ? "?" : "");
		for (size_t i = 0; i < n; i++)
			fprintf(stderr, "  %-8s  %s\n", features[i]->name, features[i]->summary);
		return RESULT_USAGE;
	}
	return RESULT_DONE;
}

static void add_name(char names[static NAMES_SIZE], const char *name)
{
	size_t n = strlen(names);

	snprintf(names + n, NAMES_SIZE - n, "%s%s", n ? ", " : "", name);
}

static void change_end(struct change *change)
{
	xmlFreeDoc(change->edit.doc);
	free(change->edit.notes);
	free(change->original);
	free(change->before);
	gpu_list_free(&change->gpus);
	if (change->domain)
		virDomainFree(change->domain);
}

static xmlDocPtr parse(const struct change *change, const char *xml)
{
	char why[512];
	xmlDocPtr doc = xml_parse(xml, why, sizeof(why));

	if (!doc)
		complain("the XML of VM %s cannot be parsed: %s", change->name, why);
	return doc;
}

static char *read_xml(virDomainPtr domain)
{
	/* With its passwords, or they would be gone when it is given back. */
	return virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE);
}

static int change_begin(struct change *change, virConnectPtr connection,
			const struct change_request *request, const struct wish *wish)
{
	struct style style;
	int result;

	*change = (struct change){ .connection = connection, .wish = *wish };
	style_detect(&style, stderr);
	text_clean(&style, change->name, sizeof(change->name), request->vm);
	result = domain_find(connection, request->vm, &change->domain);
	if (result)
		return result;
	if (virDomainIsPersistent(change->domain) == 0) {
		complain("VM %s is gone once it is shut down, so there is nothing to change: define it first (virsh define)",
			 change->name);
		return RESULT_FAILED;
	}
	change->original = read_xml(change->domain);
	if (!change->original)
		return domain_failed("the XML of VM %s cannot be read", change->name);
	change->edit.doc = parse(change, change->original);
	if (!change->edit.doc)
		return RESULT_FAILED;
	change->before = xml_print(change->edit.doc);
	return wish_gpu(&change->wish, change->edit.doc, request->gpu, &change->gpus);
}

/* ---- what libvirt makes of it --------------------------------------------------- */

static int define(struct change *change)
{
	xmlChar *text = NULL;
	virDomainPtr defined;
	int size;

	xmlDocDumpMemory(change->edit.doc, &text, &size);
	if (!text)
		abort();
	defined = virDomainDefineXML(change->connection, (const char *)text);
	xmlFree(text);
	if (!defined)
		return domain_failed("libvirt does not take the new XML of VM %s", change->name);
	virDomainFree(defined);
	return RESULT_DONE;
}

/* Look at what libvirt has now, and note what it has added. */
static int look_again(struct change *change)
{
	char *text = read_xml(change->domain), *now, *noted;
	xmlDocPtr doc, sent = change->edit.doc;
	int result = RESULT_DONE;

	if (!text)
		return domain_failed("the new XML of VM %s cannot be read", change->name);
	doc = parse(change, text);
	free(text);
	if (!doc)
		return RESULT_FAILED;
	now = xml_print(doc);
	change->edit.doc = doc;
	if (xml_find(doc, "/domain/metadata/gpupm:setup"))
		edit_follow(&change->edit, sent);
	noted = xml_print(doc);
	xmlFreeDoc(sent);
	if (strcmp(now, noted))
		result = define(change);
	free(now);
	free(noted);
	return result;
}

static void tell_notes(const struct change *change)
{
	struct style style;
	char *text, *line, *all;
	char buf[1024];

	if (!change->edit.notes)
		return;
	style_detect(&style, stdout);
	all = strdup(change->edit.notes);
	if (!all)
		abort();
	for (text = all; (line = strsep(&text, "\n"));) {
		text_clean(&style, buf, sizeof(buf), line);
		if (*buf)
			printf("%s\n", buf);
	}
	free(all);
}

static int keep(const struct change *change)
{
	char path[PATH_MAX];
	int err = backup_write(change->wish.root, virDomainGetName(change->domain),
			       change->original, path);

	if (err) {
		complain("VM %s was not changed, for its XML cannot be kept in " BACKUPS ": %s%s",
			 change->name, strerror(-err), err == -EACCES ? "; try it as root" : "");
		return err == -EACCES ? RESULT_NOT_PERMITTED : RESULT_FAILED;
	}
	printf("its XML until now: %s\n", path);
	return RESULT_DONE;
}

static void tell_when(const struct change *change)
{
	if (virDomainIsActive(change->domain) == 1)
		printf("VM %s runs: this takes effect when it has been shut down and is started again; a reboot is not enough.\n",
		       change->name);
}

static int show_diff(const struct change *change)
{
	char *after = xml_print(change->edit.doc), from[300], to[300];
	struct style style;

	style_detect(&style, stdout);
	snprintf(from, sizeof(from), "%s.xml", change->name);
	snprintf(to, sizeof(to), "%s.xml (new)", change->name);
	diff_print(stdout, &style, from, to, change->before, after);
	free(after);
	return RESULT_DONE;
}

static int change_apply(struct change *change, bool dry_run, const char *verb)
{
	int result;

	if (*change->kept)
		printf("VM %s: already as it should be: %s\n", change->name, change->kept);
	if (!*change->done) {
		if (!*change->kept)
			printf("VM %s: nothing to %s\n", change->name, verb);
		tell_notes(change);
		return RESULT_DONE;
	}
	if (dry_run) {
		result = show_diff(change);
		tell_notes(change);
		return result;
	}
	result = keep(change);
	if (!result)
		result = define(change);
	if (!result)
		result = look_again(change);
	if (result)
		return result;
	printf("VM %s: %sd: %s\n", change->name, verb, change->done);
	tell_notes(change);
	tell_when(change);
	return RESULT_DONE;
}

/* ---- enable ----------------------------------------------------------------------- */

static bool enable_one(struct change *change, const struct feature *feature,
		       char why[static WHY_SIZE])
{
	xmlDocPtr before = xmlCopyDoc(change->edit.doc, 1);
	size_t changes = change->edit.changes;

	if (!before)
		abort();
	change->edit.feature = feature->name;
	*why = '\0';
	if (!feature->enable(&change->edit, &change->wish, why)) {
		xmlFreeDoc(change->edit.doc);
		change->edit.doc = before;
		change->edit.changes = changes;
		return false;
	}
	xmlFreeDoc(before);
	add_name(change->edit.changes > changes ? change->done : change->kept, feature->name);
	return true;
}

static int enable_named(struct change *change, char **names)
{
	char why[WHY_SIZE];

	/* In the order that the features have among them, not as they were typed. */
	for (size_t i = 0; features[i]; i++) {
		char **name = names;

		while (*name && strcmp(*name, features[i]->name))
			name++;
		if (!*name || enable_one(change, features[i], why))
			continue;
		complain("VM %s cannot have %s: %s", change->name, features[i]->name, why);
		return change->wish.gpu ? RESULT_FAILED : RESULT_NO_GPU;
	}
	return RESULT_DONE;
}

static void enable_all(struct change *change)
{
	char why[WHY_SIZE];

	for (size_t i = 0; features[i]; i++)
		if (!enable_one(change, features[i], why))
			edit_note(&change->edit, "left out: %s: %s", features[i]->name, why);
}

/* Libvirt may have understood something else. */
static int check(struct change *change)
{
	char names[NAMES_SIZE] = "";

	for (size_t i = 0; features[i]; i++) {
		xmlDocPtr copy = xmlCopyDoc(change->edit.doc, 1);
		struct edit edit = { .doc = copy, .feature = features[i]->name };
		char why[WHY_SIZE] = "";

		if (!copy)
			abort();
		if (strstr(change->done, features[i]->name) &&
		    features[i]->enable(&edit, &change->wish, why) && edit.changes)
			add_name(names, features[i]->name);
		free(edit.notes);
		xmlFreeDoc(copy);
	}
	if (!*names)
		return RESULT_DONE;
	complain("libvirt has taken the XML of VM %s, but made something else of %s; 'gpupm vm disable' takes it back",
		 change->name, names);
	return RESULT_FAILED;
}

int vm_enable(virConnectPtr connection, const struct change_request *request,
	      const struct wish *wish)
{
	struct change change;
	int result = change_begin(&change, connection, request, wish);

	if (!result && *request->features)
		result = enable_named(&change, request->features);
	else if (!result)
		enable_all(&change);
	if (!result)
		result = change_apply(&change, request->dry_run, "enable");
	if (!result && !request->dry_run)
		result = check(&change);
	change_end(&change);
	return result;
}

/* ---- disable ---------------------------------------------------------------------- */

static bool is_meant(char **names, const char *name)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

static void disable(struct change *change, char **names)
{
	size_t n = 0;

	while (features[n])
		n++;
	/* What was done last is taken back first. */
	while (n-- > 0) {
		if (!is_meant(names, features[n]->name))
			continue;
		change->edit.feature = features[n]->name;
		if (edit_has(change->edit.doc, features[n]->name)) {
			edit_undo(&change->edit);
			add_name(change->done, features[n]->name);
		} else if (*names) {
			edit_note(&change->edit, "%s: gpupm did not enable it, so it stays as it is",
				  features[n]->name);
		}
	}
}

int vm_disable(virConnectPtr connection, const struct change_request *request,
	       const struct wish *wish)
{
	struct change change;
	int result = change_begin(&change, connection, request, wish);

	if (!result) {
		disable(&change, request->features);
		result = change_apply(&change, request->dry_run, "disable");
	}
	change_end(&change);
	return result;
}
