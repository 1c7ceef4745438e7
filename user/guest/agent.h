/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_AGENT_H
#define GPUPM_GUEST_AGENT_H

#include "../daemon/vm.h"

#include <json-c/json.h>

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

struct agent_call;

/**
 * typedef agent_answer - a guest agent was asked something
 * @data: as given to agent_ask()
 * @answer: what it returned; NULL when it did not. Put after this returns
 * @error: then, a sentence for people
 */
typedef void agent_answer(void *data, struct json_object *answer, const char *error);

/**
 * agent_ask - ask a QEMU guest agent something
 * @vm: the VM
 * @socket: of the agent's channel
 * @question: a command of the agent that takes no arguments
 * @answer: called once, later, as for agent_run()
 * @data: for @answer
 *
 * Return: the call, good until @answer is called, agent_forget() or agents_close().
 */
struct agent_call *agent_ask(struct vm *vm, const char *socket, const char *question,
			     agent_answer *answer, void *data);

/** agent_forget - nobody wants to know any more; NULL is fine */
void agent_forget(struct agent_call *call);

/** agents_limit - let commands have another time than 30 s, for tests */
void agents_limit(unsigned int ms);

/** agents_close - give up what is under way, and call nobody */
void agents_close(void);

#endif
