/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_TABLES_H
#define GPUPM_PROFILE_TABLES_H

#include "config.h"

/* Where VMs get their table, which is there also before the daemon is. */
#define TABLE_DIR		"/var/lib/gpupm"
#define TABLE_NAME		"power.aml"
#define TABLE_NAME_FOR_VM	"power-%s.aml"

/**
 * tables_apply - put the tables that VMs get which start from now on in their place
 * @config: the configuration
 * @profile: the profile
 * @dir: directory they go to; made when it is not there
 *
 * There is one for all VMs, the live one when nothing is set, and one for each VM
 * that is set to one of its own. A VM never sees half of one. Results go to the log.
 *
 * Return: whether all are in their place; if not, it may help to try again.
 */
bool tables_apply(const struct config *config, enum profile_id profile, const char *dir);

#endif
