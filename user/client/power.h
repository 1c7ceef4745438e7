/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_POWER_H
#define GPUPM_CLIENT_POWER_H

#include "client.h"
#include "netlink.h"

/* Host power from the module, followed without a gap. */
struct power_watch;

/**
 * power_watch_open - read host power, and follow it from there
 * @client: a connection; it must stay open as long as the watch, and is asked anew
 *	when messages were lost
 * @watch: set to the watch; free it with power_watch_close()
 * @power: set to host power now
 *
 * Return: 0; -EOPNOTSUPP when the module is too old for it; another negative errno.
 */
int power_watch_open(struct client *client, struct power_watch **watch, struct host_power *power);

/** power_watch_close - stop following; NULL is fine */
void power_watch_close(struct power_watch *watch);

/** power_watch_fd - a file descriptor that is readable when host power changed */
int power_watch_fd(const struct power_watch *watch);

/**
 * power_watch_next - take the next change, without waiting
 * @watch: the watch
 * @power: filled in when 1 is returned
 *
 * Each snapshot is newer than the one before. When messages were lost the next one
 * is that of now.
 *
 * Return: 1, or 0 when nothing is left; -EPROTONOSUPPORT when the module was
 * unloaded; -EBADMSG when a message makes no sense; another negative errno.
 */
int power_watch_next(struct power_watch *watch, struct host_power *power);

/** power_read - read the attributes of a snapshot; 0 or -EBADMSG */
int power_read(struct host_power *power, const struct nlattr *head, int len, struct malformed *m);

#endif
