// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: /sys/class/gpupm/ADDRESS
 *
 * state, policy and blocker, for people with only cat. Read-only: whoever wants
 * to change something has a socket that can say why not. These run while detach
 * waits for them under all locks but gpu->lock, so they take no other.
 */
#include <linux/sysfs.h>

#include "follow.h"
#include "gpu.h"
#include "snapshot.h"
#include "sysfs.h"

static ssize_t state_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct gpupm_gpu *gpu = dev_get_drvdata(dev);
	enum gpupm_state state;

	spin_lock(&gpu->lock);
	gpupm_look(gpu);
	state = gpu->clock.state;
	spin_unlock(&gpu->lock);
	return sysfs_emit(buf, "%s\n", gpupm_state_names[state]);
}
static DEVICE_ATTR_RO(state);

static ssize_t policy_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct gpupm_gpu *gpu = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%s\n",
			  gpupm_policy_names[READ_ONCE(gpu->policy)]);
}
static DEVICE_ATTR_RO(policy);

static ssize_t blocker_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	struct gpupm_gpu *gpu = dev_get_drvdata(dev);
	struct gpupm_blame blame;
	int err;

	err = gpupm_blame_now(gpu, &blame);
	if (err)
		return err;
	if (!blame.reason)
		return sysfs_emit(buf, "none\n");
	if (!blame.device[0])
		return sysfs_emit(buf, "%s\n",
				  gpupm_blocker_names[blame.reason]);
	return sysfs_emit(buf, "%s %s\n", gpupm_blocker_names[blame.reason],
			  blame.device);
}
static DEVICE_ATTR_RO(blocker);

static struct attribute *gpupm_attrs[] = {
	&dev_attr_state.attr,
	&dev_attr_policy.attr,
	&dev_attr_blocker.attr,
	NULL,
};
ATTRIBUTE_GROUPS(gpupm);

/* One device for each GPU, named by its address. */
struct class gpupm_class = {
	.name = "gpupm",
	.dev_groups = gpupm_groups,
};
