/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the backends stand on: a loop, a scripted peer at the other
 * end of a socket, and stand-ins for the rest of the daemon that note what they
 * are told.
 */
#ifndef GPUPM_TEST_BACKEND_H
#define GPUPM_TEST_BACKEND_H

#include "unit.h"

#include "daemon/vm.h"
#include "guest/guest.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <uv.h>

/* ---- the loop ---- */

extern uv_loop_t loop;

void loop_open(void);
/* All handles must close by themselves then: a leak fails the test. */
void loop_close(void);

/* Runs the loop until *@what is at least @least; fails after a minute. */
void run_until(const int *what, int least);
/* Runs the loop as long as it takes for something to go wrong that is to go wrong at once. */
void run_a_while(void);

/* ---- the daemon ---- */

/* What every guest is told; guests_told() tells it to those that are there. */
extern struct report fake_report;
extern struct guest *fake_guest;
extern int guests_added, guests_removed;
void guests_told(void);

/* The VM of every process; started and ended are told to the listeners. */
extern struct vm fake_vm;
extern int vms_seen;
void vm_starts(void);
void vm_ends(void);

/* Everything that was logged. */
extern char logged[65536];
extern int warnings;
bool was_logged(const char *text);
void run_until_logged(const char *text);

/* ---- the peer ---- */

struct peer;

struct peer_script {
	/* Somebody connected; NULL to do nothing. */
	void (*greet)(struct peer *peer);
	/* A line came; NULL to pass over it. */
	void (*line)(struct peer *peer, const char *line);
};

struct peer {
	uv_pipe_t server;
	uv_pipe_t client;
	const struct peer_script *script;
	char path[108];
	/* Of this test. */
	int connections, lines, hung_up;
	bool has_client;
	char line[65536];
	size_t n;
};

void peer_open(struct peer *peer, const char *path, const struct peer_script *script);
/* The socket goes as a killed QEMU's does: it stays as a file. */
void peer_close(struct peer *peer);
/* Hangs up on the client. */
void peer_drop(struct peer *peer);
void peer_send(struct peer *peer, const char *bytes, size_t n);
/* A line, with " for '. */
void peer_say(struct peer *peer, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
