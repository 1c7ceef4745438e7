// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio-open ADDRESS...: opens and closes PCI functions through VFIO the way a VM
 * does, and says when. Reads commands from standard input, a line each:
 *
 *   open     answers "open ASKED USABLE": before the first file is opened, and
 *            when every function has answered a read of its configuration space
 *   close    answers "close CLOSING CLOSED": before the last function is closed,
 *            and after it
 *
 * Times are nanoseconds of CLOCK_MONOTONIC. Any failure ends it with exit code 1.
 */
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define MAX_FUNCTIONS 8

struct function {
	const char *address;
	int group;	/* its number */
	uint32_t class;	/* class and revision, as the hardware has them */
	int fd;
};

static struct function functions[MAX_FUNCTIONS];
static int count;
static int container = -1;
static int groups[MAX_FUNCTIONS];	/* the files; -1 when another function's is used */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static uint32_t attribute(const char *address, const char *name)
{
	char path[PATH_MAX], text[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", address, name);
	file = fopen(path, "r");
	if (!file || !fgets(text, sizeof(text), file))
		err(1, "%s", path);
	fclose(file);
	return strtoul(text, NULL, 16);
}

static void find(struct function *function, const char *address)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	function->address = address;
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", address);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		err(1, "%s", path);
	target[len] = '\0';
	function->group = atoi(strrchr(target, '/') + 1);
	function->class = attribute(address, "class") << 8 | attribute(address, "revision");
}

/* The group's file, opened and put into the container once. */
static int open_group(int index)
{
	char path[64];
	int fd, i;

	groups[index] = -1;
	for (i = 0; i < index; i++)
		if (functions[i].group == functions[index].group)
			return groups[i];
	snprintf(path, sizeof(path), "/dev/vfio/%d", functions[index].group);
	fd = open(path, O_RDWR);
	if (fd < 0)
		err(1, "%s", path);
	if (ioctl(fd, VFIO_GROUP_SET_CONTAINER, &container))
		err(1, "%s: VFIO_GROUP_SET_CONTAINER", path);
	if (!index && ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU))
		err(1, "%s: VFIO_SET_IOMMU", path);
	groups[index] = fd;
	return fd;
}

/* Vendor and class; VFIO keeps a copy of the first, but not of the second. */
static void must_answer(const struct function *function)
{
	struct vfio_region_info region = {
		.argsz = sizeof(region), .index = VFIO_PCI_CONFIG_REGION_INDEX
	};
	uint16_t vendor;
	uint32_t class;

	if (ioctl(function->fd, VFIO_DEVICE_GET_REGION_INFO, &region))
		err(1, "%s: VFIO_DEVICE_GET_REGION_INFO", function->address);
	if (pread(function->fd, &vendor, sizeof(vendor),
		  region.offset + PCI_VENDOR_ID) != sizeof(vendor) ||
	    pread(function->fd, &class, sizeof(class),
		  region.offset + PCI_CLASS_REVISION) != sizeof(class))
		err(1, "%s: reading configuration space", function->address);
	if (vendor == 0xffff || class != function->class)
		errx(1, "%s: does not answer: vendor %04x, class and revision %08x",
		     function->address, vendor, class);
}

static void open_all(void)
{
	uint64_t asked = now_ns();
	int group, i;

	container = open("/dev/vfio/vfio", O_RDWR);
	if (container < 0)
		err(1, "/dev/vfio/vfio");
	for (i = 0; i < count; i++) {
		group = open_group(i);
		functions[i].fd = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, functions[i].address);
		if (functions[i].fd < 0)
			err(1, "%s: VFIO_GROUP_GET_DEVICE_FD", functions[i].address);
	}
	for (i = 0; i < count; i++)
		must_answer(&functions[i]);
	printf("open %llu %llu\n", (unsigned long long)asked, (unsigned long long)now_ns());
}

static void close_all(void)
{
	uint64_t closing = 0, closed;
	int i;

	for (i = 0; i < count; i++) {
		if (i == count - 1)
			closing = now_ns();
		close(functions[i].fd);
	}
	closed = now_ns();
	for (i = 0; i < count; i++)
		if (groups[i] >= 0)
			close(groups[i]);
	close(container);
	printf("close %llu %llu\n", (unsigned long long)closing, (unsigned long long)closed);
}

int main(int argc, char **argv)
{
	char line[16];
	int i;

	if (argc < 2 || argc > MAX_FUNCTIONS + 1) {
		fprintf(stderr, "usage: vfio-open ADDRESS...\n");
		return 2;
	}
	count = argc - 1;
	for (i = 0; i < count; i++)
		find(&functions[i], argv[i + 1]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		if (!strcmp(line, "open\n"))
			open_all();
		else if (!strcmp(line, "close\n"))
			close_all();
		else
			errx(2, "no such command: %s", line);
	}
	return 0;
}
