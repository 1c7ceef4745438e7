/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a binary attribute is told of itself became constant. Kbuild looks whether it
 * is for this kernel.
 */
#ifndef _GPUPM_COMPAT_BIN_ATTRIBUTE_H
#define _GPUPM_COMPAT_BIN_ATTRIBUTE_H

#include <linux/sysfs.h>

#ifdef HAVE_CONST_BIN_ATTRIBUTE
#define compat_bin_attribute const struct bin_attribute
#else
#define compat_bin_attribute struct bin_attribute
#endif

#endif /* _GPUPM_COMPAT_BIN_ATTRIBUTE_H */
