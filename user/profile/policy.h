/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_POLICY_H
#define GPUPM_PROFILE_POLICY_H

#include "config.h"

/**
 * policy_apply - set the policy of GPUs to what a profile says
 * @config: the configuration
 * @profile: the profile
 * @address: of one GPU; NULL for all
 *
 * A GPU that a VM uses gets what that VM is set to. Results go to the log; nothing
 * is done, and the module not asked, when nothing is set.
 *
 * Return: false when something was wanting, like memory, and it may help to try again.
 */
bool policy_apply(const struct config *config, enum profile_id profile, const char *address);

#endif
