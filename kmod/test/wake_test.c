// SPDX-License-Identifier: GPL-2.0-only
/* Who woke a GPU: touches, resumes that turn out to be wakes or not, the log. */
#include <kunit/test.h>

#include <linux/device.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

/*
 * Every case runs in a kernel thread, which counts for nobody: the source sees
 * this in place of the flag of a kernel thread, so that it can count as a process.
 */
static const unsigned int real_kthread_flag = PF_KTHREAD;
static unsigned int kthread_flag;
#undef PF_KTHREAD
#define PF_KTHREAD kthread_flag
#include "../wake.c"

struct fake {
	struct gpupm_wakes wakes;
	struct device function;
	struct device port;
};

static int wake_test_init(struct kunit *test)
{
	struct fake *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fake);
	gpupm_wakes_init(&fake->wakes);
	fake->function.init_name = "0000:01:00.0";
	fake->port.init_name = "0000:00:08.0";
	test->priv = fake;
	kthread_flag = 0;
	return 0;
}

/* A resume that a process of this number asked for, from state @from. */
static void resume(struct gpupm_wakes *wakes, u32 pid, enum gpupm_state from)
{
	gpupm_wake_begin(wakes, from);
	wakes->pending.by.pid = pid;
}

static void touches(struct kunit *test, struct gpupm_wakes *wakes, u32 pid,
		    const char *device)
{
	char touched[GPUPM_ADDRESS_LEN];

	KUNIT_EXPECT_EQ(test, gpupm_touched_by(wakes, touched).pid, pid);
	KUNIT_EXPECT_STREQ(test, touched, device);
	KUNIT_EXPECT_EQ(test, gpupm_touched_by(wakes, NULL).pid, pid);
}

static void a_kernel_thread_is_nobody(struct kunit *test)
{
	struct fake *fake = test->priv;

	kthread_flag = real_kthread_flag;
	KUNIT_ASSERT_TRUE(test, current->flags & kthread_flag);
	KUNIT_EXPECT_EQ(test, gpupm_process_current().pid, 0);
	gpupm_touch(&fake->wakes, &fake->function, false, true);
	touches(test, &fake->wakes, 0, "");
}

static void a_process_is_noted_with_its_name(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_process by = gpupm_process_current();

	KUNIT_EXPECT_EQ(test, by.pid, task_tgid_nr(current));
	KUNIT_EXPECT_STREQ(test, by.comm, current->comm);
	gpupm_touch(&fake->wakes, &fake->function, false, false);
	touches(test, &fake->wakes, by.pid, "0000:01:00.0");
	by = gpupm_touched_by(&fake->wakes, NULL);
	KUNIT_EXPECT_STREQ(test, by.comm, current->comm);
}

/* The PM core asks for the ports right after, on the same process's behalf. */
static void a_port_does_not_replace_its_function(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_wakes *wakes = &fake->wakes;
	u32 pid = task_tgid_nr(current);
	u64 at;

	gpupm_touch(wakes, &fake->port, true, false);
	touches(test, wakes, pid, "0000:00:08.0");
	gpupm_touch(wakes, &fake->function, false, false);
	touches(test, wakes, pid, "0000:01:00.0");
	/* Right after, which a busy machine may need several attempts for. */
	do {
		gpupm_touch(wakes, &fake->function, false, false);
		at = wakes->touched_at;
		gpupm_touch(wakes, &fake->port, true, false);
	} while (wakes->touched_at - at > SAME_TOUCH_NS);
	touches(test, wakes, pid, "0000:01:00.0");
	/* Later, or from another process, it is a touch by itself. */
	wakes->touched_at -= SAME_TOUCH_NS + 1;
	gpupm_touch(wakes, &fake->port, true, false);
	touches(test, wakes, pid, "0000:00:08.0");
	gpupm_touch(wakes, &fake->function, false, false);
	wakes->touched_by.pid = pid + 1;
	gpupm_touch(wakes, &fake->port, true, false);
	touches(test, wakes, pid, "0000:00:08.0");
}

static void who_touched_it_before_it_slept_has_no_part(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_wakes *wakes = &fake->wakes;
	u32 pid = task_tgid_nr(current);

	gpupm_touch(wakes, &fake->function, false, false);
	wakes->touched_at--;
	gpupm_fell_asleep(wakes);
	touches(test, wakes, 0, "");
	/* A touch while it slept, or fell asleep, is what wakes it. */
	gpupm_touch(wakes, &fake->function, false, true);
	gpupm_fell_asleep(wakes);
	touches(test, wakes, pid, "0000:01:00.0");
}

static void a_resume_makes_the_touch_one_of_now(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_wakes *wakes = &fake->wakes;
	u32 pid = task_tgid_nr(current);

	gpupm_touch(wakes, &fake->function, false, true);
	gpupm_fell_asleep(wakes);
	gpupm_wake_begin(wakes, GPUPM_STATE_OFF);
	KUNIT_EXPECT_EQ(test, wakes->pending.by.pid, pid);
	KUNIT_EXPECT_STREQ(test, wakes->pending.device, "0000:01:00.0");
	KUNIT_EXPECT_FALSE(test, wakes->touched_asleep);
	touches(test, wakes, pid, "0000:01:00.0");
	/* So when it sleeps again, that touch is over. */
	wakes->touched_at--;
	gpupm_fell_asleep(wakes);
	touches(test, wakes, 0, "");
}

static void the_first_resume_knows_how_deep_it_slept(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_wakes *wakes = &fake->wakes;
	const struct gpupm_wake *wake;

	resume(wakes, 7, GPUPM_STATE_OFF);
	gpupm_wake_begin(wakes, GPUPM_STATE_IDLE);
	wake = gpupm_wake_commit(wakes);
	KUNIT_ASSERT_NOT_NULL(test, wake);
	KUNIT_EXPECT_EQ(test, wake->from, GPUPM_STATE_OFF);
	KUNIT_EXPECT_EQ(test, wake->by.pid, 7);
	KUNIT_EXPECT_EQ(test, wakes->total, 1);
}

static void the_start_of_a_vm_is_no_wake(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_wakes *wakes = &fake->wakes;

	resume(wakes, 7, GPUPM_STATE_OFF);
	gpupm_wake_forget(wakes);
	KUNIT_EXPECT_NULL(test, gpupm_wake_commit(wakes));
	KUNIT_EXPECT_EQ(test, wakes->total, 0);
	KUNIT_EXPECT_EQ(test, gpupm_wake_age_ms(wakes), 0);
}

static void a_resume_is_committed_once(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_wakes *wakes = &fake->wakes;

	KUNIT_EXPECT_NULL(test, gpupm_wake_commit(wakes));
	resume(wakes, 7, GPUPM_STATE_OFF);
	KUNIT_EXPECT_NOT_NULL(test, gpupm_wake_commit(wakes));
	KUNIT_EXPECT_NULL(test, gpupm_wake_commit(wakes));
	KUNIT_EXPECT_EQ(test, wakes->total, 1);
}

static void a_resume_grows_older(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_wakes *wakes = &fake->wakes;
	u64 age;

	KUNIT_EXPECT_EQ(test, gpupm_wake_age_ms(wakes), 0);
	resume(wakes, 7, GPUPM_STATE_OFF);
	wakes->begun_ms -= 1500;
	age = gpupm_wake_age_ms(wakes);
	KUNIT_EXPECT_GE(test, age, 1500);
	KUNIT_EXPECT_LE(test, age, gpupm_wake_age_ms(wakes));
}

/* Not while it has not come to its end: a slow GPU is no wake. */
static void a_resume_that_takes_long_is_as_young_as_ever(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_wakes *wakes = &fake->wakes;

	resume(wakes, 7, GPUPM_STATE_OFF);
	wakes->begun_ms -= 60000;
	gpupm_wake_lasts(wakes);
	KUNIT_EXPECT_LT(test, gpupm_wake_age_ms(wakes), 60000);
	KUNIT_EXPECT_EQ(test, wakes->pending.by.pid, 7);
}

/* Whoever touched it until now did so when nobody was known at the resume. */
static void who_comes_late_is_named_all_the_same(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_wakes *wakes = &fake->wakes;
	const struct gpupm_wake *wake;

	gpupm_wake_begin(wakes, GPUPM_STATE_OFF);
	KUNIT_EXPECT_EQ(test, wakes->pending.by.pid, 0);
	gpupm_touch(wakes, &fake->function, false, false);
	wake = gpupm_wake_commit(wakes);
	KUNIT_ASSERT_NOT_NULL(test, wake);
	KUNIT_EXPECT_EQ(test, wake->by.pid, task_tgid_nr(current));
	KUNIT_EXPECT_STREQ(test, wake->device, "0000:01:00.0");
}

/* A wake by @pid out of @from, @later_ms after the last one ended. */
static bool is_another(struct gpupm_wakes *wakes, u32 pid,
		       enum gpupm_state from, s64 later_ms)
{
	struct gpupm_wake *last;

	last = &wakes->log[(wakes->total - 1) % GPUPM_WAKE_LOG_LEN];
	resume(wakes, pid, from);
	last->last_ms = wakes->pending.at_ms - later_ms;
	return gpupm_wake_commit(wakes);
}

static void a_row_of_touches_is_one_wake(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_wakes *wakes = &fake->wakes;
	u64 first;

	resume(wakes, 7, GPUPM_STATE_OFF);
	KUNIT_ASSERT_NOT_NULL(test, gpupm_wake_commit(wakes));
	first = wakes->log[0].at_ms;
	KUNIT_EXPECT_FALSE(test, is_another(wakes, 7, GPUPM_STATE_IDLE, 0));
	KUNIT_EXPECT_FALSE(test, is_another(wakes, 7, GPUPM_STATE_IDLE, 999));
	KUNIT_EXPECT_EQ(test, wakes->total, 1);
	KUNIT_EXPECT_EQ(test, wakes->log[0].at_ms, first);
	/* It went on until then. */
	KUNIT_EXPECT_GE(test, wakes->log[0].last_ms, wakes->pending.at_ms);
	KUNIT_EXPECT_EQ(test, wakes->log[0].from, GPUPM_STATE_OFF);
}

static void what_is_not_the_same_wake(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_wakes *wakes = &fake->wakes;

	resume(wakes, 7, GPUPM_STATE_OFF);
	KUNIT_ASSERT_NOT_NULL(test, gpupm_wake_commit(wakes));
	/* Later; by another; out of a power cut; and the kernel's own. */
	KUNIT_EXPECT_TRUE(test, is_another(wakes, 7, GPUPM_STATE_IDLE, 1000));
	KUNIT_EXPECT_TRUE(test, is_another(wakes, 8, GPUPM_STATE_IDLE, 0));
	KUNIT_EXPECT_TRUE(test, is_another(wakes, 8, GPUPM_STATE_OFF, 0));
	KUNIT_EXPECT_TRUE(test, is_another(wakes, 0, GPUPM_STATE_IDLE, 0));
	KUNIT_EXPECT_TRUE(test, is_another(wakes, 0, GPUPM_STATE_IDLE, 0));
	KUNIT_EXPECT_EQ(test, wakes->total, 6);
}

static void the_log_is_a_ring(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_wakes *wakes = &fake->wakes;
	const struct gpupm_wake *wake;
	u32 pid;

	for (pid = 1; pid <= 3 * GPUPM_WAKE_LOG_LEN + 5; pid++) {
		resume(wakes, pid, GPUPM_STATE_IDLE);
		wake = gpupm_wake_commit(wakes);
		KUNIT_ASSERT_NOT_NULL(test, wake);
		KUNIT_EXPECT_EQ(test, wake->by.pid, pid);
		KUNIT_EXPECT_EQ(test, wakes->total, pid);
	}
	/* The last ones, each where its number says. */
	for (pid = 2 * GPUPM_WAKE_LOG_LEN + 6; pid <= wakes->total; pid++) {
		wake = &wakes->log[(pid - 1) % GPUPM_WAKE_LOG_LEN];
		KUNIT_EXPECT_EQ(test, wake->by.pid, pid);
	}
}

/* Wakes are numbered with 64 bits; the ring's length divides what they hold. */
static void the_ring_survives_large_numbers(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct gpupm_wakes *wakes = &fake->wakes;
	u32 pid;

	BUILD_BUG_ON(GPUPM_WAKE_LOG_LEN & (GPUPM_WAKE_LOG_LEN - 1));
	wakes->total = 0xffffffffULL;
	for (pid = 1; pid <= 2; pid++) {
		resume(wakes, pid, GPUPM_STATE_IDLE);
		KUNIT_ASSERT_NOT_NULL(test, gpupm_wake_commit(wakes));
	}
	KUNIT_EXPECT_EQ(test, wakes->total, 0x100000001ULL);
	KUNIT_EXPECT_EQ(test, wakes->log[GPUPM_WAKE_LOG_LEN - 1].by.pid, 1);
	KUNIT_EXPECT_EQ(test, wakes->log[0].by.pid, 2);
}

static struct kunit_case wake_cases[] = {
	KUNIT_CASE(a_kernel_thread_is_nobody),
	KUNIT_CASE(a_process_is_noted_with_its_name),
	KUNIT_CASE(a_port_does_not_replace_its_function),
	KUNIT_CASE(who_touched_it_before_it_slept_has_no_part),
	KUNIT_CASE(a_resume_makes_the_touch_one_of_now),
	KUNIT_CASE(the_first_resume_knows_how_deep_it_slept),
	KUNIT_CASE(the_start_of_a_vm_is_no_wake),
	KUNIT_CASE(a_resume_is_committed_once),
	KUNIT_CASE(a_resume_grows_older),
	KUNIT_CASE(a_resume_that_takes_long_is_as_young_as_ever),
	KUNIT_CASE(who_comes_late_is_named_all_the_same),
	KUNIT_CASE(a_row_of_touches_is_one_wake),
	KUNIT_CASE(what_is_not_the_same_wake),
	KUNIT_CASE(the_log_is_a_ring),
	KUNIT_CASE(the_ring_survives_large_numbers),
	{}
};

static struct kunit_suite wake_suite = {
	.name = "gpupm-wake",
	.init = wake_test_init,
	.test_cases = wake_cases,
};

kunit_test_suite(wake_suite);
