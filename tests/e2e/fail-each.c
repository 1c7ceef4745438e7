// SPDX-License-Identifier: GPL-2.0-only
/*
 * fail-each OPERATION...: does it again and again, and each time one more of its
 * memory allocations works before one fails, until none is left to fail. Then
 * prints how often which error came of it, "ENOMEM 12, 0 3 (15 allocations)".
 * For a kernel with failslab, which has to be set up.
 *
 *   load MODULE           load the module, and unload what was loaded all the same
 *   unload MODULE         unload it, once loaded
 *   write FILE TEXT UNDO-FILE UNDO-TEXT
 *                         write to one file; undone by writing to another
 *   read FILE             open, read and close it
 *   open FUNCTION         through VFIO, as a VM does, and close it
 *   get|dump|hold|release|wakes|power GPU
 *                         ask the module
 *   policy GPU            set "on", and "auto" again
 *
 * What can't be undone ends it with an error: a failure must not stick.
 */
#define _GNU_SOURCE /* names of errors */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/gpupm.h>
#include <linux/vfio.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Nothing allocates so often; it would never end otherwise. */
#define MOST 20000
#define PATIENCE_S 60

static char **args;
static int fault = -1;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* ---- faults ---------------------------------------------------------------- */

static void fail_nth(unsigned int nth)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fault, text, n, 0) != n)
		die("fail-nth");
}

/* How many allocations were still to work when it ended; 0: one has failed. */
static unsigned int not_reached(void)
{
	char text[16] = "";

	if (pread(fault, text, sizeof(text) - 1, 0) < 0)
		die("fail-nth");
	fail_nth(0);
	return atoi(text);
}

/* ---- modules ---------------------------------------------------------------- */

static void *image;
static size_t image_size;

static void read_module(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		die(path);
	image_size = st.st_size;
	image = mmap(NULL, image_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (image == MAP_FAILED)
		die(path);
	close(fd);
}

static int load(void)
{
	return syscall(SYS_init_module, image, image_size, "") ? errno : 0;
}

static int unload(void)
{
	return syscall(SYS_delete_module, "gpupm", O_NONBLOCK) ? errno : 0;
}

static void must_load(void)
{
	errno = load();
	if (errno)
		die("load");
}

/* Somebody may still be reading from it. */
static void must_unload(void)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	time_t limit = time(NULL) + PATIENCE_S;
	int err;

	while ((err = unload())) {
		if (err == ENOENT)
			return;
		if (time(NULL) > limit) {
			errno = err;
			die("unload");
		}
		nanosleep(&moment, NULL);
	}
}

/* ---- files ----------------------------------------------------------------- */

static int put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

static int write_file(void)
{
	return put(args[0], args[1]);
}

static void undo_write(void)
{
	errno = put(args[2], args[3]);
	/* ENODEV: it had failed, so there is nothing to undo. */
	if (errno && errno != ENODEV)
		die(args[2]);
}

static int read_file(void)
{
	int fd = open(args[0], O_RDONLY | O_CLOEXEC), err = 0;
	char text[256];

	if (fd < 0)
		return errno;
	if (read(fd, text, sizeof(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

/* ---- VFIO ------------------------------------------------------------------ */

static int container = -1, group = -1, device = -1;

static void open_group(void)
{
	char link[PATH_MAX], target[PATH_MAX], path[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/sys/bus/pci/devices/%s/iommu_group", args[0]);
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		die(link);
	target[n] = '\0';
	snprintf(path, sizeof(path), "/dev/vfio/%s", strrchr(target, '/') + 1);
	container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	group = open(path, O_RDWR | O_CLOEXEC);
	if (container < 0 || group < 0 ||
	    ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) ||
	    ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		die(path);
}

static int open_device(void)
{
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, args[0]);
	return device < 0 ? errno : 0;
}

static void close_all(void)
{
	if (device >= 0)
		close(device);
	close(group);
	close(container);
	device = -1;
}

/* ---- netlink ---------------------------------------------------------------- */

static struct nl_sock *sock;
static int family;
static int reply_error;

static int on_error(struct sockaddr_nl *nla, struct nlmsgerr *err, void *arg)
{
	(void)nla;
	(void)arg;
	reply_error = -err->error;
	return NL_STOP;
}

static void open_socket(void)
{
	sock = nl_socket_alloc();
	if (!sock || genl_connect(sock)) {
		fputs("no netlink socket\n", stderr);
		exit(1);
	}
	family = genl_ctrl_resolve(sock, GPUPM_FAMILY_NAME);
	if (family < 0) {
		fputs("the module is not loaded\n", stderr);
		exit(1);
	}
	nl_socket_modify_err_cb(sock, NL_CB_CUSTOM, on_error, NULL);
	nl_socket_disable_seq_check(sock);
}

/* A hold belongs to its socket, so that must be used on, whatever it missed. */
static void forget_replies(void)
{
	int fd = nl_socket_get_fd(sock), err;
	socklen_t len = sizeof(err);
	char reply[8192];

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	while (recv(fd, reply, sizeof(reply), MSG_DONTWAIT) >= 0)
		;
}

static int ask(int cmd, int flags, const char *gpu, int policy)
{
	struct nl_msg *msg = nlmsg_alloc();
	int ret;

	genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, flags, cmd, GPUPM_FAMILY_VERSION);
	if (gpu)
		nla_put_string(msg, GPUPM_A_GPU_ADDRESS, gpu);
	if (policy >= 0)
		nla_put_u32(msg, GPUPM_A_GPU_POLICY, policy);
	reply_error = 0;
	errno = 0;
	ret = nl_send_auto(sock, msg);
	if (ret >= 0)
		ret = flags & NLM_F_DUMP ? nl_recvmsgs_default(sock) : nl_wait_for_ack(sock);
	nlmsg_free(msg);
	if (ret < 0 && !reply_error)
		reply_error = errno ? errno : ENOBUFS;
	return reply_error;
}

static int get(void)
{
	return ask(GPUPM_CMD_GPU_GET, 0, args[0], -1);
}

static int dump(void)
{
	return ask(GPUPM_CMD_GPU_GET, NLM_F_DUMP, NULL, -1);
}

static int wakes(void)
{
	return ask(GPUPM_CMD_WAKE_GET, NLM_F_DUMP, NULL, -1);
}

static int power(void)
{
	return ask(GPUPM_CMD_POWER_GET, 0, NULL, -1);
}

static int hold(void)
{
	return ask(GPUPM_CMD_HOLD, 0, args[0], -1);
}

static int release(void)
{
	return ask(GPUPM_CMD_RELEASE, 0, args[0], -1);
}

static void must_hold(void)
{
	errno = hold();
	if (errno)
		die("hold");
}

static void undo_hold(void)
{
	forget_replies();
	errno = release();
	if (errno && errno != ENOENT)
		die("release");
}

static int set_on(void)
{
	return ask(GPUPM_CMD_GPU_SET, 0, args[0], GPUPM_POLICY_ON);
}

static void undo_set(void)
{
	forget_replies();
	errno = ask(GPUPM_CMD_GPU_SET, 0, args[0], GPUPM_POLICY_AUTO);
	if (errno)
		die("policy auto");
}

/* A socket that lost an answer is of no more use. */
static void next_socket(void)
{
	nl_socket_free(sock);
	open_socket();
}

static void next_hold(void)
{
	next_socket();
	must_hold();
}

/* ---- all of them ------------------------------------------------------------ */

static const struct operation {
	const char *name;
	int nargs;
	void (*before)(void);
	int (*run)(void);
	void (*after)(void);
} operations[] = {
	{ "load", 1, NULL, load, must_unload },
	{ "unload", 1, must_load, unload, must_unload },
	{ "write", 4, NULL, write_file, undo_write },
	{ "read", 1, NULL, read_file, NULL },
	{ "open", 1, open_group, open_device, close_all },
	{ "get", 1, next_socket, get, NULL },
	{ "dump", 1, next_socket, dump, NULL },
	{ "wakes", 1, next_socket, wakes, NULL },
	{ "power", 1, next_socket, power, NULL },
	{ "hold", 1, next_socket, hold, undo_hold },
	{ "release", 1, next_hold, release, NULL },
	{ "policy", 1, next_socket, set_on, undo_set },
};

static const struct operation *find(int argc, char **argv)
{
	const struct operation *op = operations;

	for (; op < operations + sizeof(operations) / sizeof(*operations); op++)
		if (argc > 1 && !strcmp(argv[1], op->name) && argc == op->nargs + 2)
			return op;
	fputs("usage: fail-each OPERATION ARGUMENT...\n", stderr);
	exit(2);
}

static unsigned int results[256];

static void tell(unsigned int failed)
{
	int err;

	for (err = 1; err < 256; err++)
		if (results[err])
			printf("%s %u, ", strerrorname_np(err), results[err]);
	printf("none %u (%u allocations failed)\n", results[0], failed);
}

int main(int argc, char **argv)
{
	const struct operation *op = find(argc, argv);
	unsigned int nth, left;
	int err;

	args = argv + 2;
	fault = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fault < 0)
		die("/proc/self/fail-nth");
	if (!strcmp(op->name, "load") || !strcmp(op->name, "unload"))
		read_module(args[0]);
	for (nth = 1; nth < MOST; nth++) {
		if (op->before)
			op->before();
		fail_nth(nth);
		err = op->run();
		left = not_reached();
		if (op->after)
			op->after();
		if (left) {
			/* Nothing was refused, so it must have worked. */
			if (err) {
				errno = err;
				die("it fails without a reason");
			}
			tell(nth - 1);
			return 0;
		}
		results[err & 255]++;
	}
	fprintf(stderr, "after %u allocations there is no end\n", nth);
	return 1;
}
