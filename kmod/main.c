// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: gpupm
 *
 * Power management of GPUs that are passed through to VMs. The module cuts the
 * power of a GPU that is bound to a VFIO driver as soon as no VM uses it, keeps
 * it while one does, and says why when it cannot.
 *
 * main.c      init, exit, parameters
 * watch.c     finds GPUs
 * gpu.c       one GPU, from attach to detach
 * settings.c  what is changed of a device, and put back
 * follow.c    how a VM is seen to come and go
 * verify.c    does it answer after a wake, and what if not
 * keep.c      policy and holds
 * suspend.c   what of that outlasts the sleep of the whole system
 * state.c     the state and its clocks (pure)
 * blocker.c   why a GPU is not off (pure)
 * wake.c      who woke it
 * event.c     what happened, for those who listen
 * snapshot.c  what is shown
 * power.c     host power
 * supply.c    what its supplies say (pure)
 * netlink.c, netlink_power.c, sysfs.c  to whom
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device/class.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>

#include "follow.h"
#include "gpu.h"
#include "keep.h"
#include "netlink.h"
#include "params.h"
#include "power.h"
#include "state.h"
#include "suspend.h"
#include "sysfs.h"
#include "watch.h"

/* Policy of GPUs that are attached from now on. */
enum gpupm_policy gpupm_default_policy = GPUPM_POLICY_AUTO;

static int set_default_policy(const char *val, const struct kernel_param *kp)
{
	int policy = sysfs_match_string(gpupm_policy_names, val);

	if (policy < 0) {
		pr_err("policy is one of auto, warm, on\n");
		return policy;
	}
	WRITE_ONCE(gpupm_default_policy, policy);
	return 0;
}

static int get_default_policy(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n",
			  gpupm_policy_names[READ_ONCE(gpupm_default_policy)]);
}

static const struct kernel_param_ops policy_ops = {
	.set = set_default_policy,
	.get = get_default_policy,
};

module_param_cb(policy, &policy_ops, NULL, 0644);
MODULE_PARM_DESC(policy,
		 "Policy of new GPUs: auto (cut power when free, default), warm (suspend, never cut power), on (stay in D0)");
module_param_named(insist, gpupm_insist_param, bool, 0644);
MODULE_PARM_DESC(insist,
		 "Turn runtime PM on again when another program turns it off (default Y)");

static int __init gpupm_init(void)
{
	int err;

	gpupm_wq = alloc_workqueue("gpupm", WQ_UNBOUND | WQ_FREEZABLE, 0);
	if (!gpupm_wq)
		return -ENOMEM;
	err = class_register(&gpupm_class);
	if (err)
		goto destroy_wq;
	err = gpupm_netlink_init();
	if (err)
		goto unregister_class;
	err = gpupm_power_init(gpupm_power_announce);
	if (err)
		goto exit_netlink;
	err = gpupm_probe_register();
	if (err)
		goto exit_power;
	err = gpupm_watch_init();
	if (err)
		goto unregister_probe;
	err = gpupm_suspend_init();
	if (err)
		goto exit_watch;
	return 0;

exit_watch:
	gpupm_watch_exit();
unregister_probe:
	gpupm_probe_unregister();
exit_power:
	gpupm_power_exit();
exit_netlink:
	gpupm_netlink_exit();
unregister_class:
	class_unregister(&gpupm_class);
destroy_wq:
	destroy_workqueue(gpupm_wq);
	return err;
}

static void __exit gpupm_exit(void)
{
	gpupm_suspend_exit();
	gpupm_watch_exit();
	gpupm_probe_unregister();
	gpupm_power_exit();
	gpupm_netlink_exit();
	class_unregister(&gpupm_class);
	destroy_workqueue(gpupm_wq);
}

module_init(gpupm_init);
module_exit(gpupm_exit);

MODULE_DESCRIPTION("Power management of GPUs that are passed through to VMs");
MODULE_LICENSE("GPL");
MODULE_VERSION(GPUPM_VERSION);
