/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_COMMAND_H
#define GPUPM_PROFILE_COMMAND_H

#include "config.h"

#include <uv.h>

/*
 * Host commands. They run one after the other, in the order they were asked for,
 * so that the last one has the last word. There is no shell; their standard input
 * is empty, what they print goes to the log, and so does how they ended.
 */

/* A command that takes longer is killed, with all that it started. */
#define COMMAND_LIMIT_MS	60000

/* Of what a command prints, so much goes to the log. */
#define COMMAND_LINES		100
#define COMMAND_LINE_SIZE	256

/**
 * commands_open - begin
 * @loop: the loop, which must outlive commands_close()
 * @limit_ms: how long a command may take
 */
void commands_open(uv_loop_t *loop, unsigned int limit_ms);

/**
 * commands_close - drop those that wait, and leave the one that runs to itself
 *
 * Nobody reads what it prints from then on, which ends it unless it bears that.
 */
void commands_close(void);

/**
 * command_run - run a command when those before it are done
 * @argv: the command, ends with NULL; copied
 * @profile: in its environment as GPUPM_PROFILE
 * @vm: name of the VM it is for, in its environment as GPUPM_VM; "" for none
 */
void command_run(char *const *argv, enum profile_id profile, const char *vm);

/** commands_drop - drop those that wait: another profile has begun */
void commands_drop(void);

#endif
