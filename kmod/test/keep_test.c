// SPDX-License-Identifier: GPL-2.0-only
/*
 * What policy and holds keep awake, counted in runtime-PM references on fake
 * devices: two functions and two ports, without a bus and without hardware.
 */
/* Before all others, for it says how messages of devices look. */
#include "../keep.c"

#include <kunit/test.h>

struct fake {
	struct gpupm_gpu gpu;
	struct pci_dev devices[4];
};

/* What gpupm_keep() is told about the functions, and what it told others. */
static int verified;
static bool refuse_resume;
static unsigned int resumes;
static unsigned int recoveries;
static unsigned int events[GPUPM_CAUSE_MAX + 1];
static char event_device[GPUPM_ADDRESS_LEN];

struct list_head gpupm_gpus = LIST_HEAD_INIT(gpupm_gpus);
struct workqueue_struct *gpupm_wq;

int gpupm_verify(struct gpupm_gpu *gpu)
{
	return verified;
}

void gpupm_recover(struct gpupm_gpu *gpu)
{
	recoveries++;
	gpu->recovering = false;
}

static void still_there(struct kref *kref)
{
	WARN(1, "one reference too many was dropped\n");
}

void gpupm_gpu_put(struct gpupm_gpu *gpu)
{
	kref_put(&gpu->kref, still_there);
}

void gpupm_happened(struct gpupm_gpu *gpu, enum gpupm_cause cause,
		    const struct gpupm_process *by, const char *device)
{
	lockdep_assert_held(&gpu->lock);
	events[cause]++;
	strscpy(event_device, device ?: "", sizeof(event_device));
}

static int fake_resume(struct device *dev)
{
	resumes++;
	return refuse_resume ? -EIO : 0;
}

static const struct dev_pm_ops fake_pm = { .runtime_resume = fake_resume };
static const struct device_type fake_type = { .pm = &fake_pm };

static void fake_release(struct device *dev)
{
	/* KUnit frees the memory. */
}

static struct pci_dev *make_device(struct pci_dev *pdev, const char *name)
{
	struct device *dev = &pdev->dev;

	device_initialize(dev);
	dev_set_name(dev, "%s", name);
	dev->type = &fake_type;
	dev->release = fake_release;
	pm_runtime_set_active(dev);
	pm_runtime_enable(dev);
	return pdev;
}

static int keep_test_init(struct kunit *test)
{
	static const char *const names[] = { "0000:01:00.0", "0000:01:00.1",
					     "0000:00:08.0", "0000:00:01.0" };
	struct fake *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);
	struct gpupm_gpu *gpu;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, fake);
	gpupm_wq = system_wq;
	gpu = &fake->gpu;
	kref_init(&gpu->kref);
	mutex_init(&gpu->mutex);
	spin_lock_init(&gpu->lock);
	gpupm_wakes_init(&gpu->wakes);
	gpupm_keep_init(gpu);
	for (i = 0; i < 4; i++)
		make_device(&fake->devices[i], names[i]);
	/* A free place in between, as after a function has gone. */
	gpu->functions[0].pdev = &fake->devices[0];
	gpu->functions[2].pdev = &fake->devices[1];
	gpu->ports[0].pdev = &fake->devices[2];
	gpu->ports[1].pdev = &fake->devices[3];
	gpu->nports = 2;
	list_add_tail_rcu(&gpu->node, &gpupm_gpus);
	test->priv = fake;
	verified = 0;
	refuse_resume = false;
	resumes = 0;
	recoveries = 0;
	memset(events, 0, sizeof(events));
	return 0;
}

static void keep_test_exit(struct kunit *test)
{
	struct fake *fake = test->priv;
	unsigned int i;

	if (!fake)
		return;
	list_del_rcu(&fake->gpu.node);
	synchronize_rcu();
	flush_work(&fake->gpu.apply);
	/* The works have let go of it. */
	KUNIT_EXPECT_EQ(test, kref_read(&fake->gpu.kref), 1);
	mutex_lock(&fake->gpu.mutex);
	gpupm_keep_nothing(&fake->gpu);
	mutex_unlock(&fake->gpu.mutex);
	for (i = 0; i < 4; i++) {
		pm_runtime_disable(&fake->devices[i].dev);
		put_device(&fake->devices[i].dev);
	}
}

/* Every function has as many references, and every port. */
static void kept(struct kunit *test, int functions, int ports)
{
	struct fake *fake = test->priv;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		struct device *dev = &fake->devices[i].dev;

		KUNIT_EXPECT_EQ(test, atomic_read(&dev->power.usage_count),
				i < 2 ? functions : ports);
	}
}

static void apply_now(struct gpupm_gpu *gpu, bool rouse)
{
	spin_lock(&gpu->lock);
	gpupm_apply_soon(gpu, rouse);
	spin_unlock(&gpu->lock);
	flush_work(&gpu->apply);
}

static void a_policy_keeps_what_it_says(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_gpu *gpu = &fake->gpu;

	kept(test, 0, 0);
	KUNIT_EXPECT_EQ(test, gpupm_set_policy(gpu, GPUPM_POLICY_WARM), 0);
	kept(test, 0, 1);
	KUNIT_EXPECT_EQ(test, gpupm_set_policy(gpu, GPUPM_POLICY_ON), 0);
	kept(test, 1, 1);
	KUNIT_EXPECT_TRUE(test, pm_runtime_active(&fake->devices[0].dev));
	KUNIT_EXPECT_TRUE(test, pm_runtime_active(&fake->devices[3].dev));
	KUNIT_EXPECT_EQ(test, gpupm_set_policy(gpu, GPUPM_POLICY_WARM), 0);
	kept(test, 0, 1);
	KUNIT_EXPECT_EQ(test, gpupm_set_policy(gpu, GPUPM_POLICY_AUTO), 0);
	kept(test, 0, 0);
	KUNIT_EXPECT_EQ(test, events[GPUPM_CAUSE_POLICY], 4);
	/* The same again is told to nobody. */
	KUNIT_EXPECT_EQ(test, gpupm_set_policy(gpu, GPUPM_POLICY_AUTO), 0);
	KUNIT_EXPECT_EQ(test, events[GPUPM_CAUSE_POLICY], 4);
}

static void there_is_one_reference_however_many_holds(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_gpu *gpu = &fake->gpu;
	u32 portid;

	for (portid = 1; portid <= 100; portid++) {
		KUNIT_EXPECT_EQ(test, gpupm_hold(gpu, portid), 0);
		KUNIT_EXPECT_EQ(test, gpu->nholds, portid);
		kept(test, 1, 1);
	}
	KUNIT_EXPECT_EQ(test, gpupm_set_policy(gpu, GPUPM_POLICY_ON), 0);
	kept(test, 1, 1);
	KUNIT_EXPECT_EQ(test, gpupm_set_policy(gpu, GPUPM_POLICY_AUTO), 0);
	for (portid = 1; portid <= 100; portid++) {
		kept(test, 1, 1);
		KUNIT_EXPECT_EQ(test, gpupm_release(gpu, portid), 0);
		KUNIT_EXPECT_EQ(test, gpu->nholds, 100 - portid);
	}
	kept(test, 0, 0);
	KUNIT_EXPECT_EQ(test, events[GPUPM_CAUSE_HELD], 100);
	KUNIT_EXPECT_EQ(test, events[GPUPM_CAUSE_RELEASED], 100);
}

static void a_socket_holds_once_and_releases_its_own(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_gpu *gpu = &fake->gpu;

	KUNIT_EXPECT_EQ(test, gpupm_release(gpu, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, gpupm_hold(gpu, 1), 0);
	KUNIT_EXPECT_EQ(test, gpupm_hold(gpu, 1), -EALREADY);
	KUNIT_EXPECT_EQ(test, gpu->nholds, 1);
	KUNIT_EXPECT_EQ(test, gpupm_release(gpu, 2), -ENOENT);
	kept(test, 1, 1);
	KUNIT_EXPECT_EQ(test, gpupm_release(gpu, 1), 0);
	KUNIT_EXPECT_EQ(test, gpupm_release(gpu, 1), -ENOENT);
	kept(test, 0, 0);
	KUNIT_EXPECT_EQ(test, events[GPUPM_CAUSE_HELD], 1);
	KUNIT_EXPECT_EQ(test, events[GPUPM_CAUSE_RELEASED], 1);
}

static void a_socket_that_closes_lets_go(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_gpu *gpu = &fake->gpu;

	KUNIT_EXPECT_EQ(test, gpupm_hold(gpu, 1), 0);
	KUNIT_EXPECT_EQ(test, gpupm_hold(gpu, 2), 0);
	gpupm_release_all(3);
	gpupm_release_all(1);
	flush_work(&gpu->apply);
	KUNIT_EXPECT_EQ(test, gpu->nholds, 1);
	kept(test, 1, 1);
	gpupm_release_all(2);
	flush_work(&gpu->apply);
	KUNIT_EXPECT_EQ(test, gpu->nholds, 0);
	kept(test, 0, 0);
	KUNIT_EXPECT_EQ(test, events[GPUPM_CAUSE_RELEASED], 2);
}

static void a_release_keeps_what_the_policy_asks_for(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_gpu *gpu = &fake->gpu;

	KUNIT_EXPECT_EQ(test, gpupm_set_policy(gpu, GPUPM_POLICY_WARM), 0);
	KUNIT_EXPECT_EQ(test, gpupm_hold(gpu, 1), 0);
	kept(test, 1, 1);
	KUNIT_EXPECT_EQ(test, gpupm_release(gpu, 1), 0);
	kept(test, 0, 1);
}

/* Everything is as it was when a function does not answer. */
static void what_fails_changes_nothing(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_gpu *gpu = &fake->gpu;

	verified = -EIO;
	KUNIT_EXPECT_EQ(test, gpupm_hold(gpu, 1), -EIO);
	KUNIT_EXPECT_EQ(test, gpu->nholds, 0);
	kept(test, 0, 0);
	KUNIT_EXPECT_EQ(test, gpupm_set_policy(gpu, GPUPM_POLICY_ON), -EIO);
	KUNIT_EXPECT_EQ(test, gpu->policy, GPUPM_POLICY_AUTO);
	kept(test, 0, 0);
	KUNIT_EXPECT_EQ(test, events[GPUPM_CAUSE_HELD], 0);
	KUNIT_EXPECT_EQ(test, events[GPUPM_CAUSE_POLICY], 0);
	/* What can't be asked yet has not failed. */
	verified = -EAGAIN;
	KUNIT_EXPECT_EQ(test, gpupm_hold(gpu, 1), 0);
	kept(test, 1, 1);
}

static void a_function_that_cannot_be_resumed(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_gpu *gpu = &fake->gpu;
	struct device *dev = &fake->devices[1].dev;

	KUNIT_ASSERT_EQ(test, pm_runtime_suspend(dev), 0);
	refuse_resume = true;
	KUNIT_EXPECT_EQ(test, gpupm_hold(gpu, 1), -EIO);
	KUNIT_EXPECT_EQ(test, gpu->nholds, 0);
	kept(test, 0, 0);
}

/* Without runtime PM it cannot be but awake. */
static void a_function_without_runtime_pm(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_gpu *gpu = &fake->gpu;
	struct device *dev = &fake->devices[0].dev;

	pm_runtime_disable(dev);
	KUNIT_EXPECT_EQ(test, gpupm_hold(gpu, 1), 0);
	kept(test, 1, 1);
	KUNIT_EXPECT_EQ(test, gpupm_release(gpu, 1), 0);
	kept(test, 0, 0);
	pm_runtime_enable(dev);
}

static void a_lost_gpu_keeps_nothing_until_it_recovered(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_gpu *gpu = &fake->gpu;

	gpu->policy = GPUPM_POLICY_WARM;
	gpu->recovering = true;
	apply_now(gpu, false);
	kept(test, 0, 0);
	KUNIT_EXPECT_EQ(test, gpupm_hold(gpu, 1), -EIO);
	KUNIT_EXPECT_EQ(test, gpu->nholds, 0);
	KUNIT_EXPECT_EQ(test, recoveries, 0);
	/* Its root port sleeps: that is the moment to wake it. */
	KUNIT_ASSERT_EQ(test, pm_runtime_suspend(&fake->devices[2].dev), 0);
	KUNIT_ASSERT_EQ(test, pm_runtime_suspend(&fake->devices[3].dev), 0);
	apply_now(gpu, false);
	KUNIT_EXPECT_EQ(test, recoveries, 1);
	kept(test, 0, 1);
	KUNIT_EXPECT_EQ(test, gpupm_hold(gpu, 1), 0);
}

static void ports_are_roused(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_gpu *gpu = &fake->gpu;

	KUNIT_ASSERT_EQ(test, pm_runtime_suspend(&fake->devices[2].dev), 0);
	KUNIT_ASSERT_EQ(test, pm_runtime_suspend(&fake->devices[3].dev), 0);
	apply_now(gpu, false);
	KUNIT_EXPECT_EQ(test, resumes, 0);
	apply_now(gpu, true);
	KUNIT_EXPECT_EQ(test, resumes, 2);
	kept(test, 0, 0);
	/* Once. */
	apply_now(gpu, false);
	KUNIT_EXPECT_EQ(test, resumes, 2);
}

static void setting_a_policy_ends_the_fallback(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_gpu *gpu = &fake->gpu;

	gpu->policy = GPUPM_POLICY_WARM;
	gpu->fallback = true;
	KUNIT_EXPECT_EQ(test, gpupm_set_policy(gpu, GPUPM_POLICY_WARM), 0);
	KUNIT_EXPECT_FALSE(test, gpu->fallback);
	/* That is worth telling, though the policy is the same. */
	KUNIT_EXPECT_EQ(test, events[GPUPM_CAUSE_POLICY], 1);
	gpu->fallback = true;
	verified = -EIO;
	KUNIT_EXPECT_EQ(test, gpupm_set_policy(gpu, GPUPM_POLICY_ON), -EIO);
	KUNIT_EXPECT_TRUE(test, gpu->fallback);
	KUNIT_EXPECT_EQ(test, gpu->policy, GPUPM_POLICY_WARM);
}

static void who_comes_after_detach_gets_nothing(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_gpu *gpu = &fake->gpu;

	KUNIT_EXPECT_EQ(test, gpupm_hold(gpu, 1), 0);
	KUNIT_EXPECT_EQ(test, gpupm_hold(gpu, 2), 0);
	mutex_lock(&gpu->mutex);
	gpu->gone = true;
	gpupm_keep_nothing(gpu);
	mutex_unlock(&gpu->mutex);
	kept(test, 0, 0);
	KUNIT_EXPECT_EQ(test, gpu->nholds, 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&gpu->holds));
	KUNIT_EXPECT_EQ(test, gpupm_hold(gpu, 3), -ENODEV);
	KUNIT_EXPECT_EQ(test, gpupm_set_policy(gpu, GPUPM_POLICY_ON), -ENODEV);
	KUNIT_EXPECT_EQ(test, gpupm_release(gpu, 1), -ENOENT);
	apply_now(gpu, false);
	kept(test, 0, 0);
}

static void insist(struct gpupm_gpu *gpu)
{
	mutex_lock(&gpu->mutex);
	gpupm_insist(gpu);
	mutex_unlock(&gpu->mutex);
}

static void runtime_pm_is_turned_on_again(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_gpu *gpu = &fake->gpu;
	struct device *port = &fake->devices[3].dev;

	pm_runtime_forbid(port);
	/* Its settings are not the module's at this moment. */
	insist(gpu);
	KUNIT_EXPECT_FALSE(test, port->power.runtime_auto);
	gpu->ports[1].settings = (struct gpupm_settings *)gpu;
	gpupm_insist_param = false;
	insist(gpu);
	gpupm_insist_param = true;
	KUNIT_EXPECT_FALSE(test, port->power.runtime_auto);
	KUNIT_EXPECT_EQ(test, events[GPUPM_CAUSE_RUNTIME_PM_OFF], 0);
	insist(gpu);
	KUNIT_EXPECT_TRUE(test, port->power.runtime_auto);
	KUNIT_EXPECT_EQ(test, events[GPUPM_CAUSE_RUNTIME_PM_OFF], 1);
	KUNIT_EXPECT_STREQ(test, event_device, "0000:00:01.0");
	insist(gpu);
	KUNIT_EXPECT_EQ(test, events[GPUPM_CAUSE_RUNTIME_PM_OFF], 1);
	kept(test, 0, 0);
}

static struct kunit_case keep_cases[] = {
	KUNIT_CASE(a_policy_keeps_what_it_says),
	KUNIT_CASE(there_is_one_reference_however_many_holds),
	KUNIT_CASE(a_socket_holds_once_and_releases_its_own),
	KUNIT_CASE(a_socket_that_closes_lets_go),
	KUNIT_CASE(a_release_keeps_what_the_policy_asks_for),
	KUNIT_CASE(what_fails_changes_nothing),
	KUNIT_CASE(a_function_that_cannot_be_resumed),
	KUNIT_CASE(a_function_without_runtime_pm),
	KUNIT_CASE(a_lost_gpu_keeps_nothing_until_it_recovered),
	KUNIT_CASE(ports_are_roused),
	KUNIT_CASE(setting_a_policy_ends_the_fallback),
	KUNIT_CASE(who_comes_after_detach_gets_nothing),
	KUNIT_CASE(runtime_pm_is_turned_on_again),
	{}
};

static struct kunit_suite keep_suite = {
	.name = "gpupm-keep",
	.init = keep_test_init,
	.exit = keep_test_exit,
	.test_cases = keep_cases,
};

kunit_test_suite(keep_suite);
