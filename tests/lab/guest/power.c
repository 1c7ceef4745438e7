// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the guest knows of power: its uevents, as they come, and its
 * /sys/class/power_supply, when asked.
 */

#include <dirent.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

#define SUPPLIES "/sys/class/power_supply"

/* What is told of a supply, as sysfs calls it; uevents have the same in capitals. */
static const char *const facts[] = {
	"online", "present", "status", "capacity", "energy_now", "energy_full", "power_now",
	"voltage_now", NULL
};

int power_listen(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* The value of @key in a uevent, which is a row of strings; NULL without one. */
static const char *uevent_value(const char *uevent, size_t length, const char *key)
{
	const char *at, *end = uevent + length;
	size_t size = strlen(key);

	for (at = uevent; at < end; at += strlen(at) + 1)
		if (!strncmp(at, key, size) && at[size] == '=')
			return at + size + 1;
	return NULL;
}

static void capitals(char *to, const char *from)
{
	for (; *from; from++)
		*to++ = *from >= 'a' && *from <= 'z' ? *from - 'a' + 'A' : *from;
	*to = '\0';
}

/*
 * A line on the console takes long in a machine that is emulated twice. A byte
 * into the transmitter of a PCI serial port is with the laptop at once: "stamp=X"
 * on the command line asks for one at each uevent of the adapter, X for online and
 * x for offline, which bit 5 makes of it.
 */
static void stamp(const char *name, const char *online)
{
	const char *letter = getenv("stamp");
	char byte;

	if (!letter || !online || strcmp(name, "ADP0"))
		return;
	byte = *online == '1' ? *letter & ~0x20 : *letter | 0x20;
	if (stamp_write(byte))
		say("there is no PCI serial port to stamp with");
}

/* All at once: a line printed in pieces takes its time on a serial line. */
static void tell(const char *uevent, size_t length)
{
	const char *name = uevent_value(uevent, length, "POWER_SUPPLY_NAME");
	char line[256] = "", key[64] = "POWER_SUPPLY_";
	struct timespec now;
	size_t i, used = 0;

	if (!name)
		return;
	stamp(name, uevent_value(uevent, length, "POWER_SUPPLY_ONLINE"));
	for (i = 0; facts[i]; i++) {
		const char *value;

		capitals(key + strlen("POWER_SUPPLY_"), facts[i]);
		value = uevent_value(uevent, length, key);
		if (value)
			used += snprintf(line + used, sizeof(line) - used, " %s=%.24s",
					 facts[i], value);
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	say("uevent %.24s%s at=%lld.%06ld", name, line, (long long)now.tv_sec, now.tv_nsec / 1000);
}

void power_uevents(int fd)
{
	char uevent[4096];
	ssize_t length;

	while ((length = recv(fd, uevent, sizeof(uevent) - 1, MSG_DONTWAIT)) > 0) {
		const char *subsystem;

		uevent[length] = '\0';
		subsystem = uevent_value(uevent, length, "SUBSYSTEM");
		if (subsystem && !strcmp(subsystem, "power_supply"))
			tell(uevent, length);
	}
}

static void show(const char *supply)
{
	char line[256] = "", path[300], value[32];
	size_t i, used = 0;

	for (i = 0; facts[i]; i++) {
		ssize_t length;
		int fd;

		snprintf(path, sizeof(path), SUPPLIES "/%.64s/%s", supply, facts[i]);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		length = read(fd, value, sizeof(value) - 1);
		close(fd);
		if (length <= 0)
			continue;
		value[length] = '\0';
		value[strcspn(value, "\n")] = '\0';
		used += snprintf(line + used, sizeof(line) - used, " %s=%.24s", facts[i], value);
	}
	say("power %.64s%s", supply, line);
}

void power_show(void)
{
	DIR *directory = opendir(SUPPLIES);
	struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			show(entry->d_name);
	if (directory)
		closedir(directory);
	say("power end");
}
