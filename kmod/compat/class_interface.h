/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a class interface's callbacks take: older kernels hand the interface over,
 * too. Kbuild looks which the kernel does.
 */
#ifndef _GPUPM_COMPAT_CLASS_INTERFACE_H
#define _GPUPM_COMPAT_CLASS_INTERFACE_H

#include <linux/device/class.h>

#ifdef HAVE_CLASS_INTERFACE_ARGUMENT
#define compat_interface_callback(name) \
	name(struct device *dev, struct class_interface *interface)
#else
#define compat_interface_callback(name) name(struct device *dev)
#endif

#endif /* _GPUPM_COMPAT_CLASS_INTERFACE_H */
