// SPDX-License-Identifier: GPL-2.0-only
#include "uevents.h"
#include "readable.h"

#include <errno.h>
#include <libudev.h>
#include <stdbool.h>
#include <unistd.h>

static struct udev *udev;
static struct udev_monitor *monitor;
static struct readable *readable;
static void (*changed)(void);

static void on_uevent(void)
{
	struct udev_device *device = udev_monitor_receive_device(monitor);
	bool any = device;

	while (device) {
		udev_device_unref(device);
		device = udev_monitor_receive_device(monitor);
	}
	if (any)
		changed();
}

/*
 * udev's messages are filtered in the kernel, so nothing but a power supply wakes
 * the daemon. Where no udev runs there are only the kernel's, for every device.
 */
static const char *sender(void)
{
	return access("/run/udev/control", F_OK) ? "kernel" : "udev";
}

int uevents_open(uv_loop_t *loop, void (*call)(void))
{
	changed = call;
	udev = udev_new();
	if (udev)
		monitor = udev_monitor_new_from_netlink(udev, sender());
	if (!monitor ||
	    udev_monitor_filter_add_match_subsystem_devtype(monitor, "power_supply", NULL) < 0 ||
	    udev_monitor_enable_receiving(monitor) < 0) {
		uevents_close();
		return -EIO;
	}
	readable = readable_start(loop, udev_monitor_get_fd(monitor), on_uevent);
	if (!readable) {
		uevents_close();
		return -EIO;
	}
	return 0;
}

void uevents_close(void)
{
	readable_stop(readable);
	readable = NULL;
	udev_monitor_unref(monitor);
	monitor = NULL;
	udev_unref(udev);
	udev = NULL;
}
