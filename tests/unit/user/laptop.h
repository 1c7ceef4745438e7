/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A laptop made of files with which all is well, for the doctor to look at, and what
 * the doctor says of it.
 */
#ifndef GPUPM_TEST_LAPTOP_H
#define GPUPM_TEST_LAPTOP_H

#include "unit.h"

#include "doctor/host.h"
#include "machine/slot.h"

#define PCI "/sys/bus/pci/devices"
#define GPU "0000:01:00.0"
#define AUDIO "0000:01:00.1"
#define PORT "0000:00:01.0"
#define RELEASE "6.1.0-1-amd64"
#define SECURE_BOOT	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define ENROLLED	"/sys/firmware/efi/mok-variables/MokListRT"

/* The directory that stands for /, the version of tool and module, and what that knows. */
extern const char *laptop_root;
extern char laptop_version[32];
extern struct gpu module_gpu;
extern struct gpu_list managed;
extern struct checks checks;

/* Of each test. */
int laptop_setup(void **state);
int laptop_teardown(void **state);

/* Removes a file or an empty directory; moves a whole directory out of sight. */
void gone(const char *name);
void moved(const char *name);
/* "" for none. */
void driver_is(const char *address, const char *driver);

void look(void);
/* What was found is said of each check, and what to do of each that is not ok. */
void complete(void);
void print_checks(void);
/* The only check of a name and a subject; NULL for any subject. */
const struct check *the(const char *name, const char *subject);
void has(const char *text, const char *part, const struct check *check);
/* A check must have come to a result with that in its evidence and its fix. */
void came_to(const char *name, const char *subject, enum check_result result,
	     const char *evidence, const char *fix);
/* Looks, and then the same. */
void says(const char *name, const char *subject, enum check_result result,
	  const char *evidence, const char *fix);

/* The same, with that kernel command line. */
void cmdline_says(const char *cmdline, const char *name, const char *subject,
		  enum check_result result, const char *evidence, const char *fix);
/*
 * Does what a check says is to be done, but for programs that the laptop lacks, and
 * looks again.
 */
void mend(const char *name, const char *subject);

#endif
