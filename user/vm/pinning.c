// SPDX-License-Identifier: GPL-2.0-only
#include "../profile/cpus.h"
#include "feature.h"
#include "pins.h"

#include <stdio.h>

#define TUNE	"/domain/cputune"

static void pin(struct edit *edit, size_t vcpu, int cpu)
{
	char which[64], xml[96];

	snprintf(which, sizeof(which), "vcpupin[@vcpu='%zu']", vcpu);
	snprintf(xml, sizeof(xml), "<vcpupin vcpu='%zu' cpuset='%d'/>", vcpu, cpu);
	edit_add(edit, TUNE, which, xml);
}

static void pin_qemu(struct edit *edit, const cpu_set_t *rest)
{
	char list[1024], xml[1100];

	cpus_format(rest, list, sizeof(list));
	snprintf(xml, sizeof(xml), "<emulatorpin cpuset='%s'/>", list);
	edit_add(edit, TUNE, "emulatorpin", xml);
}

static bool enable(struct edit *edit, const struct wish *wish, char why[static WHY_SIZE])
{
	unsigned long n = xml_number(edit->doc, 1, "/domain/vcpu");
	bool pairs = xml_number(edit->doc, 1, "/domain/cpu/topology/@threads") > 1;
	struct pins pins;

	if (xml_find(edit->doc, TUNE "/vcpupin") && !edit_has(edit->doc, feature_pinning.name)) {
		snprintf(why, WHY_SIZE, "pinned by hand");
		return true;
	}
	if (!pins_plan(wish->root, n, pairs, &pins, why, WHY_SIZE))
		return false;
	/* The VM has got more vCPUs since: all of them are placed anew. */
	if (xml_find(edit->doc, TUNE "/vcpupin") &&
	    !xml_find(edit->doc, TUNE "/vcpupin[@vcpu='%zu']", pins.n - 1))
		edit_undo(edit);
	edit_make(edit, "/domain", "cputune");
	for (size_t i = 0; i < pins.n; i++)
		pin(edit, i, pins.cpu[i]);
	if (CPU_COUNT(&pins.rest))
		pin_qemu(edit, &pins.rest);
	return true;
}

const struct feature feature_pinning = {
	.name = "pinning",
	.summary = "a fast CPU for each vCPU",
	.enable = enable,
};
