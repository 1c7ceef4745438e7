// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio-user FUNCTION...      opens PCI functions through VFIO, as a VM does, says
 *                            "open", and keeps them until it is killed
 * vfio-user -n N FUNCTION... opens and closes them N times; each time it waits
 *                            until the module says that the first one, the
 *                            display function, is off
 *
 * A VM takes seconds to start in an emulated laptop; this takes none.
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define MAX_FUNCTIONS 8
#define PATIENCE_S 120

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int group_of(const char *function)
{
	char link[PATH_MAX], target[PATH_MAX];
	const char *name;
	ssize_t n;

	snprintf(link, sizeof(link), "/sys/bus/pci/devices/%s/iommu_group", function);
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		die(link);
	target[n] = '\0';
	name = strrchr(target, '/');
	return atoi(name ? name + 1 : target);
}

static int open_group(int container, int number, int first)
{
	char path[64];
	int group;

	snprintf(path, sizeof(path), "/dev/vfio/%d", number);
	group = open(path, O_RDWR | O_CLOEXEC);
	if (group < 0)
		die(path);
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container))
		die("VFIO_GROUP_SET_CONTAINER");
	if (first && ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		die("VFIO_SET_IOMMU");
	return group;
}

/* Opens all; what it opened is in @fds, which has room for two per function and one. */
static int open_all(char **functions, int n, int *fds)
{
	int numbers[MAX_FUNCTIONS], groups[MAX_FUNCTIONS], i, j, used = 0;

	fds[used] = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (fds[used++] < 0)
		die("/dev/vfio/vfio");
	for (i = 0; i < n; i++) {
		numbers[i] = group_of(functions[i]);
		for (j = 0; j < i && numbers[j] != numbers[i]; j++)
			;
		if (j == i)
			fds[used++] = open_group(fds[0], numbers[i], !i);
		groups[i] = j == i ? fds[used - 1] : groups[j];
		fds[used] = ioctl(groups[i], VFIO_GROUP_GET_DEVICE_FD, functions[i]);
		if (fds[used++] < 0)
			die(functions[i]);
	}
	return used;
}

static int is_off(const char *gpu)
{
	char path[PATH_MAX], state[16] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/class/gpupm/%s/state", gpu);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, state, sizeof(state) - 1) < 0)
		die(path);
	close(fd);
	return !strcmp(state, "off\n");
}

static int wait_off(const char *gpu)
{
	const struct timespec poll = { .tv_nsec = 2000000 };
	time_t limit = time(NULL) + PATIENCE_S;

	while (!is_off(gpu)) {
		if (time(NULL) > limit)
			return -1;
		nanosleep(&poll, NULL);
	}
	return 0;
}

static int cycle(char **functions, int n, int times)
{
	int fds[2 * MAX_FUNCTIONS + 1], i, used;

	for (i = 0; i < times; i++) {
		used = open_all(functions, n, fds);
		while (used)
			close(fds[--used]);
		if (wait_off(functions[0])) {
			fprintf(stderr, "%d s after close %d it is not off\n", PATIENCE_S,
				i + 1);
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	int fds[2 * MAX_FUNCTIONS + 1];

	if (argc > 3 && !strcmp(argv[1], "-n"))
		return cycle(argv + 3, argc - 3, atoi(argv[2]));
	if (argc < 2 || argc > MAX_FUNCTIONS + 1 || argv[1][0] == '-') {
		fputs("usage: vfio-user [-n N] FUNCTION...\n", stderr);
		return 2;
	}
	open_all(argv + 1, argc - 1, fds);
	puts("open");
	fflush(stdout);
	for (;;)
		pause();
}
