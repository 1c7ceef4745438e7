// SPDX-License-Identifier: GPL-2.0-only
#include "firmware.h"

#include <dirent.h>
#include <fnmatch.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file in the first one hides one of the same name in the second. */
static const char * const directories[] = { "/etc/qemu/firmware", "/usr/share/qemu/firmware" };

#define DESCRIPTIONS_MAX	64

struct descriptions {
	char *name[DESCRIPTIONS_MAX];
	size_t n;
};

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, key, &value);
	return value;
}

static const char *string(struct json_object *object, const char *key)
{
	return json_object_get_string(member(object, key)) ?: "";
}

static size_t length(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

static bool has(struct json_object *array, const char *word)
{
	for (size_t i = 0; i < length(array); i++)
		if (!strcmp(json_object_get_string(json_object_array_get_idx(array, i)) ?: "",
			    word))
			return true;
	return false;
}

static bool is_for(struct json_object *targets, const char *machine)
{
	for (size_t i = 0; i < length(targets); i++) {
		struct json_object *target = json_object_array_get_idx(targets, i);
		struct json_object *machines = member(target, "machines");

		if (strcmp(string(target, "architecture"), "x86_64"))
			continue;
		for (size_t j = 0; j < length(machines); j++) {
			struct json_object *pattern = json_object_array_get_idx(machines, j);

			if (!fnmatch(json_object_get_string(pattern) ?: "", machine, 0))
				return true;
		}
	}
	return false;
}

static bool is_there(const char *root, const char *path)
{
	char whole[PATH_MAX];

	return *path == '/' && snprintf(whole, sizeof(whole), "%s%s", root, path) < PATH_MAX &&
	       !access(whole, F_OK);
}

/* The two files of a description; false when it has none of that kind. */
static bool files(struct json_object *description, struct firmware *firmware)
{
	struct json_object *mapping = member(description, "mapping");
	struct json_object *code = member(mapping, "executable");
	struct json_object *vars = member(mapping, "nvram-template");

	if (strcmp(string(mapping, "device"), "flash") || strcmp(string(code, "format"), "raw") ||
	    strcmp(string(vars, "format"), "raw"))
		return false;
	return snprintf(firmware->code, PATH_MAX, "%s", string(code, "filename")) < PATH_MAX &&
	       snprintf(firmware->vars, PATH_MAX, "%s", string(vars, "filename")) < PATH_MAX;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(strrchr(*(char **)a, '/'), strrchr(*(char **)b, '/'));
}

static bool is_hidden(const struct descriptions *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(strrchr(all->name[i], '/') + 1, name))
			return true;
	return false;
}

static void list(const char *root, struct descriptions *all)
{
	char path[PATH_MAX], *suffix;
	const struct dirent *entry;
	DIR *dir;

	all->n = 0;
	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++) {
		snprintf(path, sizeof(path), "%s%s", root, directories[i]);
		dir = opendir(path);
		if (!dir)
			continue;
		while ((entry = readdir(dir)) && all->n < DESCRIPTIONS_MAX) {
			suffix = strrchr(entry->d_name, '.');
			if (!suffix || strcmp(suffix, ".json") || is_hidden(all, entry->d_name))
				continue;
			if (asprintf(&all->name[all->n++], "%s/%s", path, entry->d_name) < 0)
				abort();
		}
		closedir(dir);
	}
	qsort(all->name, all->n, sizeof(*all->name), by_name);
}

static void list_free(struct descriptions *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->name[i]);
}

bool firmware_find(const char *root, const char *machine, struct firmware *firmware)
{
	struct descriptions all;
	bool found = false;

	list(root, &all);
	for (size_t i = 0; i < all.n && !found; i++) {
		struct json_object *description = json_object_from_file(all.name[i]);
		struct json_object *features = member(description, "features");

		found = has(member(description, "interface-types"), "uefi") &&
			!has(features, "secure-boot") && !has(features, "enrolled-keys") &&
			is_for(member(description, "targets"), machine) &&
			files(description, firmware) && is_there(root, firmware->code) &&
			is_there(root, firmware->vars);
		json_object_put(description);
	}
	list_free(&all);
	return found;
}

static bool name_says_so(const char *path)
{
	const char *name = strrchr(path, '/');

	name = name ? name + 1 : path;
	return strcasestr(name, "secboot") || strcasestr(name, "secure") || strstr(name, ".ms.");
}

bool firmware_is_secure(const char *root, const char *code, const char *vars)
{
	bool known = false, secure = false;
	struct descriptions all;
	struct firmware firmware;

	list(root, &all);
	for (size_t i = 0; i < all.n && !known; i++) {
		struct json_object *description = json_object_from_file(all.name[i]);

		/* One program serves with keys and without: the varstore is what counts. */
		known = files(description, &firmware) && !strcmp(firmware.code, code) &&
			(!*vars || !strcmp(firmware.vars, vars));
		if (known)
			secure = has(member(description, "features"), "enrolled-keys");
		json_object_put(description);
	}
	list_free(&all);
	return known ? secure : name_says_so(code) || name_says_so(vars);
}
