/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LAB_GUEST_H
#define LAB_GUEST_H

/* Prints a line for the laptop's tests. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes @byte into the transmitter of a PCI serial port. Returns 0, or -1. */
int stamp_write(char byte);

/* Begins to listen for uevents. Returns the file to wait for, or -1. */
int power_listen(void);

/* Says what uevents of power supplies there are. */
void power_uevents(int fd);

/* Says what every power supply tells. */
void power_show(void);

#endif
