// SPDX-License-Identifier: GPL-2.0-only
#include "affinity.h"
#include "../client/sysfs.h"
#include "../daemon/log.h"
#include "cpus.h"
#include "topology.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOKS	7

/**
 * struct placement - a VM whose vCPUs are being placed
 * @vm: the VM
 * @cpus: where to
 * @where: the same, for the log
 * @vcpus: how many were there at the last look
 * @told: how many the log was told of
 * @looks: how many looks are left
 * @timer: for the next look
 * @next: the next placement
 */
struct placement {
	struct vm *vm;
	cpu_set_t cpus;
	char where[256];
	int vcpus;
	int told;
	unsigned int looks;
	uv_timer_t timer;
	struct placement *next;
};

static uv_loop_t *affinity_loop;
static const char *affinity_root;
static unsigned int affinity_look_ms;
static struct placement *placements;

void affinity_open(uv_loop_t *loop, const char *root, unsigned int look_ms)
{
	affinity_look_ms = look_ms;
	affinity_loop = loop;
	affinity_root = root;
}

static void free_placement(uv_handle_t *handle)
{
	free(handle->data);
}

static void forget(struct placement *placement)
{
	struct placement **link = &placements;

	while (*link != placement)
		link = &(*link)->next;
	*link = placement->next;
	uv_close((uv_handle_t *)&placement->timer, free_placement);
}

void affinity_ended(const struct vm *vm)
{
	for (struct placement *p = placements, *next; p; p = next) {
		next = p->next;
		if (p->vm == vm)
			forget(p);
	}
}

void affinity_close(void)
{
	while (placements)
		forget(placements);
}

/* QEMU calls its vCPU threads "CPU 0/KVM" or "CPU 0/TCG". */
static bool is_vcpu(pid_t pid, const char *tid)
{
	unsigned int number;
	char comm[32];
	int end = 0;

	return sysfs_read(comm, sizeof(comm), affinity_root, "/proc/%d/task/%s/comm", pid, tid) &&
	       sscanf(comm, "CPU %u/%n", &number, &end) == 1 && end &&
	       (!strcmp(comm + end, "KVM") || !strcmp(comm + end, "TCG"));
}

/*
 * Place every vCPU that is there. A thread that ends meanwhile is no mistake.
 * Return: how many there are, or a negative errno.
 */
static int place(const struct placement *placement)
{
	char path[4096];
	struct dirent *entry;
	DIR *tasks;
	int n = 0;

	snprintf(path, sizeof(path), "%s/proc/%d/task", affinity_root, placement->vm->pid);
	tasks = opendir(path);
	if (!tasks)
		return -errno;
	while (n >= 0 && (entry = readdir(tasks))) {
		if (entry->d_name[0] == '.' || !is_vcpu(placement->vm->pid, entry->d_name))
			continue;
		if (!sched_setaffinity(atoi(entry->d_name), sizeof(placement->cpus),
				       &placement->cpus))
			n++;
		else if (errno != ESRCH)
			n = -errno;
	}
	closedir(tasks);
	return n;
}

static const char *vm_word(const struct vm *vm)
{
	return vm->name[0] ? vm->name : "without a name";
}

static void failed(const struct placement *placement, int err)
{
	const char *why = err == -EINVAL ? "none of these CPUs is online and allowed to it" :
			  err == -EPERM ? "not permitted (it takes CAP_SYS_NICE)" : strerror(-err);

	log_warning("vcpu-affinity: VM %s (pid %d): could not place vCPUs on %s: %s",
		    vm_word(placement->vm), placement->vm->pid, placement->where, why);
}

/* Place what is there by now, and look again for what comes later. */
static void look(uv_timer_t *timer)
{
	struct placement *placement = timer->data;
	struct vm *vm = placement->vm;
	int n = place(placement);
	bool last = !placement->looks;

	if (n < 0) {
		failed(placement, n);
		forget(placement);
		return;
	}
	/* They come one after the other; not each is worth a line in the log. */
	if (n && n != placement->told && (n == placement->vcpus || last)) {
		log_info("vcpu-affinity: VM %s (pid %d): %d vCPU%s on %s", vm_word(vm), vm->pid, n,
			 n == 1 ? "" : "s", placement->where);
		placement->told = n;
	}
	placement->vcpus = n;
	if (!last) {
		uv_timer_start(timer, look, affinity_look_ms << (LOOKS - placement->looks), 0);
		placement->looks--;
		return;
	}
	if (!n)
		log_warning("vcpu-affinity: VM %s (pid %d): no thread is named like a vCPU; QEMU names them with -name NAME,debug-threads=on, as libvirt does",
			    vm_word(vm), vm->pid);
	forget(placement);
}

/* The CPUs that are meant. Return: whether there are any. */
static bool resolve(struct placement *placement, const struct actions *actions)
{
	struct topology topology;
	char list[128];
	int err;

	if (actions->affinity == AFFINITY_LIST) {
		snprintf(placement->where, sizeof(placement->where), "CPUs %s", actions->cpus);
		return !cpus_parse(actions->cpus, &placement->cpus);
	}
	err = topology_read(affinity_root, &topology);
	if (err) {
		log_warning("vcpu-affinity: VM %s: could not read the CPUs of this machine: %s",
			    vm_word(placement->vm), strerror(-err));
		return false;
	}
	if (actions->affinity == AFFINITY_ALL)
		placement->cpus = topology.all;
	else if (actions->affinity == AFFINITY_PERFORMANCE)
		placement->cpus = topology.performance;
	else
		placement->cpus = topology.efficiency;
	cpus_format(&placement->cpus, list, sizeof(list));
	if (actions->affinity == AFFINITY_ALL)
		snprintf(placement->where, sizeof(placement->where), "all CPUs (%s)", list);
	else if (!topology.source)
		snprintf(placement->where, sizeof(placement->where),
			 "all CPUs (%s): this machine has one kind", list);
	else
		snprintf(placement->where, sizeof(placement->where), "%s CPUs (%s), by %s",
			 actions->affinity == AFFINITY_PERFORMANCE ? "performance" : "efficiency",
			 list, topology.source);
	return true;
}

void affinity_set(struct vm *vm, const struct actions *actions)
{
	struct placement *placement;

	affinity_ended(vm);
	placement = calloc(1, sizeof(*placement));
	if (!placement) {
		log_error("vcpu-affinity: out of memory");
		return;
	}
	placement->vm = vm;
	placement->looks = LOOKS;
	if (!resolve(placement, actions)) {
		free(placement);
		return;
	}
	placement->timer.data = placement;
	uv_timer_init(affinity_loop, &placement->timer);
	placement->next = placements;
	placements = placement;
	look(&placement->timer);
}
