// SPDX-License-Identifier: GPL-2.0-only
#include "title.h"
#include "../daemon/vm.h"
#include "../show/text.h"
#include "nearest.h"
#include "split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *clean(char buf[static 128], const char *text)
{
	text_clean(&(struct style){ .unicode = true }, buf, 128, text);
	return buf;
}

static bool profile_from_word(const char *word, enum profile_id *profile)
{
	*profile = !strcmp(word, "battery") ? PROFILE_BATTERY : PROFILE_AC;
	return !strcmp(word, profile_word(*profile));
}

/* The number of the VM of this name. */
static int find_vm(struct config *config, const char *name, size_t *number)
{
	const struct vm_config *known = config_vm(config, name);
	struct vm_config *vms;

	if (known) {
		*number = known - config->vms;
		return 0;
	}
	vms = realloc(config->vms, (config->n_vms + 1) * sizeof(*vms));
	if (!vms)
		return -ENOMEM;
	config->vms = vms;
	vms[config->n_vms] = (struct vm_config){ .name = strdup(name) };
	if (!vms[config->n_vms].name)
		return -ENOMEM;
	*number = config->n_vms++;
	return 0;
}

/* [vm NAME] and [vm NAME PROFILE] */
static int read_vm(struct title *title, char **words, struct config *config, FILE *error)
{
	title->kind = IN_VM;
	if (!words[1] || !*words[1]) {
		fputs("[vm] lacks the name of the VM: [vm NAME]", error);
		return -EINVAL;
	}
	if (words[2]) {
		title->kind = IN_VM_PROFILE;
		if (words[3] || !profile_from_word(words[2], &title->profile)) {
			fputs("after the name of a VM comes ac, battery or nothing; a name with spaces needs quotes: [vm \"NAME\"]",
			      error);
			return -EINVAL;
		}
	}
	if (strlen(words[1]) >= VM_NAME_SIZE) {
		fprintf(error, "names of VMs are known by %d characters; this one has more",
			VM_NAME_SIZE - 1);
		return -EINVAL;
	}
	return find_vm(config, words[1], &title->vm);
}

static int read_words(struct title *title, const char *text, char **words,
		      struct config *config, FILE *error)
{
	static const char * const known[] = { "daemon", "ac", "battery", "vm", NULL };
	const char *near;
	char buf[128];

	if (words[0] && !strcmp(words[0], "vm"))
		return read_vm(title, words, config, error);
	if (words[0] && !words[1]) {
		title->kind = !strcmp(words[0], "daemon") ? IN_DAEMON : IN_PROFILE;
		if (title->kind == IN_DAEMON || profile_from_word(words[0], &title->profile))
			return 0;
	}
	near = words[0] ? nearest_word(words[0], known) : NULL;
	fprintf(error, "no section [%s]; ", clean(buf, text));
	if (near)
		fprintf(error, "did you mean [%s%s]? ", near, strcmp(near, "vm") ? "" : " NAME");
	fprintf(error, "%shere are " TITLES, near ? "T" : "t");
	return -EINVAL;
}

int title_read(struct title *title, const char *line, struct config *config, FILE *error)
{
	const char *end = strchr(line, ']');
	int err = -EINVAL;
	const char *wrong;
	char buf[128];
	char **words;
	char *text;

	*title = (struct title){};
	if (!end) {
		fputs("the ] is missing", error);
		return -EINVAL;
	}
	end++;
	end += strspn(end, " \t\r\n");
	if (*end && *end != ';') {
		fprintf(error, "nothing can stand behind a section: '%s'", clean(buf, end));
		return -EINVAL;
	}
	text = strndup(line + 1, strcspn(line + 1, "]"));
	if (!text)
		return -ENOMEM;
	words = split_words(text, &wrong);
	/* There inih sees the end of the line. */
	if (strstr(text, " ;") || strstr(text, "\t;"))
		fputs("a ; after a space begins a comment, and the ] is missing", error);
	else if (words)
		err = read_words(title, text, words, config, error);
	else if (wrong)
		fprintf(error, "[%s]: %s", clean(buf, text), wrong);
	else
		err = -ENOMEM;
	split_free(words);
	free(text);
	return err;
}

struct section title_section(const struct title *title, struct config *config)
{
	struct section section = { .kind = title->kind, .config = config };

	if (title->kind & (IN_VM | IN_VM_PROFILE))
		section.vm = &config->vms[title->vm];
	if (title->kind == IN_PROFILE)
		section.actions = &config->profiles[title->profile];
	else if (title->kind == IN_VM)
		section.actions = &section.vm->both;
	else if (title->kind == IN_VM_PROFILE)
		section.actions = &section.vm->actions[title->profile];
	return section;
}
