// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_supplies: power supplies that do as they are told, for tests only. Commands
 * are written to /sys/module/lab_supplies/parameters/command:
 *
 *   add NAME TYPE [PROPERTY=VALUE]...   a supply with just these properties
 *   set NAME PROPERTY=VALUE...          change some, and say so
 *   quietly NAME PROPERTY=VALUE...      change some, and say nothing
 *   notify NAME                         say that it changed
 *   remove NAME                         pull it
 *   slow MILLISECONDS                   how long each property takes to read
 *
 * TYPE is one of battery, mains, usb, usb-c, ups, wireless, unknown; properties have
 * their names in sysfs; VALUE is a number or "none", which then cannot be told.
 * Parameter "reads" is how often a property was read.
 *
 * As a driver may, it is done with a supply's data once the supply is unregistered.
 * A property that is read after that is a warning in the kernel log.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/power_supply.h>
#include <linux/slab.h>
#include <linux/string.h>

#define NONE INT_MIN
#define DELIMITERS "\n "

static const struct {
	const char *name;
	enum power_supply_property property;
} known[] = {
	{ "online", POWER_SUPPLY_PROP_ONLINE },
	{ "present", POWER_SUPPLY_PROP_PRESENT },
	{ "status", POWER_SUPPLY_PROP_STATUS },
	{ "scope", POWER_SUPPLY_PROP_SCOPE },
	{ "capacity", POWER_SUPPLY_PROP_CAPACITY },
	{ "energy_now", POWER_SUPPLY_PROP_ENERGY_NOW },
	{ "energy_full", POWER_SUPPLY_PROP_ENERGY_FULL },
	{ "energy_full_design", POWER_SUPPLY_PROP_ENERGY_FULL_DESIGN },
	{ "charge_now", POWER_SUPPLY_PROP_CHARGE_NOW },
	{ "charge_full", POWER_SUPPLY_PROP_CHARGE_FULL },
	{ "charge_full_design", POWER_SUPPLY_PROP_CHARGE_FULL_DESIGN },
	{ "power_now", POWER_SUPPLY_PROP_POWER_NOW },
	{ "current_now", POWER_SUPPLY_PROP_CURRENT_NOW },
	{ "voltage_now", POWER_SUPPLY_PROP_VOLTAGE_NOW },
	{ "voltage_min_design", POWER_SUPPLY_PROP_VOLTAGE_MIN_DESIGN },
	{ "voltage_max_design", POWER_SUPPLY_PROP_VOLTAGE_MAX_DESIGN },
	{ "cycle_count", POWER_SUPPLY_PROP_CYCLE_COUNT },
};

static const struct {
	const char *name;
	enum power_supply_type type;
} types[] = {
	{ "battery", POWER_SUPPLY_TYPE_BATTERY },
	{ "mains", POWER_SUPPLY_TYPE_MAINS },
	{ "usb", POWER_SUPPLY_TYPE_USB },
	{ "usb-c", POWER_SUPPLY_TYPE_USB_TYPE_C },
	{ "ups", POWER_SUPPLY_TYPE_UPS },
	{ "wireless", POWER_SUPPLY_TYPE_WIRELESS },
	{ "unknown", POWER_SUPPLY_TYPE_UNKNOWN },
};

struct supply {
	struct list_head node;
	struct power_supply *psy;
	struct power_supply_desc desc;
	char name[64];
	enum power_supply_property properties[ARRAY_SIZE(known)];
	int values[ARRAY_SIZE(known)];
	bool gone;
};

static struct platform_device *parent;
static LIST_HEAD(supplies);
/* Never freed before the end, so that one who reads too late is caught. */
static LIST_HEAD(gone);
static DEFINE_MUTEX(lock);
static unsigned int slow;
static atomic_t reads = ATOMIC_INIT(0);

static int property_number(enum power_supply_property property)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].property == property)
			return i;
	return -EINVAL;
}

static int get_property(struct power_supply *psy,
			enum power_supply_property property,
			union power_supply_propval *value)
{
	struct supply *supply = power_supply_get_drvdata(psy);
	int number = property_number(property);

	atomic_inc(&reads);
	if (slow)
		msleep(slow);
	WARN(READ_ONCE(supply->gone), "%s was read after it was gone", supply->name);
	if (number < 0)
		return number;
	value->intval = READ_ONCE(supply->values[number]);
	return value->intval == NONE ? -ENODATA : 0;
}

static struct supply *find(const char *name)
{
	struct supply *supply;

	list_for_each_entry(supply, &supplies, node)
		if (name && !strcmp(supply->name, name))
			return supply;
	pr_err("there is no supply '%s'\n", name ?: "");
	return NULL;
}

/* Takes PROPERTY=VALUE words; with @add the supply has these from now on. */
static int take_values(struct supply *supply, char *words, bool add)
{
	char *word, *value;
	unsigned int i;
	int number, err;

	while ((word = strsep(&words, DELIMITERS))) {
		if (!*word)
			continue;
		value = strchr(word, '=');
		if (!value)
			return -EINVAL;
		*value++ = '\0';
		for (i = 0; i < ARRAY_SIZE(known); i++)
			if (!strcmp(known[i].name, word))
				break;
		if (i == ARRAY_SIZE(known)) {
			pr_err("no property '%s'\n", word);
			return -EINVAL;
		}
		number = NONE;
		err = strcmp(value, "none") ? kstrtoint(value, 0, &number) : 0;
		if (err)
			return err;
		if (add)
			supply->properties[supply->desc.num_properties++] =
				known[i].property;
		WRITE_ONCE(supply->values[i], number);
	}
	return 0;
}

static int add(const char *name, const char *type, char *words)
{
	struct power_supply_config config = {};
	struct supply *supply;
	unsigned int i, property;
	int err = -EINVAL;

	if (!name || !type)
		return -EINVAL;
	supply = kzalloc(sizeof(*supply), GFP_KERNEL);
	if (!supply)
		return -ENOMEM;
	strscpy(supply->name, name, sizeof(supply->name));
	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i].name, type))
			break;
	if (i == ARRAY_SIZE(types))
		goto free;
	for (property = 0; property < ARRAY_SIZE(known); property++)
		supply->values[property] = NONE;
	supply->desc.name = supply->name;
	supply->desc.type = types[i].type;
	supply->desc.properties = supply->properties;
	supply->desc.get_property = get_property;
	err = take_values(supply, words, true);
	if (err)
		goto free;
	config.drv_data = supply;
	supply->psy = power_supply_register(&parent->dev, &supply->desc, &config);
	if (IS_ERR(supply->psy)) {
		err = PTR_ERR(supply->psy);
		goto free;
	}
	list_add(&supply->node, &supplies);
	return 0;
free:
	kfree(supply);
	return err;
}

static void remove(struct supply *supply)
{
	power_supply_unregister(supply->psy);
	WRITE_ONCE(supply->gone, true);
	list_move(&supply->node, &gone);
}

static int obey(char *line)
{
	char *verb = strsep(&line, DELIMITERS), *name = strsep(&line, DELIMITERS);
	struct supply *supply;
	int err = 0;

	if (!strcmp(verb, "add")) {
		char *type = strsep(&line, DELIMITERS);

		return add(name, type, line);
	}
	if (!strcmp(verb, "slow"))
		return kstrtouint(name ?: "", 0, &slow);
	supply = find(name);
	if (!supply)
		return -ENODEV;
	if (!strcmp(verb, "remove"))
		remove(supply);
	else if (!strcmp(verb, "set") || !strcmp(verb, "quietly"))
		err = take_values(supply, line, false);
	else if (strcmp(verb, "notify"))
		err = -EINVAL;
	if (!err && (!strcmp(verb, "set") || !strcmp(verb, "notify")))
		power_supply_changed(supply->psy);
	return err;
}

static int set_command(const char *value, const struct kernel_param *param)
{
	char *line = kstrdup(value, GFP_KERNEL);
	int err;

	if (!line)
		return -ENOMEM;
	mutex_lock(&lock);
	err = obey(line);
	mutex_unlock(&lock);
	kfree(line);
	return err;
}

static const struct kernel_param_ops command_ops = { .set = set_command };
module_param_cb(command, &command_ops, NULL, 0200);
MODULE_PARM_DESC(command, "Add, change and remove supplies");

static int get_reads(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%d\n", atomic_read(&reads));
}

static const struct kernel_param_ops reads_ops = { .get = get_reads };
module_param_cb(reads, &reads_ops, NULL, 0444);
MODULE_PARM_DESC(reads, "How often a property was read");

static int __init lab_supplies_init(void)
{
	parent = platform_device_register_simple("lab_supplies", PLATFORM_DEVID_NONE,
						 NULL, 0);
	return PTR_ERR_OR_ZERO(parent);
}

static void __exit lab_supplies_exit(void)
{
	struct supply *supply, *next;

	list_for_each_entry_safe(supply, next, &supplies, node)
		remove(supply);
	list_for_each_entry_safe(supply, next, &gone, node)
		kfree(supply);
	platform_device_unregister(parent);
}

module_init(lab_supplies_init);
module_exit(lab_supplies_exit);

MODULE_DESCRIPTION("Power supplies that do as they are told, for tests");
MODULE_LICENSE("GPL");
