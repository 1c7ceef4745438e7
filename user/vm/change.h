/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_VM_CHANGE_H
#define GPUPM_VM_CHANGE_H

#include "feature.h"

#include <libvirt/libvirt.h>

/**
 * struct change_request - what is to be done to a VM
 * @vm: its name
 * @features: names of features, ended by NULL; without any, all
 * @gpu: as typed, or NULL
 * @dry_run: only show what would change
 */
struct change_request {
	const char *vm;
	char **features;
	const char *gpu;
	bool dry_run;
};

/**
 * vm_enable - give a VM features
 * @connection: to libvirt
 * @request: what for
 * @wish: without a GPU, which is found
 *
 * A feature that was named and cannot be had is a failure, and nothing is changed. When
 * none was named, those that can be had are enabled.
 *
 * Return: RESULT_DONE, or the code to exit with after a complaint.
 */
int vm_enable(virConnectPtr connection, const struct change_request *request,
	      const struct wish *wish);

/** vm_disable - take from a VM what vm_enable() gave it; as that */
int vm_disable(virConnectPtr connection, const struct change_request *request,
	       const struct wish *wish);

/**
 * features_check - whether all of these are names of features
 * @names: ended by NULL
 *
 * Return: RESULT_DONE, or RESULT_USAGE after a complaint.
 */
int features_check(char **names);

#endif
