/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DAEMON_SOURCE_H
#define GPUPM_DAEMON_SOURCE_H

#include "../power/power.h"

#include <uv.h>

/*
 * Where host power comes from: the module, and as long as that is not loaded,
 * sysfs and udev's events. While the module is there, its events also tell of VMs
 * that open a GPU: they are vm_seen().
 */

/**
 * struct source_listener - who wants to know
 * @power: called with host power, at once and whenever it changed
 * @gpu: called with the address of a GPU that came or was opened, and with NULL for
 *	all that there are; after vm_seen()
 */
struct source_listener {
	void (*power)(const struct host_power *power);
	void (*gpu)(const char *address);
};

/**
 * source_open - begin
 * @loop: must outlive source_close()
 * @sysfs: directory that stands for /sys, and nobody tells of its changes: it is
 *	read now and by source_refresh(); NULL for the host's own
 * @listener: who wants to know; stays the caller's, and must stay
 *
 * Return: 0, or a negative errno and the log says why.
 */
int source_open(uv_loop_t *loop, const char *sysfs, const struct source_listener *listener);

/** source_close - cease */
void source_close(void);

/** source_refresh - read host power anew; what changed is told before this returns */
void source_refresh(void);

/** source_words - where host power comes from, for people: "the module" */
const char *source_words(void);

#endif
