// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"
#include "../profile/file.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define STATE		RECORD "/state"
#define STATE_MAX	(1 << 20)
#define TEXT_MAX	(1 << 20)

static int add_file(struct record *record, const char *kind, const char *path)
{
	struct record_file *files;

	files = reallocarray(record->files, record->n_files + 1, sizeof(*files));
	if (!files)
		return -ENOMEM;
	record->files = files;
	for (int i = 0; i < N_SPLICE_KINDS; i++) {
		if (strcmp(splice_word(i), kind))
			continue;
		files[record->n_files].kind = i;
		files[record->n_files].path = strdup(path);
		return files[record->n_files].path ? record->n_files++, 0 : -ENOMEM;
	}
	return -EBADMSG;
}

static int take_line(struct record *record, char *line)
{
	char *first = strchr(line, ' '), *second;
	struct record_gpu *gpu;

	if (!first)
		return *line ? -EBADMSG : 0;
	*first++ = '\0';
	if (!strcmp(line, "programs")) {
		record->pending = !strcmp(first, "pending");
		return record->pending ? 0 : -EBADMSG;
	}
	if (!strcmp(line, "words")) {
		free(record->words);
		record->words = strdup(first);
		return record->words ? 0 : -ENOMEM;
	}
	second = strchr(first, ' ');
	if (!second)
		return -EBADMSG;
	*second++ = '\0';
	if (!strcmp(line, "file"))
		return *second == '/' ? add_file(record, first, second) : -EBADMSG;
	if (strcmp(line, "gpu") || record->n_gpus == RECORD_GPUS ||
	    strlen(first) >= sizeof(gpu->address) || strlen(second) >= sizeof(gpu->ids))
		return -EBADMSG;
	gpu = &record->gpus[record->n_gpus++];
	snprintf(gpu->address, sizeof(gpu->address), "%s", first);
	snprintf(gpu->ids, sizeof(gpu->ids), "%s", second);
	return 0;
}

int record_read(const char *root, struct record *record)
{
	char path[PATH_MAX], *data, *line, *next;
	size_t size;
	int err;

	memset(record, 0, sizeof(*record));
	snprintf(path, sizeof(path), "%s" STATE, root);
	err = file_read(path, STATE_MAX, &data, &size);
	if (err)
		return err == -ENOENT ? 0 : err;
	next = data;
	while (!err && (line = strsep(&next, "\n")))
		err = take_line(record, line);
	free(data);
	return err;
}

void record_free(struct record *record)
{
	for (size_t i = 0; i < record->n_files; i++)
		free(record->files[i].path);
	free(record->files);
	free(record->words);
	memset(record, 0, sizeof(*record));
}

const struct record_file *record_has(const struct record *record, const char *path)
{
	for (size_t i = 0; i < record->n_files; i++)
		if (!strcmp(record->files[i].path, path))
			return &record->files[i];
	return NULL;
}

/* Return: the kept text; NULL, with errno, without one. */
static char *kept(const char *root, const char *when, const char *path)
{
	char file[PATH_MAX], *text = NULL;
	size_t size;
	int err = -ENAMETOOLONG;

	if (snprintf(file, sizeof(file), "%s" RECORD "/%s%s", root, when, path) <
	    (int)sizeof(file))
		err = file_read(file, TEXT_MAX, &text, &size);
	errno = -err;
	return err ? NULL : text;
}

char *record_original(const char *root, const struct record *record, enum splice_kind kind,
		      const char *path, const char *now)
{
	char *after = record_has(record, path) ? kept(root, "after", path) : NULL, *text;
	bool untouched = now && after && !strcmp(now, after);

	free(after);
	if (!untouched)
		return splice_strip(kind, now, record->words);
	text = kept(root, "before", path);
	if (!text && errno == ENOENT)
		errno = 0;
	return text;
}

static int make_directories(char *path, size_t from)
{
	for (char *slash = path + from; (slash = strchr(slash + 1, '/')); *slash = '/') {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

/* What is kept of a file is for whom the file is for. */
static int put(const char *root, const char *when, const char *path, const char *text)
{
	char file[PATH_MAX], real[PATH_MAX];
	struct stat st;
	int err;

	if (snprintf(file, sizeof(file), "%s" RECORD "%s%s", root, when, path) >=
	    (int)sizeof(file))
		return -ENAMETOOLONG;
	err = make_directories(file, strlen(root));
	if (err)
		return err;
	snprintf(real, sizeof(real), "%s%s", root, path);
	if (text)
		return file_replace_as(file, text, strlen(text),
				       *when && !stat(real, &st) ? &st : NULL);
	return remove(file) && errno != ENOENT ? -errno : 0;
}

int record_keep(const char *root, const char *path, const char *before, const char *after)
{
	int err = put(root, "/before", path, before);

	return err ? err : put(root, "/after", path, after);
}

int record_write(const char *root, const struct record *record)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int err;

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < record->n_gpus; i++)
		fprintf(out, "gpu %s %s\n", record->gpus[i].address, record->gpus[i].ids);
	if (record->words)
		fprintf(out, "words %s\n", record->words);
	for (size_t i = 0; i < record->n_files; i++)
		fprintf(out, "file %s %s\n", splice_word(record->files[i].kind),
			record->files[i].path);
	if (record->pending)
		fputs("programs pending\n", out);
	err = fclose(out) ? -ENOMEM : put(root, "", "/state", text);
	free(text);
	return err;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int record_remove(const char *root)
{
	char path[PATH_MAX];

	/* First of all what makes it a record. */
	snprintf(path, sizeof(path), "%s" STATE, root);
	if (remove(path) && errno != ENOENT)
		return -errno;
	snprintf(path, sizeof(path), "%s" RECORD, root);
	return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) && errno != ENOENT ? -errno : 0;
}
