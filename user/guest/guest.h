/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_GUEST_H
#define GPUPM_GUEST_GUEST_H

#include "../daemon/vm.h"
#include "report.h"

#include <json-c/json.h>

struct guest;

/**
 * struct guest_backend - a way to tell a guest
 * @name: "channel", "qmp" or "libvirt"
 * @tell: send a report; never waits; what it cannot send at once it replaces by
 *	the next one
 */
struct guest_backend {
	const char *name;
	void (*tell)(struct guest *guest, const struct report *report);
};

/* How a guest was seen to notice reports. */
enum {
	GUEST_WAY_EVENT = 1 << 0,
	GUEST_WAY_HEARTBEAT = 1 << 1,
	GUEST_WAY_READ = 1 << 2,
};

/**
 * struct guest - one guest that is told host power
 * @backend: how
 * @vm: its VM; NULL when the process is not known
 * @name: name of the VM, from the VM or from whoever added it; may be empty
 * @ways: GUEST_WAY_ bits
 * @report: the last report that was sent
 * @reported_ms: when, in milliseconds of the loop's clock; 0 for never
 * @reports: how many were sent
 * @next: the next guest
 *
 * Embedded in what the backend keeps of it.
 */
struct guest {
	const struct guest_backend *backend;
	struct vm *vm;
	char name[VM_NAME_SIZE];
	unsigned int ways;
	struct report report;
	__u64 reported_ms;
	__u64 reports;
	struct guest *next;
};

/**
 * guests_open - begin
 * @loop: must outlive guests_close()
 * @refresh: reads host power and hands it to guests_power(); may be NULL
 *
 * Reports are repeated every 30 s while there are guests. Host power is read anew
 * before, for there are batteries whose firmware does not tell what they lose.
 */
void guests_open(uv_loop_t *loop, void (*refresh)(void));

/** guests_close - stop; every guest must be gone */
void guests_close(void);

/**
 * guest_add - a guest is there
 * @guest: with @backend and, as far as known, @vm and @name set
 *
 * It gets a report at once.
 */
void guest_add(struct guest *guest);

/** guest_remove - a guest is gone, and its backend is about to free it */
void guest_remove(struct guest *guest);

/** guest_tell - send the present report to one guest: it asked for it */
void guest_tell(struct guest *guest);

/**
 * guests_power - host power was read
 * @power: what it is; copied
 *
 * Guests for whom that makes another report get one.
 */
void guests_power(const struct host_power *power);

/** guests_refresh - what guests are to be told may have changed (configuration) */
void guests_refresh(void);

/** guests_json - what "gpupm guests" shows */
struct json_object *guests_json(void);

#endif
