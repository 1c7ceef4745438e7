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

/** profile_open - begin; the loop must outlive profile_close() */
void profile_open(uv_loop_t *loop);

/** profile_close - stop; undoes nothing */
void profile_close(void);

/**
 * profile_config - there is a configuration, the first or a new one
 * @config: stays the caller's, and must stay until the next call
 */
void profile_config(const struct config *config);

/**
 * profile_power - host power was read
 * @on_ac: enum gpupm_on_ac
 *
 * A change of AC makes the profile follow once it has been steady for a moment.
 */
void profile_power(__u32 on_ac);

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

/** profile_json - what "gpupm profile" shows */
struct json_object *profile_json(void);

#endif
