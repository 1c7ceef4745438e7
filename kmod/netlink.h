/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_NETLINK_H
#define _GPUPM_NETLINK_H

#include <net/genetlink.h>

#include "supply.h"

enum { GPUPM_GROUP_GPU, GPUPM_GROUP_POWER };

extern struct genl_family gpupm_family;

int gpupm_power_get_doit(struct sk_buff *skb, struct genl_info *info);
void gpupm_power_announce(const struct gpupm_power *power);

int gpupm_netlink_init(void);
void gpupm_netlink_exit(void);

#endif /* _GPUPM_NETLINK_H */
