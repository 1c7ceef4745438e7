/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DAEMON_REQUEST_H
#define GPUPM_DAEMON_REQUEST_H

#include <stddef.h>

/* The longest line that may be asked. */
#define REQUEST_SIZE	1024

enum request_command {
	REQUEST_GUESTS,
	REQUEST_PROFILE,
	REQUEST_PROFILE_SET,
};

/**
 * struct request - what somebody asks of the daemon
 * @command: what
 * @word: for REQUEST_PROFILE_SET, the profile
 */
struct request {
	enum request_command command;
	char word[32];
};

/**
 * request_parse - read a line of the control socket
 * @request: filled in
 * @line: the line, without its end; any bytes
 * @n: bytes in @line
 *
 * Pure: it looks at nothing but its arguments.
 *
 * Return: NULL, or a sentence that says what is wrong.
 */
const char *request_parse(struct request *request, const char *line, size_t n);

#endif
