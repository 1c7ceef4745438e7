/* SPDX-License-Identifier: GPL-2.0-only */
/* A stand-in for libvirt and its VMs, as far as gpupm-setup needs it. */
#ifndef GPUPM_UNIT_DOMAINS_H
#define GPUPM_UNIT_DOMAINS_H

#include <stdbool.h>

#define DOMAINS_MAX	4

/**
 * struct fake_domain - a VM
 * @name: its name
 * @xml: its XML
 * @state: VIR_DOMAIN_RUNNING and the like
 * @transient: it is gone once it is shut down
 * @agent: what its guest does when its agent is told to shut down
 * @button: what it does when the button is pressed
 * @stubborn: not even force ends it
 */
struct fake_domain {
	char *name;
	char *xml;
	int state;
	bool transient;
	enum { GUEST_NONE, GUEST_IGNORES, GUEST_HANGS, GUEST_ENDS } agent, button;
	bool stubborn;
};

/**
 * struct fake_libvirt - what it is like
 * @domains: by no order
 * @n: how many
 * @no_daemon: it cannot be reached
 * @forbidden: it may not be reached
 * @refuses: it takes no XML
 * @forgets: it takes XML, but leaves out what is between these
 * @adds: it adds this to the devices of XML that has a channel
 * @silent: it does not tell when VMs end
 * @defined: how often it was given XML
 */
struct fake_libvirt {
	struct fake_domain domains[DOMAINS_MAX];
	int n;
	bool no_daemon;
	bool forbidden;
	bool refuses;
	const char *forgets;
	const char *adds;
	bool silent;
	int defined;
};

extern struct fake_libvirt fake;

/** fake_file - a file in vm/, for free() */
char *fake_file(const char *file);

/** fake_add - add a VM; @file is in vm/ */
struct fake_domain *fake_add(const char *name, const char *file);

/** fake_clear - forget everything */
void fake_clear(void);

#endif
