/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_KEYS_H
#define GPUPM_PROFILE_KEYS_H

#include "config.h"

/*
 * The keys of the configuration file: which there are, where they may stand, and
 * what their values mean.
 */

/* Kinds of sections. */
enum {
	IN_DAEMON = 1 << 0,	/* [daemon] */
	IN_PROFILE = 1 << 1,	/* [ac], [battery] */
	IN_VM = 1 << 2,		/* [vm NAME] */
	IN_VM_PROFILE = 1 << 3,	/* [vm NAME ac], [vm NAME battery] */
};

/**
 * struct section - where keys are set
 * @kind: IN_ bit
 * @config: the configuration
 * @vm: the VM, in its sections
 * @actions: where actions go; NULL in [daemon]
 */
struct section {
	unsigned int kind;
	struct config *config;
	struct vm_config *vm;
	struct actions *actions;
};

#define N_KEYS		11

/**
 * key_find - the number of a key
 * @kind: of the section it stands in
 * @name: of the key
 *
 * Return: 0 to N_KEYS - 1, or -1 when there is none of that name there.
 */
int key_find(unsigned int kind, const char *name);

/** key_name - the name of a key */
const char *key_name(int key);

/** key_many_lines - whether the value of a key may go on in another line */
bool key_many_lines(int key);

/**
 * keys_allowed - the keys of a kind of section
 * @kind: the kind
 * @words: set to their names, ended by NULL
 */
void keys_allowed(unsigned int kind, const char *words[N_KEYS + 1]);

/**
 * key_set - set a key
 * @key: its number; it was not set before
 * @section: where
 * @value: its value
 * @error: gets what is wrong with the value, a sentence without a final stop;
 *	nothing when 0 is returned
 *
 * Return: 0, -EINVAL, or -ENOMEM.
 */
int key_set(int key, const struct section *section, const char *value, FILE *error);

#endif
