/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_VM_FEATURE_H
#define GPUPM_VM_FEATURE_H

#include "../client/gpu.h"
#include "edit.h"

#define WHY_SIZE	512
/* Of an XPath that stands for a device. */
#define PLACE_SIZE	256

/**
 * struct wish - what a VM is to have
 * @root: directory that stands for /; "" for the real one
 * @gpu: the GPU; NULL when none is known
 * @no_gpu: why not
 * @rom: file with its ROM; NULL when none was named
 * @table: the power table; NULL when there is none
 * @socket: of gpupmd
 */
struct wish {
	const char *root;
	const struct gpu *gpu;
	const char *no_gpu;
	const char *rom;
	const char *table;
	const char *socket;
};

/**
 * struct feature - something that a VM with a GPU needs or is better off with
 * @name: as typed
 * @summary: what it is, for people
 * @enable: sees to it that the XML has it, by edit.h alone: where it is already, nothing
 *	is changed. Return: whether it can be had. @why is set to why it cannot, or to
 *	what else there is to know when nothing had to be changed
 */
struct feature {
	const char *name;
	const char *summary;
	bool (*enable)(struct edit *edit, const struct wish *wish, char why[static WHY_SIZE]);
};

extern const struct feature feature_gpu;
extern const struct feature feature_rom;
extern const struct feature feature_power;
extern const struct feature feature_mmio64;
extern const struct feature feature_firmware;
extern const struct feature feature_disguise;
extern const struct feature feature_agent;
extern const struct feature feature_pinning;

/* In the order in which they are enabled; NULL is behind the last. */
extern const struct feature * const features[];

/** feature_find - a feature by its name; NULL when there is none */
const struct feature *feature_find(const char *name);

/** feature_has_gpu - whether a GPU is known; @why is set to why not */
bool feature_has_gpu(const struct wish *wish, char why[static WHY_SIZE]);

/** feature_hostdev - the XPath of the device by which a VM has a function of the host */
void feature_hostdev(char place[static PLACE_SIZE], const char *address);

/** feature_source - a function of the host as libvirt spells it, as attributes */
void feature_source(char attributes[static PLACE_SIZE], const char *address);

/** feature_is_q35 - whether a VM is a PC with PCIe */
bool feature_is_q35(xmlDocPtr doc);

/** feature_is_uefi - whether it has UEFI firmware */
bool feature_is_uefi(xmlDocPtr doc);

/**
 * feature_argument - see to it that QEMU is given an option with a value
 * @edit: the XML
 * @option: "-fw_cfg"
 * @value: the value
 */
void feature_argument(struct edit *edit, const char *option, const char *value);

#endif
