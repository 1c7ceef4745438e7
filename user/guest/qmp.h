/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_QMP_H
#define GPUPM_GUEST_QMP_H

#include <stddef.h>
#include <uv.h>

/*
 * Guests whose QEMU has battery devices, driven over QMP. One that turns out to
 * have none ("query-commands") is left alone, and the log says so once.
 */

/** qmp_open - begin; the loop must outlive qmp_close() */
void qmp_open(uv_loop_t *loop);

/** qmp_close - disconnect from all; their guests are removed */
void qmp_close(void);

/**
 * qmp_sockets - the QMP sockets of the configuration
 * @names: name of the VM of each
 * @paths: path of each
 * @n: how many
 *
 * Those that were there before and are not now are disconnected. One that cannot
 * be reached is tried again when a VM starts, and when its directory changes.
 */
void qmp_sockets(const char *const *names, const char *const *paths, size_t n);

#endif
