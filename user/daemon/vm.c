// SPDX-License-Identifier: GPL-2.0-only
#include "vm.h"
#include "log.h"

#include "../client/process.h"
#include "../show/text.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* @poll is readable when the process has ended. */
struct process {
	struct vm vm;
	uv_poll_t poll;
	int pidfd;
};

static uv_loop_t *vm_loop;
static struct vm *vms;
static struct vm_listener *listeners;

static struct process *process_of(struct vm *vm)
{
	return (struct process *)((char *)vm - offsetof(struct process, vm));
}

void vms_open(uv_loop_t *loop)
{
	vm_loop = loop;
}

static void free_process(uv_handle_t *handle)
{
	struct process *process = handle->data;

	close(process->pidfd);
	free(process);
}

static void forget(struct vm *vm)
{
	struct process *process = process_of(vm);
	struct vm **link = &vms;

	while (*link != vm)
		link = &(*link)->next;
	*link = vm->next;
	/* Gone from the loop now; libuv touches the handle once more before it is freed. */
	uv_close((uv_handle_t *)&process->poll, free_process);
}

static void end(struct vm *vm)
{
	log_info("VM %s (pid %d) has ended", vm->name[0] ? vm->name : "without a name", vm->pid);
	for (struct vm_listener *l = listeners; l; l = l->next)
		if (l->ended)
			l->ended(vm);
	forget(vm);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct process *process = poll->data;

	(void)status;
	(void)events;
	end(&process->vm);
}

void vms_close(void)
{
	while (vms)
		forget(vms);
	listeners = NULL;
}

void vms_listen(struct vm_listener *listener)
{
	struct vm_listener **link = &listeners;

	while (*link)
		link = &(*link)->next;
	listener->next = NULL;
	*link = listener;
}

static bool has_ended(const struct process *process)
{
	struct pollfd fd = { .fd = process->pidfd, .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

static struct vm *start(pid_t pid)
{
	static const struct style any = { .unicode = true };
	struct process *process = calloc(1, sizeof(*process));
	char name[2 * VM_NAME_SIZE];
	int err;

	if (!process)
		return NULL;
	process->pidfd = pidfd_open(pid, 0);
	if (process->pidfd < 0) {
		if (errno != ESRCH)
			log_warning("cannot watch process %d: %s", pid, strerror(errno));
		free(process);
		return NULL;
	}
	err = uv_poll_init(vm_loop, &process->poll, process->pidfd);
	if (err) {
		log_warning("cannot watch process %d: %s", pid, uv_strerror(err));
		close(process->pidfd);
		free(process);
		return NULL;
	}
	process->poll.data = process;
	uv_poll_start(&process->poll, UV_READABLE, on_poll);

	process->vm.pid = pid;
	process_vm_name("", pid, name, sizeof(name));
	text_clean(&any, process->vm.name, sizeof(process->vm.name), name);
	process->vm.next = vms;
	vms = &process->vm;
	return &process->vm;
}

struct vm *vm_seen(pid_t pid)
{
	struct vm *vm = vms;

	/* Other PID namespaces' processes are 0 here. */
	if (pid <= 0)
		return NULL;
	while (vm && vm->pid != pid)
		vm = vm->next;
	/* Its number may belong to another already, when its end was not noticed yet. */
	if (vm && has_ended(process_of(vm))) {
		end(vm);
		vm = NULL;
	}
	if (vm)
		return vm;
	vm = start(pid);
	if (!vm)
		return NULL;
	log_info("VM %s (pid %d) is there", vm->name[0] ? vm->name : "without a name", pid);
	for (struct vm_listener *l = listeners; l; l = l->next)
		if (l->started)
			l->started(vm);
	return vm;
}

struct vm *vm_first(void)
{
	return vms;
}
