/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DAEMON_UEVENTS_H
#define GPUPM_DAEMON_UEVENTS_H

#include <uv.h>

/**
 * uevents_open - learn when a power supply of the host changes
 * @loop: must outlive uevents_close()
 * @call: called for each change, or for several at once
 *
 * Return: 0 or a negative errno.
 */
int uevents_open(uv_loop_t *loop, void (*call)(void));

/** uevents_close - cease; nothing happens when it is not open */
void uevents_close(void);

#endif
