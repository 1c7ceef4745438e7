// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Host power
 *
 * Supplies are read when one of them says that it changed, when one was
 * removed, and when somebody asks; never by a standing clock. They are read by
 * one work item, whose result becomes the snapshot if it differs from the one
 * before.
 *
 * ACPI batteries are answered for out of a cache that is up to a second old, and
 * say nothing when it expires: when the plug is pulled they often still charge.
 * So everything is read once more when that second is over.
 *
 * A supply that changed comes by the kernel's notifier, which calls in atomic
 * context on some kernels. One that was removed does not: for that there is a
 * class interface. It has a second use. A supply's driver frees what its
 * properties are read from as soon as it has unregistered the supply; the
 * interface is called within that, and waits there until nobody reads. Who
 * reads later finds that the supply is no longer in use and passes over it.
 * Drivers must allow that wait, for removing the supply's files from sysfs
 * waits for their readers just the same.
 *
 * Newer kernels keep the class to themselves, so it is taken from the first
 * supply that is seen, before anything is read.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/acpi.h>
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "compat/class_interface.h"
#include "compat/power_supply.h"
#include "gpu.h"
#include "power.h"

/* They are compared byte by byte. */
static_assert(sizeof(struct gpupm_supply) ==
	      GPUPM_SUPPLY_NAME_LEN + 6 * sizeof(u64) + 6 * sizeof(u32));

static void read_supplies(struct work_struct *work);
static DECLARE_WORK(read_work, read_supplies);

static void read_again(struct work_struct *work)
{
	queue_work(gpupm_wq, &read_work);
}

static DECLARE_DELAYED_WORK(again_work, read_again);
/* The ACPI battery's cache_time is 1000 ms unless it was set otherwise. */
#define AGAIN msecs_to_jiffies(1100)

/* Held while properties are read. */
static DEFINE_MUTEX(reading);

/* Guards what follows. */
static DEFINE_MUTEX(snapshot_lock);
static struct gpupm_power *snapshot;
static u64 serial;

static gpupm_announce_fn announce;
/* Between init and exit. */
static bool running;

static void compat_interface_callback(supply_removed)
{
	mutex_lock(&reading);
	mutex_unlock(&reading);
	queue_work(gpupm_wq, &read_work);
}

/* Its class is NULL until it is registered. Only the work item registers it. */
static struct class_interface removals = { .remove_dev = supply_removed };

static int on_supply(struct notifier_block *nb, unsigned long action,
		     void *data)
{
	queue_work(gpupm_wq, &read_work);
	mod_delayed_work(gpupm_wq, &again_work, AGAIN);
	return NOTIFY_OK;
}

static struct notifier_block supply_notifier = { .notifier_call = on_supply };

/*
 * The AC adapter's driver of older kernels (6.1) tells user space and the ACPI
 * notifier that the plug went in or out, and forgets the power-supply notifier.
 */
static int on_acpi(struct notifier_block *nb, unsigned long action, void *data)
{
	const struct acpi_bus_event *event = data;

	if (!strcmp(event->device_class, "ac_adapter"))
		on_supply(nb, action, NULL);
	return NOTIFY_DONE;
}

static struct notifier_block acpi_notifier = { .notifier_call = on_acpi };

/* ---- one supply ---------------------------------------------------------- */

/* Some drivers answer with another property to one that they do not have. */
static bool has_property(const struct power_supply *psy,
			 enum power_supply_property property)
{
	size_t i;

	for (i = 0; i < psy->desc->num_properties; i++)
		if (psy->desc->properties[i] == property)
			return true;
	return false;
}

static s64 read(struct power_supply *psy, enum power_supply_property property)
{
	union power_supply_propval value = {};

	if (!has_property(psy, property) ||
	    power_supply_get_property(psy, property, &value))
		return GPUPM_ABSENT;
	return value.intval;
}

static u32 type_of(const struct power_supply *psy)
{
	switch (psy->desc->type) {
	case POWER_SUPPLY_TYPE_BATTERY:
		return GPUPM_SUPPLY_TYPE_BATTERY;
	case POWER_SUPPLY_TYPE_UPS:
		return GPUPM_SUPPLY_TYPE_UPS;
	case POWER_SUPPLY_TYPE_MAINS:
		return GPUPM_SUPPLY_TYPE_MAINS;
	case POWER_SUPPLY_TYPE_USB:
	case POWER_SUPPLY_TYPE_USB_DCP:
	case POWER_SUPPLY_TYPE_USB_CDP:
	case POWER_SUPPLY_TYPE_USB_ACA:
	case POWER_SUPPLY_TYPE_USB_TYPE_C:
	case POWER_SUPPLY_TYPE_USB_PD:
	case POWER_SUPPLY_TYPE_USB_PD_DRP:
	case POWER_SUPPLY_TYPE_APPLE_BRICK_ID:
		return GPUPM_SUPPLY_TYPE_USB;
	case POWER_SUPPLY_TYPE_WIRELESS:
		return GPUPM_SUPPLY_TYPE_WIRELESS;
	default:
		return GPUPM_SUPPLY_TYPE_UNKNOWN;
	}
}

static s64 status_of(struct power_supply *psy)
{
	switch (read(psy, POWER_SUPPLY_PROP_STATUS)) {
	case POWER_SUPPLY_STATUS_CHARGING:
		return GPUPM_SUPPLY_STATUS_CHARGING;
	case POWER_SUPPLY_STATUS_DISCHARGING:
		return GPUPM_SUPPLY_STATUS_DISCHARGING;
	case POWER_SUPPLY_STATUS_NOT_CHARGING:
		return GPUPM_SUPPLY_STATUS_NOT_CHARGING;
	case POWER_SUPPLY_STATUS_FULL:
		return GPUPM_SUPPLY_STATUS_FULL;
	default:
		return GPUPM_SUPPLY_STATUS_UNKNOWN;
	}
}

static void read_battery(struct gpupm_supply *supply, struct power_supply *psy)
{
	const struct gpupm_battery_facts facts = {
		.present = read(psy, POWER_SUPPLY_PROP_PRESENT),
		.status = status_of(psy),
		.capacity = read(psy, POWER_SUPPLY_PROP_CAPACITY),
		.energy_now = read(psy, POWER_SUPPLY_PROP_ENERGY_NOW),
		.energy_full = read(psy, POWER_SUPPLY_PROP_ENERGY_FULL),
		.energy_design = read(psy,
				      POWER_SUPPLY_PROP_ENERGY_FULL_DESIGN),
		.charge_now = read(psy, POWER_SUPPLY_PROP_CHARGE_NOW),
		.charge_full = read(psy, POWER_SUPPLY_PROP_CHARGE_FULL),
		.charge_design = read(psy,
				      POWER_SUPPLY_PROP_CHARGE_FULL_DESIGN),
		.power = read(psy, POWER_SUPPLY_PROP_POWER_NOW),
		.current_now = read(psy, POWER_SUPPLY_PROP_CURRENT_NOW),
		.voltage = read(psy, POWER_SUPPLY_PROP_VOLTAGE_NOW),
		.voltage_min_design =
			read(psy, POWER_SUPPLY_PROP_VOLTAGE_MIN_DESIGN),
		.voltage_max_design =
			read(psy, POWER_SUPPLY_PROP_VOLTAGE_MAX_DESIGN),
		.cycles = read(psy, POWER_SUPPLY_PROP_CYCLE_COUNT),
	};

	gpupm_supply_battery(supply, &facts);
}

/* Return: whether it is one of the host's. */
static bool read_supply(struct gpupm_supply *supply, struct power_supply *psy)
{
	const char *name = dev_name(&psy->dev);
	s64 online;

	/* It is on its way in or out. */
	if (atomic_read(&psy->use_cnt) <= 0)
		return false;
	if (read(psy, POWER_SUPPLY_PROP_SCOPE) ==
	    POWER_SUPPLY_SCOPE_DEVICE)
		return false;
	if (strlen(name) >= sizeof(supply->name)) {
		pr_warn_once("the name of supply %s is too long, it is left out\n",
			     name);
		return false;
	}
	gpupm_supply_init(supply, name, type_of(psy));
	if (supply->type == GPUPM_SUPPLY_TYPE_BATTERY) {
		read_battery(supply, psy);
		return true;
	}
	online = read(psy, POWER_SUPPLY_PROP_ONLINE);
	if (online != GPUPM_ABSENT)
		supply->online = !!online;
	return true;
}

/* ---- all of them --------------------------------------------------------- */

static int add_supply(struct power_supply *psy, void *data)
{
	struct gpupm_power **power = data, *more;
	struct gpupm_supply supply;

	if (!read_supply(&supply, psy))
		return 0;
	more = krealloc(*power, struct_size(more, supplies, (*power)->n + 1),
			GFP_KERNEL);
	if (!more)
		return -ENOMEM;
	*power = more;
	gpupm_power_insert(more, &supply);
	return 0;
}

static struct gpupm_power *read_all(void)
{
	struct gpupm_power *power = kzalloc(sizeof(*power), GFP_KERNEL);
	int err = 0;

	if (!power)
		return NULL;
	/* Without the interface nothing may be read, and there was nothing. */
	if (removals.class) {
		mutex_lock(&reading);
		err = power_supply_for_each_psy(&power, add_supply);
		mutex_unlock(&reading);
	}
	if (err) {
		kfree(power);
		return NULL;
	}
	power->on_ac = gpupm_power_on_ac(power);
	return power;
}

static int take_class(struct power_supply *psy, void *data)
{
	removals.class = psy->dev.class;
	return 1;
}

static void follow_removals(void)
{
	if (removals.class)
		return;
	power_supply_for_each_psy(NULL, take_class);
	if (removals.class && class_interface_register(&removals))
		removals.class = NULL;
}

static void read_supplies(struct work_struct *work)
{
	struct gpupm_power *power;

	/* Pairs with gpupm_power_init(), which sets @announce before. */
	if (!smp_load_acquire(&running))
		return;
	follow_removals();
	power = read_all();

	mutex_lock(&snapshot_lock);
	if (!power) {
		/* Unknown until the next time; who asks is told so. */
		kfree(snapshot);
		snapshot = NULL;
		announce(NULL);
	} else if (!snapshot || !gpupm_power_equal(power, snapshot)) {
		power->serial = ++serial;
		swap(power, snapshot);
		announce(snapshot);
	}
	mutex_unlock(&snapshot_lock);
	kfree(power);
}

/**
 * gpupm_power_now - read all supplies
 *
 * What is found changed is announced, too.
 *
 * Context: may sleep. Not from what the module itself is called back with.
 * Return: the snapshot, to be freed by the caller; or an ERR_PTR.
 */
struct gpupm_power *gpupm_power_now(void)
{
	struct gpupm_power *power = NULL;

	queue_work(gpupm_wq, &read_work);
	flush_work(&read_work);
	mutex_lock(&snapshot_lock);
	if (snapshot)
		power = kmemdup(snapshot, struct_size(snapshot, supplies,
						      snapshot->n), GFP_KERNEL);
	mutex_unlock(&snapshot_lock);
	return power ?: ERR_PTR(READ_ONCE(running) ? -ENOMEM : -ENODEV);
}

/**
 * gpupm_power_init - follow the supplies from now on
 * @fn: told of every change
 *
 * Return: 0 or a negative errno.
 */
int gpupm_power_init(gpupm_announce_fn fn)
{
	int err;

	err = power_supply_reg_notifier(&supply_notifier);
	if (err)
		return err;
	err = register_acpi_notifier(&acpi_notifier);
	if (err) {
		power_supply_unreg_notifier(&supply_notifier);
		cancel_delayed_work_sync(&again_work);
		cancel_work_sync(&read_work);
		return err;
	}
	announce = fn;
	/* The work item, which requests start as well, sees @announce. */
	smp_store_release(&running, true);
	queue_work(gpupm_wq, &read_work);
	return 0;
}

/**
 * gpupm_power_exit - follow them no more
 *
 * Nothing is announced, and no supply is read, when this has returned.
 */
void gpupm_power_exit(void)
{
	WRITE_ONCE(running, false);
	unregister_acpi_notifier(&acpi_notifier);
	power_supply_unreg_notifier(&supply_notifier);
	cancel_delayed_work_sync(&again_work);
	/* After this no work item registers the interface. */
	cancel_work_sync(&read_work);
	if (removals.class)
		class_interface_unregister(&removals);
	cancel_work_sync(&read_work);
	mutex_lock(&snapshot_lock);
	kfree(snapshot);
	snapshot = NULL;
	mutex_unlock(&snapshot_lock);
}
