/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_TITLE_H
#define GPUPM_PROFILE_TITLE_H

#include "keys.h"

#define TITLES	"[daemon], [ac], [battery], [vm NAME], [vm NAME ac] and [vm NAME battery]"

/**
 * struct title - what the first line of a section says
 * @kind: IN_ bit
 * @vm: number of the VM, in its sections
 * @profile: the profile, in sections of one
 * @line: number of that line
 */
struct title {
	unsigned int kind;
	size_t vm;
	enum profile_id profile;
	unsigned int line;
};

/**
 * title_read - read the first line of a section
 * @title: filled in but for @line
 * @line: the line, from its bracket on
 * @config: a new VM is added to it
 * @error: gets what is wrong with it, a sentence without a final stop; nothing
 *	when 0 is returned
 *
 * Return: 0, -EINVAL, or -ENOMEM.
 */
int title_read(struct title *title, const char *line, struct config *config, FILE *error);

/** title_section - where the keys of a section go; good until the next title_read() */
struct section title_section(const struct title *title, struct config *config);

#endif
