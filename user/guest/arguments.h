/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_ARGUMENTS_H
#define GPUPM_GUEST_ARGUMENTS_H

#include "../client/gpu.h"

#include <stdbool.h>
#include <stddef.h>

/** struct arguments - words of a command line; start with zeros, arguments_free() */
struct arguments {
	char **word;
	size_t n;
};

/** arguments_add - add a word */
void __attribute__((format(printf, 2, 3)))
arguments_add(struct arguments *arguments, const char *format, ...);

/** arguments_free - free the words */
void arguments_free(struct arguments *arguments);

/** double_commas - a value as part of an option of QEMU's; for free() */
char *double_commas(const char *value);

/**
 * struct arguments_for - what a QEMU without libvirt is given
 * @root: directory that stands for /; "" for the real one
 * @gpu: the GPU; NULL when none is known
 * @rom: file with its ROM, or NULL
 * @varstore: file of the VM's own for its UEFI firmware, or NULL
 * @agent: where QEMU is to make the socket of the guest agent
 * @table: the power table, or NULL
 * @socket: of gpupmd
 * @reconnect: how this QEMU is told to connect again; see qemu_reconnect()
 */
struct arguments_for {
	const char *root;
	const struct gpu *gpu;
	const char *rom;
	const char *varstore;
	const char *agent;
	const char *table;
	const char *socket;
	const char *reconnect;
};

/**
 * struct argument_feature - a feature, by QEMU's own arguments
 * @name: as "gpupm vm enable" has it
 * @add: adds them. Return: NULL, or why it cannot be had, a sentence without a final stop
 */
struct argument_feature {
	const char *name;
	const char *(*add)(struct arguments *arguments, const struct arguments_for *what);
};

/* In the order in which they are printed; one without a name is behind the last. */
extern const struct argument_feature argument_features[];

#endif
