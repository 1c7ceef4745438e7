/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_MACHINE_MODPROBE_H
#define GPUPM_MACHINE_MODPROBE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct modprobe_line - a line of modprobe's configuration
 * @file: where it is, below the root; owned
 * @line: its number there; that of the first when it goes on in others
 * @command: "options", "blacklist", "softdep", "install", ...; owned
 * @module: the module, or the pattern of an alias; inside @command
 * @rest: what follows, single spaces in between; inside @command
 */
struct modprobe_line {
	char *file;
	unsigned int line;
	char *command;
	const char *module;
	const char *rest;
};

/** struct modprobe - all of modprobe's configuration; @lines is owned */
struct modprobe {
	struct modprobe_line *lines;
	size_t n;
};

/**
 * modprobe_read - read modprobe's configuration as modprobe does
 * @root: directory that stands for /; "" for the real one
 * @modprobe: set to it; free it with modprobe_free(), also after an error
 *
 * Of files with the same name, the one in the directory of an administrator counts.
 * Files that cannot be read have no lines.
 *
 * Return: 0 or -ENOMEM.
 */
int modprobe_read(const char *root, struct modprobe *modprobe);

/** modprobe_free - free what it owns and make it empty */
void modprobe_free(struct modprobe *modprobe);

/** module_same - whether two names are of the same module: - and _ are the same */
bool module_same(const char *a, const char *b);

/**
 * modprobe_find - find a line
 * @modprobe: the configuration
 * @from: the line to begin behind, or NULL for the first
 * @command: "options"
 * @module: "vfio-pci", or NULL for that of any
 *
 * Return: the next, or NULL.
 */
const struct modprobe_line *modprobe_find(const struct modprobe *modprobe,
					  const struct modprobe_line *from,
					  const char *command, const char *module);

/**
 * modprobe_option - find what sets a parameter of a module
 * @modprobe: the configuration
 * @module: "vfio-pci"
 * @parameter: "ids"
 * @value: set to its value; empty without one
 * @size: bytes in @value
 *
 * Return: the last line that sets it, which is the one that counts, or NULL.
 */
const struct modprobe_line *modprobe_option(const struct modprobe *modprobe, const char *module,
					    const char *parameter, char *value, size_t size);

/**
 * modprobe_bars - find what keeps a module from being loaded by itself
 * @modprobe: the configuration
 * @module: "nouveau"
 *
 * Return: the line that blacklists it or installs nothing instead of it, or NULL.
 */
const struct modprobe_line *modprobe_bars(const struct modprobe *modprobe, const char *module);

/**
 * modprobe_waits - find what has a module loaded after another
 * @modprobe: the configuration
 * @module: "nouveau"
 * @first: "vfio-pci"
 *
 * Return: the line that makes @first a soft dependency of @module, or NULL.
 */
const struct modprobe_line *modprobe_waits(const struct modprobe *modprobe, const char *module,
					   const char *first);

#endif
