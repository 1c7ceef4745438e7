// SPDX-License-Identifier: GPL-2.0-only
#include "plan.h"
#include "../profile/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Writes or removes a file; its mode and owner stay, and directories are made. */
static int write_text(const char *root, const char *path, const char *text)
{
	char file[PATH_MAX], real[PATH_MAX];
	struct stat st;
	bool there;

	if (snprintf(file, sizeof(file), "%s%s", root, path) >= (int)sizeof(file))
		return -ENAMETOOLONG;
	/* A link stays one. */
	if (!realpath(file, real))
		snprintf(real, sizeof(real), "%s", file);
	there = !stat(real, &st);
	if (!text)
		return there && unlink(real) ? -errno : 0;
	if (!there) {
		char *slash = strrchr(real, '/');

		*slash = '\0';
		if (mkdir(real, 0755) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return file_replace_as(real, text, strlen(text), there ? &st : NULL);
}

static int fail(struct bind_plan *plan, int err, const char *path)
{
	snprintf(plan->why, sizeof(plan->why), "could not write %s: %s", path, strerror(-err));
	return err;
}

/* The files of the record are those that are changed as long as it is there. */
static int note(struct bind_plan *plan)
{
	struct record *record = &plan->record;

	record->n_files = 0;
	record->files = calloc(plan->n + 1, sizeof(*record->files));
	if (!record->files)
		return -ENOMEM;
	for (size_t i = 0; i < plan->n; i++) {
		const struct bind_change *change = &plan->changes[i];
		struct record_file *file = &record->files[record->n_files];

		if (!change->after || (change->before && !strcmp(change->before, change->after)))
			continue;
		*file = (struct record_file){ .kind = change->kind, .path = strdup(change->path) };
		if (!file->path)
			return -ENOMEM;
		record->n_files++;
	}
	return 0;
}

static int write_record(const char *root, struct bind_plan *plan)
{
	int err = note(plan);

	for (size_t i = 0; i < plan->record.n_files && !err; i++)
		for (size_t j = 0; j < plan->n; j++)
			if (!strcmp(plan->changes[j].path, plan->record.files[i].path) && !err)
				err = record_keep(root, plan->changes[j].path,
						  plan->changes[j].before, plan->changes[j].after);
	return err ? err : record_write(root, &plan->record);
}

/* Until all has run that makes something of the files, there is something to do. */
static int write_pending(const char *root, const struct bind_plan *plan)
{
	struct record pending = plan->old;

	pending.pending = true;
	return pending.n_gpus ? record_write(root, &pending) : 0;
}

int bind_apply(const char *root, struct bind_plan *plan)
{
	/* The record first, so that whatever happens can be undone. */
	int err = plan->record.n_gpus ? write_record(root, plan) : write_pending(root, plan);

	if (err)
		return fail(plan, err, RECORD);
	for (plan->written = 0; plan->written < plan->n && !err; plan->written += !err) {
		const struct bind_change *change = &plan->changes[plan->written];

		if (bind_changes(change))
			err = write_text(root, change->path, change->after);
		if (err)
			fail(plan, err, change->path);
	}
	if (err && bind_revert(root, plan))
		snprintf(plan->why + strlen(plan->why), sizeof(plan->why) - strlen(plan->why),
			 "; " BIND_NOT_REVERTED);
	return err;
}

int bind_revert(const char *root, struct bind_plan *plan)
{
	int err = 0;

	for (size_t i = 0; i < plan->written; i++) {
		const struct bind_change *change = &plan->changes[i];

		if (bind_changes(change) && write_text(root, change->path, change->now))
			err = -EIO;
	}
	/* What is not as it was needs its record. */
	if (err)
		return err;
	for (size_t i = 0; i < plan->n && plan->record.n_gpus; i++) {
		const struct bind_change *change = &plan->changes[i];

		if (record_has(&plan->old, change->path) &&
		    record_keep(root, change->path, change->before, change->now))
			err = -EIO;
	}
	if (plan->old.n_gpus ? record_write(root, &plan->old) : record_remove(root))
		err = -EIO;
	return err;
}
