/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CMD_SIGNALS_H
#define GPUPM_CMD_SIGNALS_H

/*
 * Commands that wait do so in poll(), and learn of ^C there: a signal is then
 * never lost between two looks.
 */

/**
 * signals_open - have SIGINT, SIGTERM, SIGHUP and SIGWINCH delivered to a file descriptor
 *
 * Return: the file descriptor, closed by exec, or -1.
 */
int signals_open(void);

/**
 * signals_stop - take the signals that came
 * @fd: from signals_open()
 *
 * Return: the signal that asks to stop, or 0 when none did.
 */
int signals_stop(int fd);

/** signals_restore - handle signals as before; for a child before exec */
void signals_restore(void);

#endif
