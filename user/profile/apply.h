/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_APPLY_H
#define GPUPM_PROFILE_APPLY_H

#include "../daemon/vm.h"
#include "config.h"

/**
 * DOC: The order of actions
 *
 * When a profile begins:
 *
 *   1. acpi-table: a VM that starts in the middle of it gets the one that fits
 *   2. guest-power: what guests see of it comes before what it does to them
 *   3. gpu-policy
 *   4. vcpu-affinity of every VM
 *   5. guest-command in every VM
 *   6. host-command of the profile, then those of the VMs
 *
 * When a VM starts: its vcpu-affinity, its guest-command, its host-command. Its
 * acpi-table is in its hands by then, its guest is told as soon as it connects, and
 * gpu-policy follows when it opens a GPU.
 *
 * An action that fails is logged and the next one is done. 5 and 6 take their time:
 * they begin in this order, and are not waited for.
 */

/**
 * apply_profile - do all that a profile says
 * @config: the configuration
 * @profile: the profile
 * @tables: directory for the tables
 *
 * Return: whether all of 1 and 3 is done; if not, it may help to try that again.
 */
bool apply_profile(const struct config *config, enum profile_id profile, const char *tables);

/** apply_vm - do what a profile says about a VM that has started */
void apply_vm(const struct config *config, enum profile_id profile, struct vm *vm);

#endif
