/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The newest kernels' way to go through all supplies, for those before. Kbuild
 * looks which functions the kernel has.
 */
#ifndef _GPUPM_COMPAT_POWER_SUPPLY_H
#define _GPUPM_COMPAT_POWER_SUPPLY_H

#include <linux/device.h>
#include <linux/power_supply.h>

#ifndef HAVE_POWER_SUPPLY_FOR_EACH_PSY
typedef int (*compat_psy_fn)(struct power_supply *psy, void *data);

struct compat_psy_walk {
	void *data;
	compat_psy_fn fn;
};

static inline int compat_psy_step(struct device *dev, void *data)
{
	struct compat_psy_walk *walk = data;

	return walk->fn(dev_get_drvdata(dev), walk->data);
}

static inline int compat_walk_supplies(void *data, compat_psy_fn fn)
{
	struct compat_psy_walk walk = { .data = data, .fn = fn };

#ifdef HAVE_POWER_SUPPLY_FOR_EACH_DEVICE
	return power_supply_for_each_device(&walk, compat_psy_step);
#else
	return class_for_each_device(power_supply_class, NULL, &walk,
				     compat_psy_step);
#endif
}

#define power_supply_for_each_psy compat_walk_supplies
#endif /* HAVE_POWER_SUPPLY_FOR_EACH_PSY */

#endif /* _GPUPM_COMPAT_POWER_SUPPLY_H */
