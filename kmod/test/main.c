// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: gpupm-test
 *
 * KUnit suites beside the module. Each takes the source it is about in as a
 * whole, so gpupm-test.ko needs no gpupm.ko and reaches what is static there.
 * Hardware, the PM core's devices and other processes are fakes. It runs when it
 * is loaded, and is built only where the kernel has KUnit; DKMS never installs it.
 */
#include <linux/module.h>

MODULE_DESCRIPTION("KUnit suites of gpupm");
MODULE_LICENSE("GPL");
