/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_NETLINK_H
#define _GPUPM_NETLINK_H

int gpupm_netlink_init(void);
void gpupm_netlink_exit(void);

#endif /* _GPUPM_NETLINK_H */
