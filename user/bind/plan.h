/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_BIND_PLAN_H
#define GPUPM_BIND_PLAN_H

#include "record.h"
#include "../client/gpu.h"
#include "../machine/bootloader.h"
#include "../machine/initramfs.h"

/**
 * struct bind_change - a file that is to change
 * @kind: how
 * @path: the file, below the root
 * @now: what is in it; NULL when it is not there
 * @before: what was in it before all this
 * @after: what will be in it; NULL when it goes
 */
struct bind_change {
	enum splice_kind kind;
	char *path;
	char *now;
	char *before;
	char *after;
};

/**
 * struct bind_plan - all that binding GPUs, or none any more, takes
 * @changes: files, also those that are right already; owned
 * @n: how many
 * @written: so many, from the first on, are as they will be
 * @record: as it will be
 * @old: as it is
 * @initramfs: what makes the initramfs, or NULL
 * @boot: where the kernel's command line is kept
 * @why: what was wrong, after an error
 */
struct bind_plan {
	struct bind_change *changes;
	size_t n;
	size_t written;
	struct record record;
	struct record old;
	const struct initramfs *initramfs;
	struct bootloader boot;
	char why[512];
};

/**
 * bind_ids - the ids of a GPU's functions, as vfio-pci takes them
 * @gpu: the GPU
 * @ids: set to "10de:25a2,10de:2291"; each once
 */
void bind_ids(const struct gpu *gpu, char ids[static RECORD_IDS]);

/**
 * bind_plan - find out what has to change
 * @root: directory that stands for /; "" for the real one
 * @gpus: which GPUs are to be bound, all of them; none takes everything back
 * @n: how many
 * @plan: filled in; free it with bind_plan_free(), also after an error
 *
 * Return: 0 or negative errno, with @why.
 */
int bind_plan(const char *root, const struct record_gpu *gpus, size_t n, struct bind_plan *plan);

/** bind_changes - whether a file of the plan is not yet what it has to be */
bool bind_changes(const struct bind_change *change);

/**
 * bind_apply - write the files of a plan
 * @root: directory that stands for /; "" for the real one
 * @plan: the plan; @why says what was wrong
 *
 * Return: 0 or negative errno, with every file as it was.
 */
int bind_apply(const char *root, struct bind_plan *plan);

/* Said when bind_revert() has failed. */
#define BIND_NOT_REVERTED	\
	"some files could not be put back: what they were is in " RECORD "/before, and 'gpupm bind --undo' tries again"

/** bind_revert - make every file, and the record, again what it was before bind_apply() */
int bind_revert(const char *root, struct bind_plan *plan);

/** bind_plan_free - free what a plan owns */
void bind_plan_free(struct bind_plan *plan);

#endif
