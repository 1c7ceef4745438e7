// SPDX-License-Identifier: GPL-2.0-only
#include "profile.h"
#include "../daemon/again.h"
#include "../daemon/log.h"
#include "../guest/guest.h"
#include "../show/value.h"
#include "affinity.h"
#include "apply.h"
#include "command.h"
#include "config_json.h"
#include "file.h"
#include "guest_command.h"
#include "policy.h"
#include "tables.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct profile_setup real = {
	.run = "/run/gpupm",
	.tables = TABLE_DIR,
	.root = "",
	.settle_ms = PROFILE_SETTLE_MS,
	.limit_ms = COMMAND_LIMIT_MS,
};

/**
 * struct - the profile
 * @setup: directories and times
 * @config: what profiles say; NULL before there is a configuration
 * @override: the profile that was chosen by hand; N_PROFILES when none was
 * @on_ac: enum gpupm_on_ac, as last heard
 * @power_known: it was heard at all
 * @active: the profile that was applied last; N_PROFILES before the first
 * @settle: runs while @active is not the profile that host power calls for
 * @again: for tables and policies that were wanting something, like room on a disk
 */
static struct {
	const struct profile_setup *setup;
	const struct config *config;
	enum profile_id override;
	__u32 on_ac;
	bool power_known;
	enum profile_id active;
	uv_timer_t settle;
	struct again again;
} now;

/* The profile that should be active. */
static enum profile_id wanted(void)
{
	if (now.override != N_PROFILES)
		return now.override;
	return now.on_ac == GPUPM_ON_AC_NO ? PROFILE_BATTERY : PROFILE_AC;
}

static const char *override_path(char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/profile", now.setup->run);
	return path;
}

static enum profile_id profile_from_word(const char *word)
{
	for (enum profile_id profile = 0; profile < N_PROFILES; profile++)
		if (!strcmp(word, profile_word(profile)))
			return profile;
	return N_PROFILES;
}

static void read_override(void)
{
	char path[PATH_MAX], *word;
	size_t size;
	int err = file_read(override_path(path), 64, &word, &size);

	now.override = N_PROFILES;
	if (err && err != -ENOENT)
		log_warning("profile: could not read %s: %s", path, strerror(-err));
	if (err)
		return;
	word[strcspn(word, "\n")] = '\0';
	now.override = profile_from_word(word);
	free(word);
	if (now.override == N_PROFILES)
		log_warning("profile: %s makes no sense and is not used", path);
}

static void vm_started(struct vm *vm)
{
	if (now.active != N_PROFILES)
		apply_vm(now.config, now.active, vm);
}

static void vm_ended(struct vm *vm)
{
	affinity_ended(vm);
	guest_command_ended(vm);
}

static void applied(bool done)
{
	if (done)
		again_worked(&now.again);
	else
		again_later(&now.again);
}

static void apply_again(void)
{
	bool done = tables_apply(now.config, now.active, now.setup->tables);

	done &= policy_apply(now.config, now.active, NULL);
	applied(done);
}

void profile_open(uv_loop_t *loop, const struct profile_setup *setup)
{
	static struct vm_listener listener = { .started = vm_started, .ended = vm_ended };

	memset(&now, 0, sizeof(now));
	now.setup = setup ? setup : &real;
	now.active = N_PROFILES;
	uv_timer_init(loop, &now.settle);
	again_open(&now.again, loop, apply_again);
	affinity_open(loop, now.setup->root, AFFINITY_LOOK_MS);
	commands_open(loop, now.setup->limit_ms);
	read_override();
	vms_listen(&listener);
}

void profile_close(void)
{
	now.config = NULL;
	now.active = N_PROFILES;
	uv_close((uv_handle_t *)&now.settle, NULL);
	again_close(&now.again);
	affinity_close();
	commands_close();
	guest_commands_close();
}

static void apply(const char *cause)
{
	uv_timer_stop(&now.settle);
	now.active = wanted();
	log_info("profile %s%s: %s", profile_word(now.active),
		 now.override == N_PROFILES ? "" : " (override)", cause);
	applied(apply_profile(now.config, now.active, now.setup->tables));
}

static bool ready(void)
{
	return now.config && (now.power_known || now.override != N_PROFILES);
}

void profile_config(const struct config *config)
{
	bool first = !now.config;

	now.config = config;
	if (ready())
		apply(first ? "the daemon has started" : "the configuration was read again");
}

static void settled(uv_timer_t *timer)
{
	(void)timer;
	apply(now.on_ac == GPUPM_ON_AC_NO ? "the host runs on battery" : "the host runs on AC");
}

void profile_power(__u32 on_ac)
{
	enum profile_id before = wanted();
	bool was_ready = ready();

	now.on_ac = on_ac;
	now.power_known = true;
	if (!ready())
		return;
	if (!was_ready) {
		apply("the daemon has started");
		return;
	}
	if (wanted() == before)
		return;
	/* Each change begins the wait anew; one that is taken back ends it. */
	if (wanted() == now.active)
		uv_timer_stop(&now.settle);
	else
		uv_timer_start(&now.settle, settled, now.setup->settle_ms, 0);
	guests_refresh();
}

void profile_gpu(const char *address)
{
	if (now.active != N_PROFILES && !policy_apply(now.config, now.active, address))
		again_later(&now.again);
}

enum guest_power profile_guest_power(const char *vm)
{
	struct actions actions;

	if (!ready())
		return GUEST_POWER_MIRROR;
	actions = config_actions(now.config, vm, wanted());
	return actions.has_guest_power ? actions.guest_power : GUEST_POWER_MIRROR;
}

int profile_override(const char *word)
{
	enum profile_id profile = profile_from_word(word);
	char path[PATH_MAX], line[16];
	int err = 0;

	if (profile == N_PROFILES && strcmp(word, "auto"))
		return -EINVAL;
	override_path(path);
	if (profile != N_PROFILES) {
		snprintf(line, sizeof(line), "%s\n", word);
		err = file_replace(path, line, strlen(line));
	} else if (unlink(path) && errno != ENOENT) {
		err = -errno;
	}
	if (err) {
		log_warning("profile: could not keep the override in %s: %s", path,
			    strerror(-err));
		return err;
	}
	now.override = profile;
	if (ready() && (wanted() != now.active || uv_is_active((uv_handle_t *)&now.settle)))
		apply(profile == N_PROFILES ? "the override has ended" : "it was chosen by hand");
	else
		log_info("profile: %s", profile == N_PROFILES ? "it follows host power" :
			 "it stays until told otherwise");
	return 0;
}

struct json_object *profile_json(void)
{
	struct json_object *object = json_must(json_object_new_object());
	const char *override = now.override == N_PROFILES ? "" : profile_word(now.override);

	json_add(object, "active",
		 json_string_or_null(now.active == N_PROFILES ? "" : profile_word(now.active)));
	json_add(object, "override", json_string_or_null(override));
	json_add(object, "on_ac", now.on_ac == GPUPM_ON_AC_UNKNOWN ? NULL :
		 json_must(json_object_new_boolean(now.on_ac == GPUPM_ON_AC_YES)));
	if (now.config)
		json_config(object, now.config);
	return object;
}
