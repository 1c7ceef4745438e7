/* SPDX-License-Identifier: GPL-2.0-only */
/* A scripted QEMU with the published battery series: see guest/battery.h. */
#ifndef GPUPM_TEST_SERIES_H
#define GPUPM_TEST_SERIES_H

#include "backend.h"

struct series {
	bool has_battery, has_ac, has_commands;
	/* What it was set to. */
	bool present, charging, discharging, connected;
	int percent, rate;
	/* How often, and how often something was refused. */
	int sets, ac_sets, refused, commands;
	/* Answers that are held back. */
	bool hold;
	char held[4096];
	bool capable, pretty, flood;
};

extern struct series qemu;
extern const struct peer_script series;

/* Back to what it is before the first command, with all devices. */
void qemu_reset(void);

/* Sends the answer that was held back. */
void qemu_release(struct peer *peer);

/* Of what guests are told from here on. */
void unplug(int percent);

#endif
