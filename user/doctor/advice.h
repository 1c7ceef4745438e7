/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DOCTOR_ADVICE_H
#define GPUPM_DOCTOR_ADVICE_H

#include "host.h"

/*
 * Fixes that several checks give: as commands for the programs that the machine has, and
 * in words where none is known.
 */

/**
 * fix_cmdline_add - say how a word gets on the kernel command line
 * @host: the machine
 * @checks: the check that was added last gets it
 * @word: "iommu=pt"
 * @more: what else there is to know, a sentence without a final stop; or NULL
 */
void fix_cmdline_add(const struct host *host, struct checks *checks, const char *word,
		     const char *more);

/** fix_cmdline_remove - say how a word gets off it; as fix_cmdline_add() */
void fix_cmdline_remove(const struct host *host, struct checks *checks, const char *word);

/**
 * advice_initramfs - what makes each initramfs anew
 * @host: the machine
 * @command: set to " && sudo COMMAND", or to "" when none is known
 */
void advice_initramfs(const struct host *host, char command[static 128]);

#endif
