/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a class interface's callbacks take after the device: older kernels hand
 * the interface over, too. Kbuild looks which the kernel does.
 */
#ifndef _GPUPM_COMPAT_CLASS_INTERFACE_H
#define _GPUPM_COMPAT_CLASS_INTERFACE_H

#include <linux/device/class.h>

#ifdef HAVE_CLASS_INTERFACE_ARGUMENT
#define COMPAT_INTERFACE , struct class_interface *interface
#else
#define COMPAT_INTERFACE
#endif

#endif /* _GPUPM_COMPAT_CLASS_INTERFACE_H */
