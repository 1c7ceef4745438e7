/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DAEMON_NOTIFY_H
#define GPUPM_DAEMON_NOTIFY_H

#include <uv.h>

/*
 * What systemd is told, by the protocol of sd_notify(3). Nothing happens when the
 * daemon was not started by systemd.
 */

/**
 * notify_open - begin
 * @loop: must outlive notify_close()
 *
 * The environment is cleared of what is meant for the daemon alone. When systemd
 * watches the daemon (WatchdogSec=), a sign of life is given twice as often as
 * asked for; any notify_alive() in between puts the next one off.
 */
void notify_open(uv_loop_t *loop);

/** notify_close - cease */
void notify_close(void);

/** notify_ready - started, or done with reloading */
void notify_ready(void);

/** notify_reloading - reading the configuration anew */
void notify_reloading(void);

/** notify_stopping - on the way out */
void notify_stopping(void);

/** notify_alive - the loop turns, and was awake anyway */
void notify_alive(void);

/** notify_status - a line for "systemctl status" */
void __attribute__((format(printf, 1, 2))) notify_status(const char *format, ...);

#endif
