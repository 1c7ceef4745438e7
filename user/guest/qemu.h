/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_QEMU_H
#define GPUPM_GUEST_QEMU_H

#include <stddef.h>

/**
 * DOC: What a VM needs for the power table
 *
 * The table itself, and the UART that it reads, whose other end is a socket of the
 * daemon; QEMU connects to it, and again when it was lost. Where the UART is and
 * what its interrupt is, power.asl has as well. Linux probes the UARTs of a PC's
 * four COM ports and would take one of them away from the table, so it is none of
 * these; but QEMU describes it as COM4 (index 3), under which name the table finds
 * it and hides it.
 */
#define QEMU_UART_BASE	0x5e8
#define QEMU_UART_IRQ	5
#define QEMU_UART_INDEX	3

/**
 * qemu_reconnect - how a QEMU is told to connect to a socket again every second
 * @binary: the program, looked for in PATH when it has no slash
 * @why: set to what is wrong with it, in one line
 * @size: size of @why
 *
 * Asks the program, several times, which takes a fraction of a second: not the
 * version decides, distributions have changes of their own.
 *
 * Return: "reconnect=1" or "reconnect-ms=1000"; NULL when the program is no QEMU
 * with a UART of this kind, or cannot be run.
 */
const char *qemu_reconnect(const char *binary, char *why, size_t size);

#endif
