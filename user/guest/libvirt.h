/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_LIBVIRT_H
#define GPUPM_GUEST_LIBVIRT_H

#include <uv.h>

/*
 * libvirt's domains. Those that run are vm_seen(); those whose QEMU has battery
 * devices become guests, for whom libvirt's library is loaded. Without libvirt's
 * headers at build time (no HAVE_LIBVIRT) these cannot be told.
 */

/** libvirt_open - begin; the loop must outlive libvirt_close() */
void libvirt_open(uv_loop_t *loop);

/** libvirt_open_in - the same, with another state directory than libvirt's own */
void libvirt_open_in(uv_loop_t *loop, const char *path);

/** libvirt_close - the guests are removed */
void libvirt_close(void);

#endif
