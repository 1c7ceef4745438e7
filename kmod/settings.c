// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: What the module changes of a device, and puts back
 *
 * Two things keep a device from D3cold by default: runtime PM may be forbidden
 * (power/control "on"), and D3cold may be disallowed. gpupm_settings_apply()
 * opens both and remembers what was there.
 *
 * A port has an autosuspend delay, too: pcieport lets it sleep no sooner than
 * 100 ms after it woke. That costs nothing when a VM stops, for the port woke
 * long before. And it is worth keeping: a program that reads configuration
 * space word by word, as lspci does, would else power a GPU up and down a dozen
 * times (with a delay of 0, lspci -vv took 12 power cycles of 140 ms each). So
 * the delay is touched only where somebody made it longer, or infinite.
 *
 * GPUs can share ports. So there is one set of settings for each device, with a
 * count of users: the first user changes the device, the last one puts it back.
 * Otherwise the second GPU would remember the values of the first, and put
 * those back.
 */
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>

#include "settings.h"

/**
 * struct gpupm_settings - how a device was found
 * @node: in the list of all
 * @pdev: the device, referenced
 * @users: how many applied them
 * @pm_allowed: power/control was "auto"
 * @autosuspend_delay: in ms
 * @d3cold_allowed: the user's switch
 * @no_d3cold: the driver's switch
 */
struct gpupm_settings {
	struct list_head node;
	struct pci_dev *pdev;
	unsigned int users;
	bool pm_allowed;
	int autosuspend_delay;
	bool d3cold_allowed;
	bool no_d3cold;
};

/* The delay of pcieport itself. */
#define PORT_DELAY_MS 100

static LIST_HEAD(all_settings);
static DEFINE_MUTEX(settings_lock);

static bool delays_too_long(const struct pci_dev *pdev, int delay)
{
	return pdev->hdr_type == PCI_HEADER_TYPE_BRIDGE &&
	       pdev->dev.power.use_autosuspend &&
	       (delay < 0 || delay > PORT_DELAY_MS);
}

/*
 * Both switches have to be open. d3cold_allowed is that of sysfs, and of ports
 * without a PM capability, which start with it off; no code outside the PCI
 * core may set it and have the bridges above updated. They are updated whenever
 * no_d3cold changes, so that one is flipped once more than necessary.
 */
static void set_d3cold(struct pci_dev *pdev, bool allowed, bool forbidden)
{
	if (pdev->d3cold_allowed == allowed && pdev->no_d3cold == forbidden)
		return;
	pdev->d3cold_allowed = allowed;
	if (pdev->no_d3cold == forbidden) {
		if (forbidden)
			pci_d3cold_enable(pdev);
		else
			pci_d3cold_disable(pdev);
	}
	if (forbidden)
		pci_d3cold_disable(pdev);
	else
		pci_d3cold_enable(pdev);
	/* Nobody asks a port to sleep when it is allowed D3 only afterwards. */
	while ((pdev = pci_upstream_bridge(pdev)))
		pm_request_idle(&pdev->dev);
}

/**
 * gpupm_settings_apply - let a device sleep as deep as it can
 * @pdev: a function of a GPU, or a port above one
 *
 * Context: process; takes a lock of its own. The device should be active, for
 *	the PCI core writes these bits without a lock when it suspends one.
 * Return: to be given to gpupm_settings_restore(); NULL without memory, and
 *	then nothing was changed.
 */
struct gpupm_settings *gpupm_settings_apply(struct pci_dev *pdev)
{
	struct device *dev = &pdev->dev;
	struct gpupm_settings *s;

	mutex_lock(&settings_lock);
	list_for_each_entry(s, &all_settings, node)
		if (s->pdev == pdev) {
			s->users++;
			goto out;
		}
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		goto out;
	s->pdev = pci_dev_get(pdev);
	s->users = 1;
	s->d3cold_allowed = pdev->d3cold_allowed;
	s->no_d3cold = pdev->no_d3cold;
	s->pm_allowed = dev->power.runtime_auto;
	s->autosuspend_delay = dev->power.autosuspend_delay;
	list_add(&s->node, &all_settings);

	set_d3cold(pdev, true, false);
	if (delays_too_long(pdev, s->autosuspend_delay))
		pm_runtime_set_autosuspend_delay(dev, PORT_DELAY_MS);
	pm_runtime_allow(dev);
out:
	mutex_unlock(&settings_lock);
	return s;
}

static bool last_user(struct gpupm_settings *s)
{
	lockdep_assert_held(&settings_lock);
	if (--s->users)
		return false;
	list_del(&s->node);
	return true;
}

static void put_back(struct gpupm_settings *s)
{
	struct device *dev = &s->pdev->dev;

	if (!s->pm_allowed)
		pm_runtime_forbid(dev);
	if (delays_too_long(s->pdev, s->autosuspend_delay))
		pm_runtime_set_autosuspend_delay(dev, s->autosuspend_delay);
	set_d3cold(s->pdev, s->d3cold_allowed, s->no_d3cold);
}

static void release(struct gpupm_settings *s, bool restore)
{
	bool last;

	if (!s)
		return;
	mutex_lock(&settings_lock);
	last = last_user(s);
	if (last && restore)
		put_back(s);
	mutex_unlock(&settings_lock);
	if (!last)
		return;
	pci_dev_put(s->pdev);
	kfree(s);
}

/**
 * gpupm_settings_restore - put a device back as it was found
 * @s: what gpupm_settings_apply() gave, or NULL; gone after this
 *
 * Nothing happens while another GPU still uses the settings of a shared port.
 *
 * Context: process; takes a lock of its own. May resume the device.
 */
void gpupm_settings_restore(struct gpupm_settings *s)
{
	release(s, true);
}

/**
 * gpupm_settings_forget - forget how a device was found, for it goes away
 * @s: what gpupm_settings_apply() gave, or NULL; gone after this
 *
 * To disallow D3cold for a device in its last moment would keep the port above
 * it up: the PCI core allows the port D3 again when the device has gone, but
 * asks it to sleep before that.
 *
 * Context: process; takes a lock of its own.
 */
void gpupm_settings_forget(struct gpupm_settings *s)
{
	release(s, false);
}
