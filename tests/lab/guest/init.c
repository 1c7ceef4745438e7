// SPDX-License-Identifier: GPL-2.0-only
/*
 * The only process of the small guest: says on the serial console what it found
 * on its PCI bus, then tells of power and obeys the power button and commands
 * from the console.
 */

#include <dirent.h>
#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "guest.h"

#define DEVICES "/sys/bus/pci/devices"
#define BUTTONS 4

#define PCI_CAPABILITY_LIST 0x34
#define PCI_CAP_ID_PM 0x01
#define PCI_PM_CTRL 4
#define PCI_CLASS_SERIAL_16550 0x070002

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("GUEST: ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
}

static int open_attribute(const char *device, const char *name, int flags)
{
	char path[300];

	snprintf(path, sizeof(path), DEVICES "/%.32s/%s", device, name);
	return open(path, flags);
}

static unsigned int read_attribute(const char *device, const char *name)
{
	char text[32] = "";
	int fd = open_attribute(device, name, O_RDONLY);

	if (fd < 0)
		return ~0u;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return strtoul(text, NULL, 16);
}

/* Calls @each for every PCI function; @only_display leaves out the others. */
static void visit_functions(void (*each)(const char *device, unsigned int arg),
			    unsigned int arg, int only_display)
{
	DIR *directory = opendir(DEVICES);
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		if (only_display && read_attribute(entry->d_name, "class") >> 16 != 3)
			continue;
		each(entry->d_name, arg);
	}
	closedir(directory);
}

static void show(const char *device, unsigned int arg)
{
	unsigned int class = read_attribute(device, "class");

	(void)arg;
	say("found %s function %04x:%04x at %s, class %04x",
	    class >> 16 == 3 ? "display" : "other",
	    read_attribute(device, "vendor"), read_attribute(device, "device"),
	    device, class >> 8);
}

/* Writes D-state @state (0 or 3) into the function's power management register. */
static void set_d_state(const char *device, unsigned int state)
{
	int fd = open_attribute(device, "config", O_RDWR);
	uint8_t at = 0, capability[2];
	uint16_t control;

	if (fd < 0 || pread(fd, &at, 1, PCI_CAPABILITY_LIST) != 1)
		goto failed;
	while (at) {
		if (pread(fd, capability, 2, at) != 2)
			goto failed;
		if (capability[0] == PCI_CAP_ID_PM)
			break;
		at = capability[1];
	}
	if (!at || pread(fd, &control, 2, at + PCI_PM_CTRL) != 2)
		goto failed;
	control = (control & ~3) | state;
	if (pwrite(fd, &control, 2, at + PCI_PM_CTRL) != 2 ||
	    pread(fd, &control, 2, at + PCI_PM_CTRL) != 2)
		goto failed;
	say("%s is in D%u", device, control & 3);
	close(fd);
	return;
failed:
	say("%s: cannot set its D-state", device);
	if (fd >= 0)
		close(fd);
}

static int stamp_port = -1;

static void open_stamp_port(const char *device, unsigned int arg)
{
	if (read_attribute(device, "class") == arg)
		stamp_port = open_attribute(device, "resource0", O_WRONLY);
}

int stamp_write(char byte)
{
	if (stamp_port < 0)
		visit_functions(open_stamp_port, PCI_CLASS_SERIAL_16550, 0);
	return stamp_port >= 0 && pwrite(stamp_port, &byte, 1, 0) == 1 ? 0 : -1;
}

static void obey(char *line)
{
	line[strcspn(line, "\r\n")] = '\0';
	if (!*line)
		return;
	if (!strcmp(line, "poweroff")) {
		say("powering off");
		reboot(RB_POWER_OFF);
	} else if (!strcmp(line, "reboot")) {
		say("rebooting");
		reboot(RB_AUTOBOOT);
	} else if (!strcmp(line, "d3hot")) {
		visit_functions(set_d_state, 3, 1);
	} else if (!strcmp(line, "d0")) {
		visit_functions(set_d_state, 0, 1);
	} else if (!strcmp(line, "list")) {
		visit_functions(show, 0, 0);
	} else if (!strcmp(line, "power")) {
		power_show();
	} else if (!strncmp(line, "echo ", 5)) {
		say("%s", line + 5);
	} else {
		say("unknown command '%s'", line);
	}
}

static void button(int fd)
{
	struct input_event event;

	if (read(fd, &event, sizeof(event)) == sizeof(event) &&
	    event.type == EV_KEY && event.code == KEY_POWER && event.value == 1) {
		say("the power button was pressed");
		reboot(RB_POWER_OFF);
	}
}

int main(void)
{
	struct pollfd fds[2 + BUTTONS];
	char line[128], path[32];
	int i, count = 2;

	mount("proc", "/proc", "proc", 0, NULL);
	mount("sys", "/sys", "sysfs", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);

	/* Without a press of Ctrl-Alt-Del nobody reboots this machine. */
	reboot(RB_DISABLE_CAD);
	visit_functions(show, 0, 0);

	fds[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = power_listen(), .events = POLLIN };
	for (i = 0; i < BUTTONS; i++) {
		snprintf(path, sizeof(path), "/dev/input/event%d", i);
		fds[count].fd = open(path, O_RDONLY);
		fds[count].events = POLLIN;
		if (fds[count].fd >= 0)
			count++;
	}
	say("ready");

	for (;;) {
		if (poll(fds, count, -1) < 0)
			continue;
		if (fds[0].revents && fgets(line, sizeof(line), stdin))
			obey(line);
		if (fds[1].revents)
			power_uevents(fds[1].fd);
		for (i = 2; i < count; i++)
			if (fds[i].revents)
				button(fds[i].fd);
	}
}
