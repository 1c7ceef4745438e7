/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_SHOW_STATUS_H
#define GPUPM_SHOW_STATUS_H

#include "../client/gpu.h"
#include "names.h"
#include "style.h"

/**
 * status_show - print everything known of some GPUs, for people
 * @out: where to
 * @style: what the reader can show
 * @names: names of devices
 * @list: the GPUs
 */
void status_show(FILE *out, const struct style *style, struct names *names,
		 const struct gpu_list *list);

/**
 * status_user - who uses a GPU
 * @buf: set to the process and the VM, or to why they are not known
 * @size: bytes in @buf
 * @style: decides what may be shown
 * @user: the user of a GPU that is in-use
 *
 * Return: @buf.
 */
const char *status_user(char *buf, size_t size, const struct style *style,
			const struct gpu_user *user);

#endif
