/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_PROFILE_H
#define GPUPM_PROFILE_PROFILE_H

#include "../daemon/vm.h"
#include "config.h"

#include <json-c/json.h>

/*
 * Profiles: which one is active, and doing what it says. All of it runs in the
 * daemon's loop; nothing here waits.
 */

/* Host power must be steady for so long before the profile follows it. */
#define PROFILE_SETTLE_MS	500

/**
 * struct profile_setup - what tests have otherwise
 * @run: directory for the override
 * @tables: directory for the tables
 * @root: directory that stands for /, for /proc and /sys
 * @settle_ms: how long host power must be steady
 * @limit_ms: how long a host command may take
 */
struct profile_setup {
	const char *run;
	const char *tables;
	const char *root;
	unsigned int settle_ms;
	unsigned int limit_ms;
};

/**
 * profile_open - begin
 * @loop: must outlive profile_close(), and run until its handles are closed
 * @setup: NULL for the real thing; what it points to stays the caller's and must
 *	stay until profile_close()
 */
void profile_open(uv_loop_t *loop, const struct profile_setup *setup);

/** profile_close - stop; undoes nothing; agents_close() must have been called */
void profile_close(void);

/**
 * profile_config - there is a configuration, the first or a new one
 * @config: stays the caller's, and must stay until the next call or
 *	profile_close()
 *
 * A new one is applied at once.
 */
void profile_config(const struct config *config);

/**
 * profile_power - host power was read
 * @on_ac: enum gpupm_on_ac
 *
 * The first time the profile follows at once, then when the change has been steady
 * for PROFILE_SETTLE_MS, so that a plug that flaps makes for one application, after
 * it. What guests are told (profile_guest_power()) follows at once; so call this
 * before guests_power(). When it is not known whether the host is on AC, it is.
 */
void profile_power(__u32 on_ac);

/**
 * profile_gpu - a GPU is there, or a VM opened it: it gets its policy
 * @address: of the GPU; NULL for all
 *
 * Nothing is done while no profile is active.
 */
void profile_gpu(const char *address);

/** profile_guest_power - what the guest of this name is told now; "" for no name */
enum guest_power profile_guest_power(const char *vm);

/**
 * profile_override - take one profile until told otherwise
 * @word: "ac", "battery", or "auto" to follow host power again
 *
 * The override outlives a restart of the daemon, not one of the host.
 *
 * Return: 0, or -EINVAL for another word, or a negative errno.
 */
int profile_override(const char *word);

/**
 * profile_json - what "gpupm profile" shows
 *
 * Return: a new object, as documented in gpupm(1).
 */
struct json_object *profile_json(void);

#endif
