// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_faulty: does wrong when it is loaded, once for each detector of the debug
 * kernel, so that tests can see whether the lab hears of it. For tests only.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

struct timed {
	struct timer_list timer;
};

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(spin);
static void __rcu *published;

static void nothing(struct timer_list *timer)
{
}

/* KASAN; the compiler must not see it coming. */
static void use_after_free(void)
{
	char *bytes = kzalloc(32, GFP_KERNEL);

	kfree(bytes);
	OPTIMIZER_HIDE_VAR(bytes);
	if (bytes)
		READ_ONCE(*bytes);
}

/* kmemleak */
static void leak(void)
{
	void *lost = kzalloc(64, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(lost);
}

/* DEBUG_ATOMIC_SLEEP */
static void sleep_in_atomic(void)
{
	spin_lock(&spin);
	might_sleep();
	spin_unlock(&spin);
}

/* UBSAN */
static void shift_too_far(void)
{
	int by = 40, result;

	OPTIMIZER_HIDE_VAR(by);
	result = 1 << by;
	OPTIMIZER_HIDE_VAR(result);
}

/* DEBUG_OBJECTS */
static void free_active_timer(void)
{
	struct timed *timed = kzalloc(sizeof(*timed), GFP_KERNEL);

	if (!timed)
		return;
	timer_setup(&timed->timer, nothing, 0);
	mod_timer(&timed->timer, jiffies + 100 * HZ);
	kfree(timed);
}

static void count_up_from_nothing(void)
{
	refcount_t count = REFCOUNT_INIT(0);

	refcount_inc(&count);
}

/* PROVE_RCU */
static void dereference_unlocked(void)
{
	void *reader = rcu_dereference(published);

	OPTIMIZER_HIDE_VAR(reader);
}

/* PROVE_LOCKING */
static void lock_in_circle(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static int __init lab_faulty_init(void)
{
	/* What lockdep finds comes first: it is off after its first circle, or a warning. */
	dereference_unlocked();
	lock_in_circle();
	use_after_free();
	leak();
	sleep_in_atomic();
	shift_too_far();
	free_active_timer();
	count_up_from_nothing();
	return 0;
}
module_init(lab_faulty_init);

static void __exit lab_faulty_exit(void)
{
}
module_exit(lab_faulty_exit);

MODULE_DESCRIPTION("Does wrong, for the detectors of an emulated laptop");
MODULE_LICENSE("GPL");
