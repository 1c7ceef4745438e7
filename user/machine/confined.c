// SPDX-License-Identifier: GPL-2.0-only
#include "confined.h"
#include "../client/sysfs.h"
#include "conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* ---- whom QEMU runs as ------------------------------------------------------ */

/* 'NAME = "VALUE"', as libvirt's files have it. */
struct libvirt_setting {
	const char *name;
	char *value;
	size_t size;
};

static int take_setting(const struct conf_line *line, void *data)
{
	struct libvirt_setting *setting = data;
	size_t n = strlen(setting->name);
	const char *text = line->text;

	if (strncmp(text, setting->name, n))
		return 0;
	text += n;
	text += strspn(text, " \t");
	if (*text++ != '=')
		return 0;
	text += strspn(text, " \t\"[");
	snprintf(setting->value, setting->size, "%.*s", (int)strcspn(text, "\"] \t"), text);
	return 0;
}

static bool libvirt_setting(const char *root, const char *name, char *value, size_t size)
{
	struct libvirt_setting setting = { .name = name, .value = value, .size = size };

	*value = '\0';
	conf_lines(root, QEMU_CONF, take_setting, &setting);
	return *value;
}

/* A line of passwd or group, and what it is searched for. */
struct entry {
	const char *name;
	struct qemu_user *user;
	bool found;
};

static int take_user(const struct conf_line *line, void *data)
{
	struct entry *entry = data;
	unsigned int uid, gid;
	char name[64];

	if (sscanf(line->text, "%63[^:]:%*[^:]:%u:%u:", name, &uid, &gid) != 3 ||
	    strcmp(name, entry->name))
		return 0;
	entry->user->uid = uid;
	entry->user->gids[0] = gid;
	entry->user->n = 1;
	entry->found = true;
	return 1;
}

static bool is_member(const char *members, const char *name)
{
	size_t n = strlen(name);

	while (*members) {
		size_t length = strcspn(members, ",");

		if (length == n && !strncmp(members, name, n))
			return true;
		members += length;
		members += *members == ',';
	}
	return false;
}

static int take_group(const struct conf_line *line, void *data)
{
	struct qemu_user *user = data;
	const char *members = strrchr(line->text, ':');
	unsigned int gid;

	if (sscanf(line->text, "%*[^:]:%*[^:]:%u:", &gid) == 1 &&
	    is_member(members + 1, user->name) && user->n < GROUPS_MAX)
		user->gids[user->n++] = gid;
	return 0;
}

static bool find_user(const char *root, const char *name, struct qemu_user *user)
{
	struct entry entry = { .name = name, .user = user };

	memset(user, 0, sizeof(*user));
	snprintf(user->name, sizeof(user->name), "%s", name);
	conf_lines(root, "/etc/passwd", take_user, &entry);
	if (entry.found)
		conf_lines(root, "/etc/group", take_group, user);
	return entry.found;
}

bool qemu_user_read(const char *root, struct qemu_user *user)
{
	/* What Debian and Ubuntu, and what Fedora, Arch and SUSE build libvirt with. */
	static const char * const built_in[] = { "libvirt-qemu", "qemu" };
	char name[64];

	if (libvirt_setting(root, "user", name, sizeof(name))) {
		/* "+107" is a number. */
		if (*name == '+') {
			memset(user, 0, sizeof(*user));
			snprintf(user->name, sizeof(user->name), "%s", name);
			user->uid = strtoul(name + 1, NULL, 10);
			return true;
		}
		return find_user(root, name, user);
	}
	for (size_t i = 0; i < 2; i++)
		if (find_user(root, built_in[i], user))
			return true;
	return false;
}

/* Like the kernel, whose owner is never somebody else. */
static bool allows(const struct qemu_user *user, const struct stat *st, mode_t bit)
{
	if (!user->uid)
		return true;
	if (st->st_uid == user->uid)
		return st->st_mode & (bit << 6);
	for (size_t i = 0; i < user->n; i++)
		if (user->gids[i] == st->st_gid)
			return st->st_mode & (bit << 3);
	return st->st_mode & bit;
}

bool qemu_user_can_read(const char *root, const struct qemu_user *user, const char *path,
			char closed[static PATH_MAX])
{
	char whole[PATH_MAX], real[PATH_MAX];
	size_t above = strlen(root);
	struct stat st;

	snprintf(closed, PATH_MAX, "%s", path);
	snprintf(whole, sizeof(whole), "%s%s", root, path);
	if (!realpath(whole, real) || strncmp(real, root, above))
		return false;
	for (char *slash = real + above; slash; slash = strchr(slash + 1, '/')) {
		if (*slash != '/')
			break;
		*slash = '\0';
		snprintf(closed, PATH_MAX, "%s", slash == real + above ? "/" : real + above);
		if (stat(*real ? real : "/", &st) || !allows(user, &st, 1))
			return false;
		*slash = '/';
	}
	snprintf(closed, PATH_MAX, "%s", real + above);
	return !stat(real, &st) && allows(user, &st, 4);
}

/* ---- AppArmor ------------------------------------------------------------------ */

static bool glob(const char *pattern, const char *path);

/* One of "{a,b,}" and then the rest of the pattern. */
static bool alternatives(const char *pattern, const char *path)
{
	const char *close = strchr(pattern, '}');
	char joined[512];

	while (close && pattern <= close) {
		size_t n = strcspn(pattern, ",}");

		snprintf(joined, sizeof(joined), "%.*s%s", (int)n, pattern, close + 1);
		if (glob(joined, path))
			return true;
		pattern += n + 1;
	}
	return false;
}

/* As AppArmor has it: "*" is anything but a slash, "**" anything. */
static bool glob(const char *pattern, const char *path)
{
	for (; *pattern; pattern++, path++) {
		if (*pattern == '{')
			return alternatives(pattern + 1, path);
		if (*pattern == '*') {
			bool deep = pattern[1] == '*';

			pattern += 1 + deep;
			for (;; path++) {
				if (glob(pattern, path))
					return true;
				if (!*path || (!deep && *path == '/'))
					return false;
			}
		}
		if (*pattern == '\\' && pattern[1])
			pattern++;
		else if (*pattern == '?' && *path && *path != '/')
			continue;
		if (*pattern != *path)
			return false;
	}
	return !*path;
}

/* '/usr/share/qemu/x.rom r,' or '"/a b/x.rom" rk,' or 'owner ...'. */
static int take_rule(const struct conf_line *line, void *data)
{
	const char *wanted = data, *modes, *text = line->text;
	char pattern[256];
	size_t n;

	if (!strncmp(text, "file ", 5))
		text += 5;
	if (*text == '"') {
		n = strcspn(++text, "\"");
		modes = text + n + !!text[n];
	} else {
		n = strcspn(text, " \t,");
		modes = text + n;
	}
	snprintf(pattern, sizeof(pattern), "%.*s", (int)n, text);
	modes += strspn(modes, " \t");
	return *pattern == '/' && memchr(modes, 'r', strcspn(modes, ",")) && glob(pattern, wanted);
}

enum confinement apparmor_of(const char *root, const char *path)
{
	static const char * const files[] = {
		"/etc/apparmor.d/abstractions/libvirt-qemu",
		"/etc/apparmor.d/local/abstractions/libvirt-qemu",
		"/etc/apparmor.d/libvirt/TEMPLATE.qemu",
	};
	static const char * const drop_ins[] = {
		"/etc/apparmor.d/abstractions/libvirt-qemu.d", NULL
	};
	struct conf_files found = {};
	char enabled[8], driver[32], name[PATH_MAX];
	bool allowed = false;

	sysfs_read(enabled, sizeof(enabled), root, "/sys/module/apparmor/parameters/enabled");
	libvirt_setting(root, "security_driver", driver, sizeof(driver));
	/* libvirt has no profiles where it was built without AppArmor. */
	if (strcmp(enabled, "Y") || !strcmp(driver, "none") || !strcmp(driver, "selinux") ||
	    !sysfs_exists(root, "/etc/apparmor.d/abstractions/libvirt-qemu"))
		return CONFINED_NOT;
	for (size_t i = 0; i < 3 && !allowed; i++)
		allowed = conf_lines(root, files[i], take_rule, (void *)path);
	conf_find(root, drop_ins, "", &found);
	for (size_t i = 0; i < found.n && !allowed; i++) {
		snprintf(name, sizeof(name), "%s/%s", drop_ins[0], found.list[i].name);
		allowed = conf_lines(root, name, take_rule, (void *)path);
	}
	free(found.list);
	return allowed ? CONFINED_ALLOWED : CONFINED_DENIED;
}

/* ---- SELinux ----------------------------------------------------------------- */

enum confinement selinux_of(const char *root, const char *path, char *type, size_t size)
{
	static const char * const readable[] = {
		"virt_content_t", "virt_image_t", "svirt_image_t", "usr_t",
	};
	char whole[PATH_MAX], enforce[8], driver[32], label[256];
	const char *colon;
	ssize_t n;

	*type = '\0';
	sysfs_read(enforce, sizeof(enforce), root, "/sys/fs/selinux/enforce");
	libvirt_setting(root, "security_driver", driver, sizeof(driver));
	if (strcmp(enforce, "1") || !strcmp(driver, "none"))
		return CONFINED_NOT;
	snprintf(whole, sizeof(whole), "%s%s", root, path);
	n = getxattr(whole, "security.selinux", label, sizeof(label) - 1);
	label[n < 0 ? 0 : n] = '\0';
	/* user:role:type:level */
	colon = strchr(label, ':');
	colon = colon ? strchr(colon + 1, ':') : NULL;
	if (!colon)
		return CONFINED_DENIED;
	snprintf(type, size, "%.*s", (int)strcspn(colon + 1, ":"), colon + 1);
	for (size_t i = 0; i < sizeof(readable) / sizeof(*readable); i++)
		if (!strcmp(type, readable[i]))
			return CONFINED_ALLOWED;
	return CONFINED_DENIED;
}
