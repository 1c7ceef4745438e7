/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine that is a directory, a VM of a stand-in's, and "gpupm vm" with both. */
#ifndef GPUPM_UNIT_VM_FIXTURE_H
#define GPUPM_UNIT_VM_FIXTURE_H

#include "unit.h"

#include "cmd/cmd.h"
#include "domains.h"
#include "vm/feature.h"

/* The directory, what VMs are to have, and what was printed. */
extern const char *vm_root;
extern struct wish wish;
extern char *out, *err;

int vm_setup(void **state);
int vm_teardown(void **state);

/* One more function of the machine, with its ids and BARs as in sysfs. */
void machine_function(const char *address, const char *device, const char *class,
		      const char *bars);
/* A good ROM for this device. */
void put_rom(const char *path, unsigned int device);
/* Text in front of other text in the XML of the first VM. */
void put_text(const char *before, const char *text);

enum what { ENABLE, DISABLE, SHOW, LIST, STOP, STOP_ALL };

/* @option is --dry-run, or --json. Return: what it exits with. */
int run(enum what what, const char *vm, const char *gpu, bool option, char **names);

#define EVERY		((char *[]){ NULL })
#define NAMES(...)	((char *[]){ __VA_ARGS__, NULL })
#define enable(...)	run(ENABLE, "win11", NULL, false, NAMES(__VA_ARGS__))
#define disable(...)	run(DISABLE, "win11", NULL, false, NAMES(__VA_ARGS__))
#define enable_all()	run(ENABLE, "win11", NULL, false, EVERY)
#define disable_all()	run(DISABLE, "win11", NULL, false, EVERY)

/* XML as we print it, for free(). */
char *normal(const char *xml);
/* Whether the XML of the first VM has something. */
bool has(const char *path);

void assert_says(const char *text, const char *what);
void assert_xml(const char *xml, const char *want);
/* By libvirt's own schema. */
void assert_valid(const char *xml);

#endif
