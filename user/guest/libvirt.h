/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_LIBVIRT_H
#define GPUPM_GUEST_LIBVIRT_H

#include <stdbool.h>
#include <uv.h>

/*
 * libvirt's domains, when libvirt is there: the library is loaded when its
 * daemon's socket is found, so that nobody else pays for it. Without libvirt's
 * headers at build time (no HAVE_LIBVIRT) there is none.
 */

/**
 * libvirt_open - begin
 * @loop: must outlive libvirt_close()
 *
 * Domains that start are vm_seen(); those with battery devices become guests. A
 * libvirtd that goes away is looked for again when its socket comes back.
 */
void libvirt_open(uv_loop_t *loop);

/** libvirt_close - disconnect; its guests are removed */
void libvirt_close(void);

#endif
