// SPDX-License-Identifier: GPL-2.0-only
#include "plan.h"
#include "../client/sysfs.h"
#include "../machine/drivers.h"
#include "../machine/modprobe.h"
#include "../profile/file.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX	(1 << 20)
#define IDS_MAX		1024
/* Modules that have to wait for vfio-pci. */
#define WAIT_MAX	64

static int fail(struct bind_plan *plan, int err, const char *what)
{
	snprintf(plan->why, sizeof(plan->why), "could not read %s: %s", what,
		 err == -EBADMSG ? "it is no text, or not one that is understood" : strerror(-err));
	return err;
}

void bind_ids(const struct gpu *gpu, char ids[static RECORD_IDS])
{
	size_t n = 0;
	char id[16];

	*ids = '\0';
	for (size_t i = 0; i < gpu->n_functions; i++) {
		snprintf(id, sizeof(id), "%04x:%04x", gpu->functions[i].vendor,
			 gpu->functions[i].device);
		if (!strstr(ids, id))
			n += snprintf(ids + n, RECORD_IDS - n, "%s%s", n ? "," : "", id);
	}
}

/* Adds those of a list that are not there. */
static void join(char list[static IDS_MAX], const char *more)
{
	size_t n = strlen(list);

	while (*more) {
		size_t length = strcspn(more, ",");
		char id[64];

		if (length && length < sizeof(id)) {
			snprintf(id, sizeof(id), "%.*s", (int)length, more);
			if (!strstr(list, id) && n + length + 2 < IDS_MAX)
				n += snprintf(list + n, IDS_MAX - n, "%s%s", n ? "," : "", id);
		}
		more += length + (more[length] == ',');
	}
}

/* ---- reading ------------------------------------------------------------------ */

static int read_text(const char *root, const char *path, char **text)
{
	char file[PATH_MAX];
	size_t size;
	int err;

	*text = NULL;
	if (snprintf(file, sizeof(file), "%s%s", root, path) >= (int)sizeof(file))
		return -ENAMETOOLONG;
	err = file_read(file, TEXT_MAX, text, &size);
	if (err)
		return err == -ENOENT ? 0 : err;
	if (strlen(*text) == size)
		return 0;
	free(*text);
	*text = NULL;
	return -EBADMSG;
}

/* One more file, as it is and as it was; what it will be comes later. */
static int add(const char *root, struct bind_plan *plan, enum splice_kind kind, const char *path)
{
	struct bind_change *changes, *change;
	int err;

	for (size_t i = 0; i < plan->n; i++)
		if (!strcmp(plan->changes[i].path, path))
			return 0;
	changes = reallocarray(plan->changes, plan->n + 1, sizeof(*changes));
	if (!changes)
		return fail(plan, -ENOMEM, path);
	plan->changes = changes;
	change = &changes[plan->n];
	*change = (struct bind_change){ .kind = kind, .path = strdup(path) };
	if (!change->path)
		return fail(plan, -ENOMEM, path);
	plan->n++;
	err = read_text(root, path, &change->now);
	if (err)
		return fail(plan, err, path);
	change->before = record_original(root, &plan->old, kind, path, change->now);
	return !change->before && errno ? fail(plan, -errno, path) : 0;
}

static int add_files(const char *root, struct bind_plan *plan, bool bound)
{
	const struct record *old = &plan->old;
	int err = 0;

	for (size_t i = 0; i < old->n_files && !err; i++)
		err = add(root, plan, old->files[i].kind, old->files[i].path);
	/* Entries of kernels that came later have their words from those of the others. */
	for (size_t i = 0; i < plan->boot.n && !err && (bound || old->words); i++)
		err = add(root, plan, SPLICE_OPTIONS, plan->boot.entries[i]);
	if (!bound || err)
		return err;
	err = add(root, plan, SPLICE_OWNED, BIND_MODPROBE);
	if (!err && plan->initramfs)
		err = add(root, plan, plan->initramfs->owned ? SPLICE_OWNED : SPLICE_BLOCK,
			  plan->initramfs->file);
	if (!err && plan->boot.grub)
		err = add(root, plan, SPLICE_BLOCK, BOOTLOADER_GRUB);
	if (!err && plan->boot.cmdline)
		err = add(root, plan, SPLICE_LINE, BOOTLOADER_CMDLINE);
	return err;
}

/* ---- what to write -------------------------------------------------------------- */

/* Ids that somebody has given to vfio-pci by hand: of two settings the last counts. */
static void join_others(const char *root, const struct bind_plan *plan, char ids[static IDS_MAX])
{
	static const char name[] = "vfio-pci.ids=";
	const struct modprobe_line *line = NULL;
	struct modprobe modprobe;
	char value[IDS_MAX];

	if (!modprobe_read(root, &modprobe)) {
		while ((line = modprobe_find(&modprobe, line, "options", "vfio-pci"))) {
			const char *at = strstr(line->rest, "ids=");

			if (!at || !strcmp(line->file, BIND_MODPROBE))
				continue;
			snprintf(value, sizeof(value), "%.*s", (int)strcspn(at + 4, " "), at + 4);
			join(ids, value);
		}
	}
	modprobe_free(&modprobe);
	for (size_t i = 0; i < plan->n; i++) {
		const char *at = plan->changes[i].before ?: "";

		while ((at = strstr(at, name))) {
			at += sizeof(name) - 1;
			snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, " \t\r\n\"'"), at);
			join(ids, value);
		}
	}
}

static bool is_intel(const char *root)
{
	char path[PATH_MAX], line[256];
	bool found = false;
	FILE *in;

	snprintf(path, sizeof(path), "%s/proc/cpuinfo", root);
	in = fopen(path, "re");
	while (in && !found && fgets(line, sizeof(line), in))
		found = !strncmp(line, "vendor_id", 9) && strstr(line, "GenuineIntel");
	if (in)
		fclose(in);
	return found;
}

/* On Intel the IOMMU may be off unless asked for. */
static char *make_words(const char *root, const char *ids)
{
	char *words;

	return asprintf(&words, "%siommu=pt vfio-pci.ids=%s",
			is_intel(root) ? "intel_iommu=on " : "", ids) < 0 ? NULL : words;
}

struct waiting {
	char name[WAIT_MAX][64];
	size_t n;
};

static void wait_for(struct waiting *waiting, const char *module)
{
	for (size_t i = 0; i < waiting->n; i++)
		if (module_same(waiting->name[i], module))
			return;
	if (waiting->n < WAIT_MAX)
		snprintf(waiting->name[waiting->n++], sizeof(waiting->name[0]), "%s", module);
}

/* Also drivers that are not installed yet, or that say nothing of what they drive. */
static void wait_for_vendors(struct waiting *waiting, const char *ids)
{
	static const struct {
		const char *vendor;
		const char *modules[5];
	} known[] = {
		{ "10de:", { "nouveau", "nvidia", "nvidia_drm", "nvidiafb" } },
		{ "1002:", { "amdgpu", "radeon" } },
		{ "8086:", { "i915", "xe" } },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		for (size_t j = 0; j < 5 && known[i].modules[j]; j++)
			if (!strncmp(ids, known[i].vendor, strlen(known[i].vendor)))
				wait_for(waiting, known[i].modules[j]);
}

/* What each installed kernel would load for the functions of a slot. */
static void wait_for_drivers(const char *root, struct waiting *waiting, const char *address)
{
	char path[PATH_MAX], function[ADDRESS_SIZE + 4];
	const struct dirent *entry;
	struct drivers drivers;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/lib/modules", root);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		for (int i = 0; i < 8 && entry->d_name[0] != '.'; i++) {
			snprintf(function, sizeof(function), "%.*s.%d",
				 (int)strcspn(address, "."), address, i);
			if (!drivers_read(root, entry->d_name, function, &drivers))
				continue;
			for (size_t j = 0; j < drivers.n; j++)
				wait_for(waiting, drivers.name[j]);
		}
	}
	if (dir)
		closedir(dir);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static char *make_modprobe(const char *root, const struct record_gpu *gpus, size_t n,
			   const char *ids)
{
	struct waiting waiting = {};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs("# Written by \"gpupm bind\", and removed by \"gpupm bind --undo\".\n", out);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "# %s: %s\n", gpus[i].address, gpus[i].ids);
		wait_for_vendors(&waiting, gpus[i].ids);
		wait_for_drivers(root, &waiting, gpus[i].address);
	}
	qsort(waiting.name, waiting.n, sizeof(waiting.name[0]), by_name);
	fprintf(out, "options vfio-pci ids=%s\n", ids);
	for (size_t i = 0; i < waiting.n; i++)
		fprintf(out, "softdep %s pre: vfio-pci\n", waiting.name[i]);
	return fclose(out) ? NULL : text;
}

static char *make_grub(const char *words)
{
	char *text;

	return asprintf(&text, "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT %s\"\n",
			words) < 0 ? NULL : text;
}

/* What goes into a file, owned by the caller; NULL when out of memory. */
static char *make_added(const struct bind_plan *plan, const struct bind_change *change,
			const char *modprobe)
{
	if (!strcmp(change->path, BIND_MODPROBE))
		return strdup(modprobe);
	if (!strcmp(change->path, BOOTLOADER_GRUB))
		return make_grub(plan->record.words);
	if (change->kind == SPLICE_OPTIONS || change->kind == SPLICE_LINE)
		return strdup(plan->record.words);
	return strdup(plan->initramfs->text);
}

/* Whether a file that was once changed is still one that counts. */
static bool counts(const struct bind_plan *plan, const struct bind_change *change)
{
	if (!strcmp(change->path, BIND_MODPROBE))
		return true;
	if (!strcmp(change->path, BOOTLOADER_GRUB))
		return plan->boot.grub;
	if (change->kind == SPLICE_LINE)
		return plan->boot.cmdline;
	if (change->kind == SPLICE_OPTIONS)
		return change->now;
	return plan->initramfs && !strcmp(change->path, plan->initramfs->file);
}

static int fill(struct bind_plan *plan, const char *modprobe)
{
	for (size_t i = 0; i < plan->n; i++) {
		struct bind_change *change = &plan->changes[i];
		char *added;

		if (!modprobe || !counts(plan, change)) {
			change->after = change->before ? strdup(change->before) : NULL;
			if (change->before && !change->after)
				return fail(plan, -ENOMEM, change->path);
			continue;
		}
		added = make_added(plan, change, modprobe);
		change->after = added ? splice_add(change->kind, change->before, added) : NULL;
		free(added);
		if (!change->after)
			return fail(plan, -ENOMEM, change->path);
	}
	return 0;
}

static int make_record(const char *root, struct bind_plan *plan, const struct record_gpu *gpus,
		       size_t n)
{
	char ids[IDS_MAX] = "";
	char *modprobe;
	int err;

	memcpy(plan->record.gpus, gpus, n * sizeof(*gpus));
	plan->record.n_gpus = n;
	for (size_t i = 0; i < n; i++)
		join(ids, gpus[i].ids);
	join_others(root, plan, ids);
	plan->record.words = make_words(root, ids);
	modprobe = make_modprobe(root, gpus, n, ids);
	err = plan->record.words && modprobe ? fill(plan, modprobe) :
					       fail(plan, -ENOMEM, BIND_MODPROBE);
	free(modprobe);
	return err;
}

int bind_plan(const char *root, const struct record_gpu *gpus, size_t n, struct bind_plan *plan)
{
	int err;

	memset(plan, 0, sizeof(*plan));
	plan->initramfs = initramfs_find(root);
	err = record_read(root, &plan->old);
	if (err)
		return fail(plan, err, RECORD "/state");
	if (bootloader_find(root, &plan->boot))
		return fail(plan, -ENOMEM, "the boot loader");
	err = add_files(root, plan, n);
	if (err)
		return err;
	return n ? make_record(root, plan, gpus, n) : fill(plan, NULL);
}

bool bind_changes(const struct bind_change *change)
{
	if (!change->now || !change->after)
		return change->now || change->after;
	return strcmp(change->now, change->after);
}

void bind_plan_free(struct bind_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		free(plan->changes[i].path);
		free(plan->changes[i].now);
		free(plan->changes[i].before);
		free(plan->changes[i].after);
	}
	free(plan->changes);
	record_free(&plan->record);
	record_free(&plan->old);
	bootloader_free(&plan->boot);
}
