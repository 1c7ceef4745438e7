/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_GUEST_COMMAND_H
#define GPUPM_PROFILE_GUEST_COMMAND_H

#include "../daemon/vm.h"

/**
 * guest_command_run - run a command in a guest, when the one before it is done
 * @vm: the VM
 * @socket: of its guest agent, or NULL; as agent_run()
 * @argv: the command, ends with NULL; copied
 *
 * Of commands that wait, a later one takes the place of an earlier one. Results go
 * to the log.
 */
void guest_command_run(struct vm *vm, const char *socket, char *const *argv);

/** guest_command_ended - a VM has ended */
void guest_command_ended(const struct vm *vm);

/** guest_commands_close - forget all; agents_close() must have been called */
void guest_commands_close(void);

#endif
