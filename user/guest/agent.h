/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_AGENT_H
#define GPUPM_GUEST_AGENT_H

#include "../daemon/vm.h"

/** agents_open - begin; the loop must outlive agents_close() */
void agents_open(uv_loop_t *loop);

/**
 * typedef agent_done - a command in a guest came to its end
 * @data: as given to agent_run()
 * @error: NULL when it ran and exited with 0; else a sentence for people
 */
typedef void agent_done(void *data, const char *error);

/**
 * agent_run - run a command in a guest through its QEMU guest agent
 * @vm: the VM
 * @socket: of the agent's channel; NULL to go through libvirt
 * @argv: the command, ends with NULL; copied
 * @done: called once, later, never from within this function; also when the VM
 *	ends meanwhile or the agent does not answer for 30 s
 * @data: for @done
 */
void agent_run(struct vm *vm, const char *socket, const char *const *argv,
	       agent_done *done, void *data);

/** agents_limit - let commands have another time than 30 s, for tests */
void agents_limit(unsigned int ms);

/** agents_close - give up what is under way, and call nobody */
void agents_close(void);

#endif
