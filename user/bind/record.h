/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_BIND_RECORD_H
#define GPUPM_BIND_RECORD_H

#include "splice.h"

#include <stddef.h>

/* Not in /var/lib/gpupm, which goes when gpupm is uninstalled. */
#define RECORD	"/var/backups/gpupm/bind"

/* No GPU has more functions, and a slot no more than eight. */
#define RECORD_IDS	128
#define RECORD_GPUS	16

/**
 * struct record_gpu - a GPU that is bound
 * @address: its address
 * @ids: of its functions, "10de:25a2,10de:2291"
 */
struct record_gpu {
	char address[24];
	char ids[RECORD_IDS];
};

/** struct record_file - a file that was changed; @path is below the root, and owned */
struct record_file {
	enum splice_kind kind;
	char *path;
};

/**
 * struct record - what "gpupm bind" has done to a machine
 * @gpus: for which GPUs
 * @n_gpus: how many
 * @words: what was added to the kernel's command line; owned, NULL without a record
 * @files: the files; owned
 * @n_files: how many
 * @pending: not all has run yet that makes something of the files, an initramfs say
 *
 * It lies in RECORD: "state" has this, "before/PATH" is each file as it was, and
 * "after/PATH" as it was left.
 */
struct record {
	struct record_gpu gpus[RECORD_GPUS];
	size_t n_gpus;
	char *words;
	struct record_file *files;
	size_t n_files;
	bool pending;
};

/**
 * record_read - read the record
 * @root: directory that stands for /; "" for the real one
 * @record: filled in; all zeros without a record. Free it with record_free(), also
 *	after an error
 *
 * Return: 0 or negative errno.
 */
int record_read(const char *root, struct record *record);

/** record_free - free what it owns and make it all zeros */
void record_free(struct record *record);

/** record_has - the file with this path, or NULL */
const struct record_file *record_has(const struct record *record, const char *path);

/**
 * record_original - what a file was before it was changed
 * @root: directory that stands for /; "" for the real one
 * @record: the record
 * @kind: how the file is changed
 * @path: the file, below the root
 * @now: what is in it; NULL when it is not there
 *
 * As long as the file is what it was left as, the answer is what it was before, byte
 * for byte; after somebody else changed it, it is that without what was added.
 *
 * Return: the text, the caller's; NULL with errno 0 when there was no such file, else
 * with another.
 */
char *record_original(const char *root, const struct record *record, enum splice_kind kind,
		      const char *path, const char *now);

/**
 * record_write - write the record
 * @root: directory that stands for /; "" for the real one
 * @record: the record
 *
 * Return: 0 or negative errno.
 */
int record_write(const char *root, const struct record *record);

/**
 * record_keep - write what a file was, and what it is going to be
 * @root: directory that stands for /; "" for the real one
 * @path: the file, below the root
 * @before: what it was; NULL when it was not there
 * @after: what it will be
 *
 * Return: 0 or negative errno.
 */
int record_keep(const char *root, const char *path, const char *before, const char *after);

/** record_remove - remove the record, after all was undone; Return: 0 or negative errno */
int record_remove(const char *root);

#endif
