/* SPDX-License-Identifier: GPL-2.0-only */
/* What every unit test of the tool includes first. */
#ifndef GPUPM_UNIT_H
#define GPUPM_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/gpu.h"
#include "power/power.h"

#include <netlink/msg.h>

/* A GPU with two functions and one port, as one finds in laptops. */
void sample_gpu(struct gpu *gpu);
/* A laptop on the road. */
void sample_power(struct host_power *power);

/* Messages as the module sends them. */
struct nl_msg *message_gpu(const struct gpu *gpu, int seq);
struct nl_msg *message_power(const struct host_power *power, int seq, __u8 cmd);
void message_ack(struct nl_msg *msg, int seq, int error, const char *extack);

/* A directory that stands for /, removed by root_remove(). Paths are formats. */
const char *root_make(void);
void root_remove(void);
/* The same before and after a test, for cmocka; it is test_root then. */
int root_setup(void **state);
int root_teardown(void **state);
extern const char *test_root;
void root_file(const char *content, const char *format, ...);
void root_bytes(const void *bytes, size_t n, const char *name);
void root_link(const char *target, const char *format, ...);

/* A function, 10de:25a2, below the ports @where ("/0000:00:01.0"); without a driver: NULL. */
void root_device(const char *where, const char *address, const char *class, const char *driver);
/* It is in an IOMMU group. */
void root_group(int group, const char *address);

/* Compare text with golden/NAME; with GOLDEN_UPDATE in the environment, write it. */
void assert_golden(const char *text, const char *name);

#endif
