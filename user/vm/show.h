/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_VM_SHOW_H
#define GPUPM_VM_SHOW_H

#include "feature.h"

#include <libvirt/libvirt.h>

/**
 * enum feature_state - how a VM stands to a feature
 * @FEATURE_OFF: it has not got it
 * @FEATURE_ON: it has it
 * @FEATURE_PARTLY: it was enabled, but something of it is missing or has changed since
 * @FEATURE_CANNOT: it cannot have it
 */
enum feature_state {
	FEATURE_OFF,
	FEATURE_ON,
	FEATURE_PARTLY,
	FEATURE_CANNOT,
};

/**
 * struct feature_look - how a VM stands to a feature
 * @state: in a word
 * @by_gpupm: gpupm has enabled it, so it can disable it
 * @why: why it cannot have it, or a remark; may be empty
 */
struct feature_look {
	enum feature_state state;
	bool by_gpupm;
	char why[WHY_SIZE];
};

/** feature_look - find out how a VM stands to a feature; changes nothing */
void feature_look(xmlDocPtr doc, const struct feature *feature, const struct wish *wish,
		  struct feature_look *look);

/**
 * vm_list - print every VM that libvirt knows
 * @connection: to libvirt
 * @wish: without a GPU
 * @json: as JSON; its shape is in gpupm(1)
 *
 * Return: RESULT_DONE, or the code to exit with after a complaint.
 */
int vm_list(virConnectPtr connection, const struct wish *wish, bool json);

/**
 * vm_show - print which features a VM has
 * @connection: to libvirt
 * @name: of the VM
 * @gpu: as typed, or NULL
 * @wish: without a GPU
 * @json: as JSON; its shape is in gpupm(1)
 *
 * Return: RESULT_DONE, or the code to exit with after a complaint.
 */
int vm_show(virConnectPtr connection, const char *name, const char *gpu, const struct wish *wish,
	    bool json);

#endif
